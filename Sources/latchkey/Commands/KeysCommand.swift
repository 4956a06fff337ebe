import Accounts
import Administration
public import ArgumentParser
public import AuthorizationServer
import Cryptography
import JSON
import PostgresStore
import ServiceConfiguration

/// `latchkey keys`
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys that sign tokens for apps: next, current and previous of each algorithm.",
        subcommands: [List.self, Rotate.self]
    )

    /// `latchkey keys list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show every key that is published: since when, since when it signs, and until when it stays."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            try await withStore(options) { store in show(try await store.signingKeys(), json: json) }
        }
    }

    /// `latchkey keys rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: "Let the next key sign from now on. Every node follows at once.",
            discussion: """
                No token fails to verify: the key that signed until now stays published until everything it signed has ended, \
                and a next key that relying parties may not have yet is refused.

                With --now, for a key that others know: every key that ever signed leaves the key set at once, and what they \
                signed is not accepted any more as soon as relying parties read the set again. If the next key may be known as \
                well, run it twice.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Only this algorithm: ES256 or RS256.")
        var algorithm: TokenAlgorithm?

        @Flag(help: "A key is known to others: take it away at once.")
        var now = false

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            let configuration = try options.load().configuration
            try await withStore(options) { store in
                guard let sealing = try keyRing(configuration) else {
                    throw StartFault("there are no signing keys without encryption.keys, which seal them")
                }
                let rotate = RotateSigningKeys(
                    store: store,
                    sealing: sealing,
                    schedule: try rotationSchedule(configuration)
                )
                let algorithms = algorithm.map { [$0] } ?? Set(TokenAlgorithm.allCases)
                do throws(RotateSigningKeys.Failure) {
                    show(try await rotate(now ? .leak : .request, for: algorithms).stored, json: json)
                } catch {
                    throw StartFault(sentence(error))
                }
            }
        }
    }
}

private func sentence(_ failure: RotateSigningKeys.Failure) -> String {
    switch failure {
    case .tooEarly(let until):
        "relying parties may not know the next key before \(until.text); if a key is known to others, use --now"
    case .moved: "somebody else rotated the keys at the same moment; nothing was done: look at `latchkey keys list`"
    case .key(let fault): "no key could be made: \(fault.rawValue)"
    case .store(let failure): "the database refused: \(failure.rawValue)"
    }
}

private func show(_ stored: StoredSigningKeys, json: Bool) {
    guard !json else { return Console.output(["keys": .array(stored.keys.map(\.json))]) }
    for key in stored.keys { Console.output(key.line) }
    if stored.keys.isEmpty { Console.error("There are no keys yet: the first node that starts makes them.") }
}

extension TokenAlgorithm: ExpressibleByArgument {}

extension SigningKeyRecord {
    /// One key in one line.
    fileprivate var line: String {
        let times =
            switch place {
            case .next: "published \(publishedAt.text)"
            case .current: "signs since \(signsSince?.text ?? "")"
            case .previous: "signed until \(signedUntil?.text ?? "")  published until \(publishedUntil?.text ?? "")"
            }
        let seal = sealedWith.map { "  sealed with \($0)" } ?? ""
        return "\(keyID)  \(algorithm.rawValue)  \(place.rawValue)  \(times)\(seal)"
    }

    /// One key; its private half is in no form of it.
    fileprivate var json: JSONValue {
        func time(_ instant: Instant?) -> JSONValue { instant.map { .string($0.text) } ?? .null }
        return [
            "kid": .string(keyID), "algorithm": .string(algorithm.rawValue), "place": .string(place.rawValue),
            "published_at": time(publishedAt), "signs_since": time(signsSince), "signed_until": time(signedUntil),
            "published_until": time(publishedUntil), "sealed_with": sealedWith.map { .string($0) } ?? .null,
        ]
    }
}
