import Foundation
import Postgres
import TestSupport
import Testing

/// Starting with something wrong: one clear sentence on standard error, an exit code that is not 0, and no secret.
@Suite("A start that cannot succeed", .serialized, .enabled(if: Stack.isAvailable))
struct StartFaultTests {
    private static let opened = Task { try await Stage.open() }
    private static let password = "canary-password"

    /// One thing that is wrong, and what has to be said about it.
    struct Fault: Sendable, CustomStringConvertible {
        let what: String
        var settings: [String] = []
        /// A provider file, written beside a good one.
        var providerFile: String?
        let status: Int32
        let says: [String]
        var description: String { what }
    }

    static let faults: [Fault] = [
        .init(
            what: "the database is away",
            settings: ["database.url=host=127.0.0.1 port=1 user=u dbname=d password=\(password)"],
            status: 1,
            says: ["latchkey: the database cannot be reached", "check database.url"]
        ),
        .init(
            what: "there is no such database",
            settings: ["database.url={own} dbname=no_such_database"],
            status: 1,
            says: ["latchkey: the database cannot be reached", "no_such_database"]
        ),
        .init(
            what: "a port out of range",
            settings: ["server.port=70000"],
            status: 78,
            says: ["server.port", "0 to 65535"]
        ),
        .init(
            what: "a word for a number",
            settings: ["server.port=abc"],
            status: 78,
            says: ["server.port", "whole number"]
        ),
        .init(what: "an unknown key", settings: ["server.prot=1"], status: 78, says: ["server.prot", "did you mean"]),
        .init(
            what: "a bad encryption key",
            settings: ["encryption.keys=\(password)"],
            status: 78,
            says: ["encryption.keys"]
        ),
        .init(
            what: "a short encryption key",
            settings: ["encryption.keys=k:\(password)"],
            status: 78,
            says: ["encryption.keys"]
        ),
        .init(
            what: "no provider files",
            settings: ["providers.directory=/nonexistent"],
            status: 1,
            says: ["/nonexistent", "cannot be read"]
        ),
        .init(
            what: "no templates",
            settings: ["templates.directory=/nonexistent"],
            status: 1,
            says: ["templates cannot be used", "pages"]
        ),
        .init(
            what: "a provider without a file",
            settings: ["providers.nobody.client_id=c"],
            status: 1,
            says: ["latchkey: providers.nobody"]
        ),
        .init(
            what: "a provider without an issuer",
            settings: ["providers.oidc-example.client_id=c"],
            status: 1,
            says: ["latchkey: providers.oidc-example needs an issuer"]
        ),
        .init(
            what: "http in production",
            settings: ["mode=production"],
            status: 78,
            says: ["http is not allowed in production"]
        ),
        .init(
            what: "a certificate file that is not there",
            settings: ["outbound.ca_file=/nonexistent"],
            status: 1,
            says: ["latchkey: outbound calls"]
        ),
        .init(
            what: "budgets that contradict each other",
            settings: ["outbound.timeout=20s"],
            status: 78,
            says: ["outbound.timeout", "server.request_timeout"]
        ),
        .init(
            what: "a provider file that is no YAML",
            providerFile: "id: broken\nname: [unclosed\n",
            status: 1,
            says: ["provider files are faulty", "broken.yaml:"]
        ),
        .init(
            what: "a provider file with several faults",
            providerFile: "id: broken\nname: Broken\nprotocol: telepathy\nissuer: http://example.com\nendpoint: {}\n",
            status: 1,
            says: ["broken.yaml:3:", "broken.yaml:4:", "broken.yaml:5:"]
        ),
        .init(
            what: "a provider file with a YAML alias",
            providerFile: "id: &id broken\nname: *id\n",
            status: 1,
            says: ["broken.yaml:"]
        ),
    ]

