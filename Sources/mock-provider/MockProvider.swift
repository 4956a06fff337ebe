import ArgumentParser

/// Stand-ins for Google, GitHub, X and any OpenID Provider, on this machine only.
@main
struct MockProvider: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-provider",
        abstract: "Plays Google, GitHub, X and any OpenID Provider on 127.0.0.1, well- or ill-behaved.",
        discussion: """
            Each stand-in serves all of its provider's hosts on one port, under the real paths. Once every port \
            listens, one line of JSON on standard output names them. The control port takes instructions; GET / there \
            lists them.
            """
    )

    @Option(help: "Port of the stand-in for Google; 0 picks a free one.") var googlePort = 9401
    @Option(help: "Port of the stand-in for GitHub; 0 picks a free one.") var githubPort = 9402
    @Option(help: "Port of the stand-in for X; 0 picks a free one.") var xPort = 9403
    @Option(help: "Port of the generic OpenID Provider; 0 picks a free one.") var oidcPort = 9404
    @Option(help: "Port of the control API; 0 picks a free one.") var controlPort = 9400

    @Option(help: "Client id registered with Google.") var googleClientId = "google-client"
    @Option(help: "Its secret.") var googleClientSecret = "google-secret"
    @Option(help: "Client id registered with GitHub.") var githubClientId = "github-client"
    @Option(help: "Its secret.") var githubClientSecret = "github-secret"
    @Option(help: "Client id registered with X.") var xClientId = "x-client"
    @Option(help: "Its secret.") var xClientSecret = "x-secret"
    @Option(help: "Client id registered with the generic provider.") var oidcClientId = "oidc-client"
    @Option(help: "Its secret.") var oidcClientSecret = "oidc-secret"

    @Option(help: "A registered redirect address, or provider=address for one provider. Default: any on this machine.")
    var redirectUri: [String] = []
    @Option(help: "Who answers the consent pages: page, fresh, deny, or the id of a sample person.")
    var consent = "page"
    @Option(help: "A misbehaviour, from the start and for ever: [provider/][surface:]name[=argument].")
    var misbehave: [String] = []
    @Option(help: "How many requests the log keeps; 0 only counts.") var keepLog = 5000
    @Flag(help: "Write a line per request to standard error.") var logRequests = false
    @Flag(help: "List every misbehaviour and exit.") var listMisbehaviours = false

    mutating func run() async throws {
        guard !listMisbehaviours else {
            print(Catalogue.text)
            return
        }
        let world = try makeWorld()
        try await Doors(world: world, logsRequests: logRequests).serve(
            ports: [.google: googlePort, .github: githubPort, .x: xPort, .oidc: oidcPort],
            control: controlPort
        )
    }

    private func makeWorld() throws -> World {
        let clients: [StandInKind: Client] = [
            .google: client(.google, googleClientId, googleClientSecret),
            .github: client(.github, githubClientId, githubClientSecret),
            .x: client(.x, xClientId, xClientSecret),
            .oidc: client(.oidc, oidcClientId, oidcClientSecret),
        ]
        do throws(ControlFault) {
            let world = try World(logCapacity: keepLog, clients: clients)
            for provider in world.providers { try prepare(provider.standIn) }
            return world
        } catch {
            throw ValidationError(error.description)
        }
    }

    private func prepare(_ standIn: StandIn) throws(ControlFault) {
        switch consent {
        case "page": break
        case "fresh": standIn.consent.set(.fresh)
        case "deny": standIn.consent.set(.fixed(.deny))
        default:
            guard let person = standIn.people.find(consent) else { throw ControlFault("nobody is called \(consent)") }
            standIn.consent.set(.fixed(.allow(person)))
        }
        for text in misbehave {
            let halves = text.split(separator: "/", maxSplits: 1)
            if halves.count == 2, let kind = StandInKind(rawValue: String(halves[0])) {
                guard kind == standIn.kind else { continue }
                standIn.misbehaviours.post([try Misbehaviour.parse(String(halves[1]))], times: nil)
            } else {
                standIn.misbehaviours.post([try Misbehaviour.parse(text)], times: nil)
            }
        }
    }

    private func client(_ kind: StandInKind, _ id: String, _ secret: String) -> Client {
        let addresses = redirectUri.compactMap { text -> String? in
            for other in StandInKind.allCases where text.hasPrefix("\(other.rawValue)=") {
                return other == kind ? String(text.dropFirst(other.rawValue.count + 1)) : nil
            }
            return text
        }
        return Client(id: id, secret: secret, redirectURIs: addresses)
    }
}
