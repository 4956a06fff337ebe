import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Changes of the policy by its operator", .serialized, .enabled(if: Stack.isAvailable))
struct PolicyChangeTests {
    @Test("plan, apply, roll back: over the command line and the interface alike")
    func life() async throws {
        let own = try await PolicyStacks.own(nodes: 2)
        try await own.awaitVersion(1, node: 0)
        try await own.stack.database.runScript(
            """
            insert into users (id, display_name) values
                ('00000000-0000-7000-8000-000000000001', 'A'), ('00000000-0000-7000-8000-000000000002', 'B');
            insert into user_emails (user_id, address, verified_at, is_primary) values
                ('00000000-0000-7000-8000-000000000001', 'a@gmail.com', now(), true),
                ('00000000-0000-7000-8000-000000000002', 'b@example.org', now(), true)
            """
        )
        let candidate = try PolicyFixture(PolicyFixture.text(vouched: "link_after_proof"))
        let planned = try await CommandRun(["policy", "plan", candidate.path, "--json"], stack: own.stack)
        #expect(planned.status == 0, "\(planned.output)")
        let plan = try #require(planned.json)
        let id = try #require(plan["id"] as? String)
        let changes = try #require(plan["changes"] as? [[String: Any]])
        #expect(changes.map { $0["kind"] as? String } == ["newly_asked_for_proof"])
        #expect(changes.first?["count"] as? Int == 1)
        #expect(changes.first?["samples"] as? [String] == ["00000000-0000-7000-8000-000000000001"])

        // Who holds a real address is looked up.
        for (address, evidence, outcome) in [
            ("a@gmail.com", "--authoritative", "link"), ("nobody@gmail.com", "--authoritative", "create"),
            ("b@example.org", "--unverified", "create_separate"),
        ] {
            let asked = try await CommandRun(
                ["policy", "explain", "--provider", "google", "--email", address, evidence, "--json"],
                stack: own.stack
            )
            #expect(asked.json?["outcome"] as? String == outcome, "\(asked.output)")
        }

        // Neither another text nor no reason.
        let other = try PolicyFixture(PolicyFixture.text(signUp: "closed"))
        let wrong = try await CommandRun(
            ["policy", "apply", other.path, "--plan", id, "--reason", "x", "--json"],
            stack: own.stack
        )
        #expect(wrong.status == 1 && wrong.json?["error"] as? String == "policy_plan_outdated")
        let silent = try await CommandRun(
            ["policy", "apply", candidate.path, "--plan", id, "--reason", "  ", "--json"],
            stack: own.stack
        )
        #expect(silent.status == 1 && silent.json?["error"] as? String == "reason_missing")

        // The plan through the interface, applied there.
        let read = try await own.program().get("/admin/v1/policy/plans/\(id)")
        #expect(read.status == 200 && read["hash"] as? String == plan["hash"] as? String)
        let applied = try await own.program().send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": PolicyFixture.text(vouched: "link_after_proof"), "plan": id, "reason": "Ask first"]
        )
        #expect(applied.status == 201, "\(applied.text)")
        #expect(applied["version"] as? Int == 2)
        #expect(applied["author"] as? String == "ada")
        try await own.awaitVersion(2, node: 0)
        try await own.awaitVersion(2, node: 1)