    @Test("M05 a faulty start says what is wrong and ends", arguments: faults)
    func fault(_ fault: Fault) async throws {
        let stage = try await Self.opened.value
        let installation = try Installation(stage)
        if let text = fault.providerFile { try installation.add(providerFile: "broken.yaml", text) }
        let settings = fault.settings.map { $0.replacing("{own}", with: stage.stack.conninfo) }
        let ended = try await installation.latchkey("serve", settings)
        #expect(ended.status == fault.status, "\(ended.errors)")
        for words in fault.says { #expect(ended.errors.contains(words), "\(ended.errors)") }
        #expect(ended.output.isEmpty)
        #expect(!ended.errors.contains(Self.password), "\(ended.errors)")
        for noise in ["Fatal error", "Swift/", "Error Domain", "Optional("] { #expect(!ended.errors.contains(noise)) }
        // The control: without the fault it starts, which the other tests here do all the time.
        let check = try await installation.latchkey("migrate", [])
        #expect(fault.providerFile != nil || check.status == 0, "\(check.errors)")
    }

    @Test("a port that is taken is named, the one for metrics as well", arguments: ["server.port", "metrics.port"])
    func takenPort(_ key: String) async throws {
        let stage = try await Self.opened.value
        let other = key == "server.port" ? "metrics.port" : "server.port"
        let ended = try await Installation(stage).latchkey(
            "serve",
            ["\(key)=\(stage.node.port)", "\(other)=\(try Stack.freePort())"]
        )
        #expect(ended.status != 0)
        let last = ended.errors.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("latchkey: port ") && last.contains("\(stage.node.port)"), "\(ended.errors)")
        #expect(try await stage.stack.browser().get("/readyz").status == 200)
    }

    @Test("M10 serve before migrate says so; migrate works once, twice and at once")
    func migrations() async throws {
        let stage = try await Self.opened.value
        let name = "fresh_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await stage.stack.database.runScript("create database \(name)")
        let installation = try Installation(stage)
        let fresh = ["database.url=\(stage.stack.conninfo) dbname=\(name)"]
        let early = try await installation.latchkey("serve", fresh)
        #expect(early.status == 1 && early.errors.contains("run `latchkey migrate` first"), "\(early.errors)")
        let together = try await atOnce(3) { _ in try await installation.latchkey("migrate", fresh) }
        #expect(together.map(\.status) == [0, 0, 0], "\(together.map(\.errors))")
        #expect(together.count { $0.output.contains("Applied") } == 1, "\(together.map(\.output))")
        let again = try await installation.latchkey("migrate", fresh)
        #expect(again.status == 0 && again.output == "The schema is up to date.\n", "\(again.output) \(again.errors)")
        let node = try await Stack.startNode(stage.stack.arguments + ["--set", fresh[0]])
        #expect(try await Browser(port: node.port, origin: Stack.origin).get("/readyz").status == 200)
        node.process.signal(SIGTERM)
        #expect(try await node.process.ended() == 0)
    }
}

/// A configuration file of one's own, over a stage's database and stand-ins.
struct Installation: Sendable {
    private let folder: String
    private let conninfo: String

    init(_ stage: Stage) throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "installation-\(UInt64.random(in: .min ... .max))"
            ).path
        conninfo = stage.stack.conninfo
        try FileManager.default.createDirectory(atPath: folder + "/providers", withIntermediateDirectories: true)
        for name in ["google.yaml", "oidc-example.yaml"] {
            try FileManager.default.copyItem(
                atPath: Stack.root + "/providers/" + name,
                toPath: "\(folder)/providers/\(name)"
            )
        }
        let text = """
            public_url: http://localhost:8080
            mode: development
            providers:
              directory: \(folder)/providers
              google: {client_id: google-client, client_secret: google-secret}
            templates: {directory: \(Stack.root)/templates}
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/latchkey.yaml"))
    }

    func add(providerFile name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/providers/\(name)"))
    }

    func latchkey(_ command: String, _ settings: [String]) async throws -> Command {
        let ports = command == "serve" ? ["server.port=\(try Stack.freePort())", "metrics.port=0"] : []
        return try await Command.latchkey(
            [command, "--config", folder + "/latchkey.yaml"] + (ports + settings).flatMap { ["--set", $0] },
            environment: ["LATCHKEY_DATABASE_URL": conninfo]
        )
    }
}
