import Foundation
import Postgres
import TestSupport
import Testing

/// A node that is not told of changes any more: whatever stands between it and its database does not let it listen, as a pooler that
/// shares connections does not.
@Suite("Polling for the policy", .serialized, .enabled(if: Stack.isAvailable))
struct PolicyPollingTests {
    /// A node that reaches its database through a gate.
    private struct Deaf {
        let own: PolicyStacks.Own
        let gate: Gate
        let node: Stack.Node
        let file: PolicyFixture

        /// A gate before the server of the tests.
        static func gate() async throws -> Gate {
            let conninfo = ProcessInfo.processInfo.environment["LATCHKEY_TEST_POSTGRES"] ?? ""
            func value(_ key: String) -> String? {
                conninfo.split(separator: " ").last { $0.hasPrefix(key + "=") }.map {
                    String($0.dropFirst(key.count + 1))
                }
            }
            let port = value("port") ?? "5432"
            guard let host = value("host"), host.hasPrefix("/") else { return try await Gate(to: Int(port) ?? 5432) }
            return try await Gate(toSocket: "\(host)/.s.PGSQL.\(port)")
        }

        static func started() async throws -> Deaf {
            let own = try await PolicyStacks.own(nodes: 1)
            try await own.awaitVersion(1, node: 0)
            let gate = try await gate()
            let file = try PolicyFixture(PolicyFixture.standard)
            let node = try await Stack.startNode(
                own.stack.arguments + [
                    "--set", "linking.policy_file=\(file.path)", "--set",
                    "database.url=\(own.stack.conninfo) host=127.0.0.1 port=\(gate.port) sslmode=disable",
                ]
            )
            return Deaf(own: own, gate: gate, node: node, file: file)
        }

        func metric(_ name: String, _ label: String = "") async throws -> Double {
            let answer = try await Browser(port: node.metricsPort, origin: Stack.origin).get("/metrics")
            let lines = answer.text.split(separator: "\n").filter { $0.hasPrefix(name + label) }
            return lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        }

        /// What `/readyz` says of the policy, with a node that is ready.
        func health() async throws -> String? {
            let reply = try await Program(port: node.port).get("/readyz")
            #expect(reply.status == 200, "polling stops nobody")
            return (reply["details"] as? [String: String])?["policy"]
        }

        /// Lets the node look at its file twice: each look is a turn of its own, and so is the look at the database that follows it.
        func turns(_ round: Int) async throws {
            for half in 0..<2 {
                let before = try await metric("latchkey_policy_faults_total")
                try file.write("faulty: \(round) \(half)\n")
                _ = try await eventually("a look at the file") {
                    try await metric("latchkey_policy_faults_total") > before ? true : nil
                }
            }
        }

        func apply(_ text: String) async throws {
            let reply = try await own.program().send(
                "POST",
                "/admin/v1/policy/versions",
                ["text": text, "reason": "while one node is deaf", "without_plan": true]
            )
            #expect(reply.status == 201, "\(reply.text)")
        }
    }

    @Test("a node that cannot listen looks every second, says so, and stops when it hears again")
    func polling() async throws {
        let deaf = try await Deaf.started()
        #expect(try await deaf.metric("latchkey_policy_polling") == 0, "the control: it hears")
        #expect(try await deaf.health() == nil)

        deaf.gate.refuse("LISTEN")
        let before = deaf.node.process.outputSize
        _ = try await deaf.own.stack.database.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
            """
        )
        _ = try await eventually("the node to notice") { try await deaf.health() == "polling" ? true : nil }
        #expect(try await deaf.metric("latchkey_policy_polling") == 1)
        #expect(deaf.node.process.output(after: before).contains("changes of the policy are not heard"))

        for round in 2...4 {
            try await deaf.apply(PolicyFixture.text(dormantAfter: "\(round)00d"))
            // After two looks at its file it has looked at the database in between; whoever waits to be told, or for the look of
            // every half a minute, has not.
            try await deaf.turns(round)
            #expect(try await deaf.metric("latchkey_policy_version") == Double(round))
            #expect(try await deaf.metric("latchkey_policy_polling") == 1, "and has not heard of it")
        }
        #expect(try await deaf.health() == "polling")
        let other = try await Program(port: deaf.own.stack.nodes[0].port).get("/readyz")
        #expect((other["details"] as? [String: String])?["policy"] == nil, "the other node was told")

        deaf.gate.refuse(nil)
        _ = try await eventually("the node to hear again") { try await deaf.health() == nil ? true : nil }
        #expect(try await deaf.metric("latchkey_policy_polling") == 0)
        #expect(deaf.node.process.output(after: before).contains("changes of the policy are heard again"))
        deaf.node.process.signal(SIGTERM)
        _ = try await deaf.node.process.ended()
        await deaf.own.stack.stop()
    }
}
