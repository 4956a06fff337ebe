import Foundation
import Synchronization
import TestSupport
import Testing

/// Many issuers of one generic stand-in, each behind a port of its own: what Latchkey keeps of an issuer (metadata, keys, the
/// state of its circuit) is kept for each by itself, so every attack meets a node that knows nothing yet.
final class Issuers: Sendable {
    let stage: Stage
    private let waiting: Mutex<[Issuer]>

    /// One issuer that no test has used.
    struct Issuer: Sendable {
        /// Latchkey's id of the provider.
        let id: String
        let gate: Gate
        var url: String { "http://127.0.0.1:\(gate.port)" }
    }

    /// - Parameters:
    ///   - count: how many.
    ///   - hosts: `discovery.hosts` of their files; nil leaves it out.
    ///   - settings: further settings of the node.
    static func open(_ count: Int, hosts: String? = "127.0.0.1", settings: [String] = []) async throws -> Issuers {
        // Their ports have to be known before the node is configured, and the stand-in's is known after.
        var issuers: [Issuer] = []
        for number in 0..<count { issuers.append(Issuer(id: "issuer-\(number)", gate: try await Gate())) }
        let directory = try files(issuers, hosts: hosts)
        let registrations = issuers.flatMap { issuer in
            ["providers.\(issuer.id).client_id=oidc-client", "providers.\(issuer.id).client_secret=oidc-secret"]
        }
        let stage = try await Stage.open(settings: ["providers.directory=\(directory)"] + registrations + settings)
        for issuer in issuers { issuer.gate.lead(to: stage.mock.ports.oidc) }
        return Issuers(stage: stage, issuers: issuers)
    }

    private init(stage: Stage, issuers: [Issuer]) {
        self.stage = stage
        waiting = Mutex(issuers.reversed())
    }

    /// An issuer nobody has asked yet; the stand-in plays it from now on, and behaves.
    func next() async throws -> Issuer {
        let issuer = try #require(waiting.withLock { $0.popLast() }, "every issuer is used: open more")
        try await play(issuer)
        return issuer
    }

    /// Makes the stand-in this issuer, well-behaved and with its first keys.
    func play(_ issuer: Issuer) async throws {
        try await stage.mock.behave()
        try await stage.mock.call("PUT", "/settings/oidc", "{\"issuer\":\"\(issuer.url)\"}")
    }

    private static func files(_ issuers: [Issuer], hosts: String?) throws -> String {
        let manager = FileManager.default
        let directory = manager.temporaryDirectory.appendingPathComponent("issuers-\(UInt64.random(in: .min ... .max))")
            .path
        try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let project = Stack.root + "/providers"
        for name in try manager.contentsOfDirectory(atPath: project) where name.hasSuffix(".yaml") {
            try manager.copyItem(atPath: project + "/" + name, toPath: directory + "/" + name)
        }
        let generic = try String(contentsOfFile: project + "/oidc-example.yaml", encoding: .utf8)
        for issuer in issuers {
            let text =
                generic
                .replacing("id: oidc-example", with: "id: \(issuer.id)")
                .replacing(
                    "issuer: configured",
                    with: "issuer: \(issuer.url)" + (hosts.map { "\ndiscovery: { hosts: [\($0)] }" } ?? "")
                )
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(issuer.id).yaml"))
        }
        return directory
    }
}