        // The same plan again: the version it was made for is not in force any more.
        let stale = try await own.program(1).send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": PolicyFixture.text(vouched: "link_after_proof"), "plan": id, "reason": "Again"]
        )
        #expect(stale.status == 409 && stale.code == "policy_moved")

        let back = try await CommandRun(
            ["policy", "rollback", "1", "--reason", "too strict", "--author", "grace"],
            stack: own.stack
        )
        #expect(back.status == 0 && back.output.contains("Version 3 is in force."), "\(back)")
        try await own.awaitVersion(3, node: 1)
        let history = try await own.program().get("/admin/v1/policy/versions")
        let versions = try #require(history["versions"] as? [[String: Any]])
        #expect(versions.map { $0["source"] as? String } == ["file", "api", "rollback"])
        #expect(versions.map { $0["author"] as? String } == ["file", "ada", "grace"])
        #expect(history["broken_at"] is NSNull)
        #expect(try await CommandRun(["policy", "history"], stack: own.stack).output.contains("is whole"))
        await own.stack.stop()
    }

    @Test("a plan is refused when the data has moved since")
    func movedData() async throws {
        let own = try await PolicyStacks.own(nodes: 1)
        try await own.awaitVersion(1, node: 0)
        let text = PolicyFixture.text(vouched: "link_after_proof")
        let plan = try await own.program().send("POST", "/admin/v1/policy/plans", ["text": text])
        #expect(plan.status == 201)
        #expect((plan["changes"] as? [Any])?.isEmpty == true)
        try await own.stack.database.runScript(
            """
            insert into users (id) values ('00000000-0000-7000-8000-000000000001');
            insert into user_emails (user_id, address, verified_at)
            values ('00000000-0000-7000-8000-000000000001', 'a@gmail.com', now())
            """
        )
        let id = try #require(plan["id"] as? String)
        let refused = try await own.program().send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": text, "plan": id, "reason": "because"]
        )
        #expect(refused.status == 409 && refused.code == "policy_plan_outdated")
        #expect(try await own.version(node: 0) == 1)
        await own.stack.stop()
    }

    @Test("check and explain need no database; all faults have their places, and JSON says the same")
    func withoutDatabase() async throws {
        let good = try PolicyFixture(PolicyFixture.standard)
        let sound = try await CommandRun(["policy", "check", good.path])
        #expect(sound.status == 0)
        #expect(sound.output.contains("7 rules, no faults"))
        let bad = try PolicyFixture("version: 1\nsign_up: maybe\ndormant_after: 540d\nrules: []\n")
        let faulty = try await CommandRun(["policy", "check", bad.path])
        #expect(faulty.status == 1)
        #expect(faulty.output.contains("linking-policy.yaml:2:10: "))
        #expect(faulty.output.contains("linking-policy.yaml:4:"))
        let json = try await CommandRun(["policy", "check", bad.path, "--json"])
        #expect(json.status == 1 && json.json?["error"] as? String == "policy_faulty")
        #expect((json.json?["details"] as? [String])?.count == 2)

        let explained = try await CommandRun([
            "policy", "explain", "--file", good.path, "--provider", "github", "--email", "a@b.example", "--verified",
            "--account", "verified",
        ])
        #expect(explained.status == 0)
        #expect(explained.output.contains("by rule 2 (“verified elsewhere”)"))
        #expect(explained.output.contains("Passed over: “mailbox operator vouches for it”: email is verified"))
        let answer = try await CommandRun([
            "policy", "explain", "--file", good.path, "--provider", "github", "--email", "a@b.example",
            "--authoritative",
            "--account", "verified", "--recycled", "--json",
        ])
        #expect(answer.json?["reason"] as? String == "guard_recycled")
        #expect(answer.json?["rule_number"] as? Int == 1)
    }

    @Test("decisions can be listed, asked again, and blamed; a candidate in shadow mode is compared with each")
    func decisions() async throws {
        let own = try await PolicyStacks.own(nodes: 1)
        try await own.awaitVersion(1, node: 0)
        let shadow = try await own.program().send(
            "PUT",
            "/admin/v1/policy/shadow",
            ["text": PolicyFixture.text(signUp: "closed")]
        )
        #expect(shadow.status == 200, "\(shadow.text)")
        try await own.stack.mock.call("PUT", "/auto/google", #"{"mode":"fresh"}"#)
        _ = try await eventually("a decision beside the candidate") { () -> Bool? in
            _ = try await own.stack.browser().signIn("google", at: own.stack.mock)
            let count = try await own.stack.database.query(
                "select count(*) from linking_decisions where shadow_outcome is not null"
            ).one().decode(Int64.self, at: 0)
            return count > 0 ? true : nil
        }
        let report = try await own.program().get("/admin/v1/policy/shadow")
        #expect((report["counts"] as? [[String: Any]])?.isEmpty == false)
        let list = try await own.program().get("/admin/v1/decisions?limit=1")
        let decision = try #require((list["decisions"] as? [[String: Any]])?.first)
        let id = try #require(decision["id"] as? String)
        let user = try #require(decision["user"] as? String)
        let explained = try await CommandRun(["policy", "explain", "--decision", id], stack: own.stack)
        #expect(explained.status == 0, "\(explained.output)")
        let blame = try await CommandRun(["policy", "blame", user], stack: own.stack)
        #expect(blame.status == 0 && blame.output.contains("under policy version 1"))
        #expect(try await own.program().get("/admin/v1/decisions/\(id)").status == 200)
        #expect(try await own.program().get("/admin/v1/decisions?colour=red").code == "invalid_request")
        #expect(try await own.program().send("DELETE", "/admin/v1/policy/shadow").status == 204)
        #expect(try await own.program().get("/admin/v1/policy/shadow").status == 404)
        await own.stack.stop()
    }

    @Test("a version whose text is equal as a string, and not byte for byte, comes into force as what it says")
    func spelling() async throws {
        func text(_ name: String) -> String {
            PolicyFixture.standard.replacingOccurrences(of: "name: claim\n", with: "name: \(name)\n")
        }
        let own = try await PolicyStacks.own(nodes: 1, policy: text("caf\u{E9}"))
        try await own.awaitVersion(1, node: 0)
        let candidate = try PolicyFixture(text("cafe\u{301}"))
        let planned = try await CommandRun(["policy", "plan", candidate.path, "--json"], stack: own.stack)
        let applied = try await own.program().send(
            "POST",
            "/admin/v1/policy/versions",
            ["text": text("cafe\u{301}"), "plan": planned.json?["id"] as? String ?? "", "reason": "Spelling"]
        )
        #expect(applied.status == 201, "\(applied.text)")
        try await own.awaitVersion(2, node: 0)
        // The node looks at the store behind this line; before the second of them it has looked once.
        let process = own.stack.nodes[0].process
        for count in 1...2 {
            process.signal(SIGHUP)
            _ = try await eventually("a look at the file and the store") { () -> Bool? in
                let lines = process.output.split(separator: "\n").count { $0.contains("what an older version said") }
                return lines >= count ? true : nil
            }
        }
        #expect(!process.output.contains("history went back"))
    }
}

extension CommandRun {
    /// The JSON object on its last line.
    var json: [String: Any]? {
        let line = output.split(separator: "\n").last { $0.hasPrefix("{") }
        return line.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}
