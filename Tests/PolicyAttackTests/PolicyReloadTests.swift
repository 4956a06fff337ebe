import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A policy that is edited", .serialized, .enabled(if: Stack.isAvailable))
struct PolicyReloadTests {
    private static func details(_ own: PolicyStacks.Own, node: Int = 0) async throws -> [String: String] {
        let reply = try await Program(port: own.stack.nodes[node].port).get("/readyz")
        #expect(reply.status == 200, "nothing about the policy's file makes a node unready")
        return reply["details"] as? [String: String] ?? [:]
    }

    private static func faults(_ own: PolicyStacks.Own, node: Int = 0) async throws -> Int {
        let port = own.stack.nodes[node].metricsPort
        let answer = try await Browser(port: port, origin: Stack.origin).get("/metrics")
        let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("latchkey_policy_faults_total{source=\"file\"}") }
        return line.flatMap { Double($0.split(separator: " ").last ?? "") }.map { Int($0) } ?? 0
    }

    @Test(
        "an edit on one node is in force on the other at once; a faulty one changes nothing and is said; SIGHUP looks"
    )
    func edits() async throws {
        let own = try await PolicyStacks.own(nodes: 1)
        try await own.awaitVersion(1, node: 0)
        // A second node with a file of its own that does not exist beside the first: it only hears.
        let second = try PolicyFixture(PolicyFixture.standard)
        let node = try await Stack.startNode(own.stack.arguments + ["--set", "linking.policy_file=\(second.path)"])
        let other = Browser(port: node.metricsPort, origin: Stack.origin)
        func versionThere() async throws -> Int {
            let text = String(decoding: try await other.get("/metrics").body, as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("latchkey_policy_version ") }
            return line.flatMap { Double($0.split(separator: " ").last ?? "") }.map { Int($0) } ?? 0
        }
        #expect(try await versionThere() == 1)

        try own.file.write(PolicyFixture.text(vouched: "link_after_proof"))
        try await own.awaitVersion(2, node: 0)
        let heard = ContinuousClock.now
        _ = try await eventually("the other node") { try await versionThere() == 2 ? true : nil }
        // Each node says what it puts in force with the head of the chain: the witness that the database cannot rewrite.
        let head = try await own.stack.database.query("select chain_hash from policy_versions where number = 2").one()
            .decode(String.self, at: 0)
        for process in [own.stack.nodes[0].process, node.process] {
            _ = try await eventually("the head of the chain in the log") { () -> Bool? in
                process.output.split(separator: "\n").contains { $0.contains("policy in force") && $0.contains(head) }
                    ? true : nil
            }
        }
        print("the other node followed after \(ContinuousClock.now - heard)")

        // Faulty: both stay, all faults are logged with their places, counted and shown.
        let before = own.stack.nodes[0].process.output.utf8.count
        try own.file.write(PolicyFixture.text(signUp: "maybe", vouched: "claim"))
        _ = try await eventually("the fault") { try await Self.faults(own) > 0 ? true : nil }
        let said = try await eventually("the log") { () -> String? in
            let text = own.stack.nodes[0].process.output(after: before)
            return text.contains("the policy file is faulty") ? text : nil
        }
        #expect(said.contains("linking-policy.yaml:2:10: "))
        #expect(said.contains("linking-policy.yaml:7:11: ") || said.contains("linking-policy.yaml:7"))
        #expect(try await own.version(node: 0) == 2)
        #expect(try await versionThere() == 2)
        #expect(try await Self.details(own)["policy_file"]?.hasPrefix("faulty") == true)

        // SIGHUP looks again, and ends nobody.
        let count = try await Self.faults(own)
        own.stack.nodes[0].process.signal(SIGHUP)
        node.process.signal(SIGHUP)
        _ = try await eventually("another look") { try await Self.faults(own) > count ? true : nil }
        #expect(own.stack.nodes[0].process.isRunning && node.process.isRunning)

        // Mended.
        try own.file.write(PolicyFixture.text(signUp: "closed"))
        try await own.awaitVersion(3, node: 0)
        _ = try await eventually("the other node") { try await versionThere() == 3 ? true : nil }
        #expect(try await Self.details(own)["policy_file"] == nil)

        // A restart with the file of an older version takes nothing back, and says so.
        let third = try await Stack.startNode(own.stack.arguments + ["--set", "linking.policy_file=\(second.path)"])
        let health = try await Program(port: third.port).get("/readyz")
        #expect((health["details"] as? [String: String])?["policy_file"]?.hasPrefix("older") == true)
        #expect(try await own.version(node: 0) == 3)
        // A faulty file at a start, with a version in force, starts all the same.
        let faulty = try PolicyFixture("rules: nonsense")
        let fourth = try await Stack.startNode(own.stack.arguments + ["--set", "linking.policy_file=\(faulty.path)"])
        let degraded = try await Program(port: fourth.port).get("/readyz")
        #expect((degraded["details"] as? [String: String])?["policy_file"]?.hasPrefix("faulty") == true)
        for process in [node.process, third.process, fourth.process] { process.signal(SIGTERM) }
        for process in [node.process, third.process, fourth.process] { _ = try await process.ended() }
        await own.stack.stop()
    }

    @Test("a file that is away for a moment, and comes back as it was, takes no later version back")
    func awayForAMoment() async throws {
        let own = try await PolicyStacks.own(nodes: 1)
        try await own.awaitVersion(1, node: 0)
        let applied = try await own.program().send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": PolicyFixture.text(signUp: "closed"), "reason": "nobody new", "without_plan": true]
        )
        #expect(applied.status == 201, "\(applied.text)")
        try await own.awaitVersion(2, node: 0)
        try FileManager.default.removeItem(atPath: own.file.path)
        _ = try await eventually("that it is missed") { try await Self.faults(own) > 0 ? true : nil }
        try own.file.write(PolicyFixture.standard)
        _ = try await eventually("that it is back") { () -> Bool? in
            try await Self.details(own)["policy_file"] == nil ? true : nil
        }
        // The next version is the next edit: had the file's return been taken for one, it would be that.
        try own.file.write(PolicyFixture.text(dormantAfter: "30d"))
        try await own.awaitVersion(3, node: 0)
        let third = try await own.program().get("/admin/v1/policy/versions/3")
        #expect(third.text.contains("dormant_after: 30d"), "\(third.text)")
        await own.stack.stop()
    }

    @Test("a LISTEN connection that is killed costs nothing: the next edit still arrives")
    func killedListener() async throws {
        let own = try await PolicyStacks.own(nodes: 2)
        try await own.awaitVersion(1, node: 1)
        let killed = try await own.stack.database.query(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
            """
        ).one().decode(Int64.self, at: 0)
        #expect(killed >= 2)
        let reply = try await own.program(0).send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": PolicyFixture.text(signUp: "closed"), "reason": "no plan asked", "without_plan": true]
        )
        #expect(reply.status == 201, "\(reply.text)")
        try await own.awaitVersion(2, node: 0)
        try await own.awaitVersion(2, node: 1)
        await own.stack.stop()
    }

    @Test("a node without any version and with a faulty file does not start, and says every fault")
    func noPolicyAtAll() async throws {
        let stack = try await Stack.start(nodes: 0)
        let faulty = try PolicyFixture("version: 1\nsign_up: maybe\nrules: []\n")
        let process = try ChildProcess(
            Stack.programs + "/latchkey",
            ["serve"] + stack.arguments + [
                "--set", "linking.policy_file=\(faulty.path)", "--set", "server.port=\(try Stack.freePort())", "--set",
                "metrics.port=0",
            ],
            directory: Stack.root
        )
        #expect(try await process.ended() == 1)
        #expect(process.output.contains("linking-policy.yaml:2:10: "))
        #expect(process.output.contains("linking-policy.yaml:3:"))
        await stack.stop()
    }
}
