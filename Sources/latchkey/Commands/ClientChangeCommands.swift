import Accounts
import Administration
public import ArgumentParser
public import AuthorizationServer
import Cryptography
import Foundation
import JSON
import ServiceConfiguration
import Web
import YAML

/// Which app a command is about, and who does it.
struct ClientOptions: ParsableArguments {
    @Argument(help: "The app's id.")
    var id: ClientID

    @OptionGroup var author: ClientAuthor
}

/// Who changes apps.
struct ClientAuthor: ParsableArguments {
    @Option(name: .customLong("by"), help: "Who does it.")
    var name = ProcessInfo.processInfo.environment["USER"] ?? "command line"
}

/// Which version a change is meant for.
struct ClientVersionOption: ParsableArguments {
    @Option(help: "Only if the app is at this version.")
    var version: Int64?

    var wanted: ClientVersion { version.map { .exactly($0) } ?? .any }
}

extension ClientID: ExpressibleByArgument {
    /// Nil unless it can be an app's id.
    public init?(argument: String) { self.init(argument) }
}

/// `latchkey clients list`
struct ListClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Every app, and where it is registered."
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "JSON instead of lines.")
    var json = false

    func run() async throws {
        try await withClients(options) { clients in
            let all = try await clients.list()
            guard !json else { return Console.output(["clients": .array(all.map { .object($0.json) })]) }
            for client in all { Console.output(client.line) }
        }
    }
}

/// `latchkey clients show`
struct ShowClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One app, in JSON.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The app's id.")
    var id: ClientID

    func run() async throws {
        try await withClients(options) { clients in Console.output(.object(try await clients.find(id).json)) }
    }
}

/// `latchkey clients add`
struct AddClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register an app in the database. Every node knows it at once.",
        discussion: """
            The file has the members of a file in the folder clients, in YAML or JSON. An app that is not public and comes without \
            secret_hashes gets a secret, which is shown this once.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var author: ClientAuthor

    @Argument(help: "What is written about the app.", completion: .file())
    var file: String

    func run() async throws {
        try await withClients(options) { clients in
            let (client, secret) = try await clients.register(try document(file), by: author.name)
            Console.output(client.line)
            if let secret { Console.output("secret: \(secret.reveal())") }
        }
    }
}

/// `latchkey clients set`
struct SetClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Write something else about an app. Without secret_hashes it keeps its secrets."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var app: ClientOptions
    @OptionGroup var version: ClientVersionOption

    @Argument(help: "What is written about the app from now on.", completion: .file())
    var file: String

    func run() async throws {
        try await withClients(options) { clients in
            let document = try document(file)
            let client = try await clients.change(app.id, to: document, from: version.wanted, by: app.author.name)
            Console.output(client.line)
        }
    }
}

/// `latchkey clients remove`
struct RemoveClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract:
            "Remove an app. Everything it holds ends at once: sessions, tokens, codes, and what people allowed it."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var app: ClientOptions
    @OptionGroup var version: ClientVersionOption

    @Flag(help: "Yes, really.")
    var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("nothing is removed without --yes") }
    }

    func run() async throws {
        try await withClients(options) { clients in
            try await clients.remove(app.id, from: version.wanted, by: app.author.name)
            Console.output("Removed.")
        }
    }
}

/// `latchkey clients secret`
struct ClientSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Make a client secret: for an app's file, or for an app of the database.",
        discussion: """
            Without an id: the app gets the secret, its file gets the hash. With the id of an app of the database: the app has the \
            secret from now on, beside the one it had; take that one away with --remove when it is not used any more. A secret is \
            shown once and stored nowhere here.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var author: ClientAuthor

    @Argument(help: "The id of an app of the database.")
    var id: ClientID?

    @Option(name: .customLong("remove"), help: "Take the secret with this fingerprint away instead.")
    var fingerprint: String?

    func validate() throws {
        guard id != nil || fingerprint == nil else { throw ValidationError("say whose secret is taken away") }
    }

    func run() async throws {
        guard let id else {
            let secret = ClientSecret.generate()
            Console.output("secret: \(secret.reveal())")
            Console.output("hash:   sha256:\(Hex.encode(secret.hash.bytes))")
            return
        }
        try await withClients(options) { clients in
            if let fingerprint {
                let client = try await clients.removeSecret(id, fingerprint: fingerprint, from: nil, by: author.name)
                Console.output(client.line)
            } else {
                let (client, secret) = try await clients.makeSecret(id, from: nil, by: author.name)
                Console.output(client.line)
                Console.output("secret: \(secret.reveal())")
            }
        }
    }
}

extension ListedClient {
    /// One app in one line.
    fileprivate var line: String {
        let place = stored.map { "version \($0.version), \($0.changedAt.text) by \($0.changedBy)" } ?? "file"
        let secrets = fingerprints.isEmpty ? "" : "  secrets \(fingerprints.joined(separator: " "))"
        let faults = faults.isEmpty ? "" : "  not used: \(faults.joined(separator: "; "))"
        return "\(id)  \(definition["name"]?.string ?? "")  \(place)\(secrets)\(faults)"
    }
}

/// Connects to the database; what was refused is said with every fault.
private func withClients(
    _ options: ConfigurationOptions,
    _ body: (AdministerClients) async throws -> Void
) async throws {
    let configuration = try options.load().configuration
    try await withStore(configuration) { store in
        let rules = try clientRules(configuration, providers: try configuredProviders(configuration))
        let registry = try clientRegistry(configuration, rules: rules)
        do {
            try await body(AdministerClients(registry: registry, store: store, rules: rules) {})
        } catch let failure as ClientChangeFailure {
            throw StartFault(([failure.sentence] + failure.details).joined(separator: "\n"))
        }
    }
}

/// A file about an app, in YAML or JSON; only its form is looked at.
private func document(_ path: String) throws(StartFault) -> JSONObject {
    let report = DiagnosticReport()
    let document = JSONObject(file: path, report: report)
    guard let document, report.diagnostics.isEmpty else {
        throw StartFault(report.diagnostics.map { "\($0)" }.joined(separator: "\n"))
    }
    return document
}
