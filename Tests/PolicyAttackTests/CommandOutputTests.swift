import Foundation
import TestSupport
import Testing

/// What the operator's commands print, byte for byte, and the same for programs.
@Suite("Output of commands", .serialized, .enabled(if: Stack.isAvailable))
struct CommandOutputTests {
    /// One command over the seeded database; `policy.yaml` stands for a file.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        var file: String?
        var status: Int32 = 0
        /// Members that its JSON has to have; nil where there is none.
        var members: Set<String>?
        var testDescription: String { name }
    }

    private static let faulty = """
        version: 1
        sign_up: maybe
        dormant_after: 540d
        rules:
          - name: GitHub is good enough for us
            when: { provider: github, account: verified }
            then: link
          - name: everybody else
            thn: hold

        """

    /// Sound by its form, and against an invariant.
    private static let unsafe = """
        version: 1
        sign_up: open
        dormant_after: 540d
        rules:
          - name: GitHub is good enough for us
            when: { provider: github, account: verified }
            then: link
          - name: everybody else
            then: hold

        """

    private static let decision: Set<String> = ["outcome", "reason", "rule", "next_step", "facts", "explanation"]

    static let rows: [Row] = [
        Row(
            name: "policy-check",
            arguments: ["policy", "check", "policy.yaml"],
            file: PolicyFixture.standard,
            members: ["hash", "rules", "advice"]
        ),
        Row(
            name: "policy-check-faulty",
            arguments: ["policy", "check", "policy.yaml"],
            file: faulty,
            status: 1,
            members: ["error", "title", "details"]
        ),
        Row(
            name: "policy-check-unsafe",
            arguments: ["policy", "check", "policy.yaml"],
            file: unsafe,
            status: 1,
            members: ["error", "title", "details"]
        ),
        Row(
            name: "policy-check-missing",
            arguments: ["policy", "check", "no-such-policy.yaml"],
            status: 1,
            members: ["error", "title", "details"]
        ),
        Row(
            name: "policy-show",
            arguments: ["policy", "show"],
            members: [
                "version", "hash", "author", "reason", "source", "created_at", "difference", "chain_hash", "text",
            ]
        ),
        Row(
            name: "policy-show-unknown",
            arguments: ["policy", "show", "--version", "99"],
            status: 1,
            members: ["error", "title", "details"]
        ),
        Row(
            name: "policy-explain",
            arguments: ["policy", "explain", "--provider", "github", "--email", "ada@gmail.com", "--verified"],
            members: decision
        ),
        Row(
            name: "policy-explain-guarded",
            arguments: [
                "policy", "explain", "--file", "policy.yaml", "--provider", "google", "--domain", "gmail.com",
                "--authoritative", "--account", "verified", "--recycled",
            ],
            file: PolicyFixture.standard,
            members: decision
        ),
        Row(
            name: "policy-explain-refused",
            arguments: ["policy", "explain", "--provider", "twitter", "--no-email", "--linking", "--session", "stale"],
            members: decision
        ),
        Row(
            name: "policy-explain-decision",
            arguments: ["policy", "explain", "--decision", CommandSeed.decision],
            members: decision
        ),
        Row(
            name: "policy-plan",
            arguments: ["policy", "plan", "policy.yaml"],
            file: PolicyFixture.text(vouched: "link_after_proof"),
            members: ["id", "base_version", "hash", "days", "decisions", "addresses", "changes", "difference"]
        ),
        Row(name: "policy-history", arguments: ["policy", "history"], members: ["versions", "broken_at"]),
        Row(name: "policy-blame", arguments: ["policy", "blame", CommandSeed.ada], members: ["decisions"]),
        Row(name: "policy-blame-nobody", arguments: ["policy", "blame", CommandSeed.nobody], members: ["decisions"]),
        Row(
            name: "decisions-list",
            arguments: ["decisions", "list", "--until", "2099-01-01T00:00:00Z"],
            members: ["decisions"]
        ),
        Row(
            name: "decisions-list-refused",
            arguments: ["decisions", "list", "--outcome", "refuse"],
            members: ["decisions"]
        ),
        Row(
            name: "decisions-show",
            arguments: ["decisions", "show", CommandSeed.decision],
            members: ["id", "decided_at", "provider", "facts", "outcome", "rule", "user", "sentence", "request_id"]
        ),
        Row(
            name: "decisions-show-unknown",
            arguments: ["decisions", "show", CommandSeed.nobody],
            status: 1,
            members: ["error", "title", "details"]
        ),
    ]

    @Test("what people read is what the golden text says", arguments: rows)
    func human(_ row: Row) async throws {
        let (run, file) = try await run(row, [])
        try GoldenText.expect(run, row.name, files: [file], status: row.status)
    }

    @Test("what programs read is one JSON value with the members they rely on", arguments: rows)
    func json(_ row: Row) async throws {
        let (run, _) = try await run(row, ["--json"])
        #expect(run.status == row.status)
        let object = try #require(run.json, "\(run.output)")
        let members = try #require(row.members)
        #expect(members.isSubset(of: object.keys), "\(members.subtracting(object.keys))")
    }

    private func run(_ row: Row, _ more: [String]) async throws -> (CommandRun, path: String) {
        let own = try await CommandSeed.own()
        let file = try row.file.map { try PolicyFixture($0) }
        let path = file?.path ?? "policy.yaml"
        let arguments = row.arguments.map { $0 == "policy.yaml" ? path : $0 }
        // `policy check` needs no configuration, and takes none.
        let needsNone = row.arguments.prefix(2) == ["policy", "check"]
        return (try await CommandRun(arguments + more, stack: needsNone ? nil : own.stack), path)
    }

    @Test("holds list and show: lines for people, one JSON object a line for programs")
    func holds() async throws {
        let stack = try await CommandSeed.own().stack
        for (name, options) in [("holds-list", []), ("holds-list-denied", ["--status", "denied"])] {
            let run = try await CommandRun(["holds", "list"] + options, stack: stack)
            try GoldenText.expect(run, name, files: [])
            let lines = try await CommandRun(["holds", "list", "--json"] + options, stack: stack).output
                .split(separator: "\n").filter { !$0.hasPrefix("warning: ") }
            #expect(lines.count == (options.isEmpty ? 2 : 1))
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["status"] as? String == (options.isEmpty ? "pending" : "denied"))
                #expect(object?["id"] as? String != nil && object?["arrived_at"] as? String != nil)
            }
        }
        let shown = try await CommandRun(["holds", "show", CommandSeed.arrival], stack: stack)
        #expect(shown.json?["subject"] as? String == "101")
        #expect(shown.json?["evidence"] as? String == "verified")
    }

    @Test("the JSON says what the lines say")
    func agreement() async throws {
        let own = try await CommandSeed.own()
        let blame = try await CommandRun(["policy", "blame", CommandSeed.ada, "--json"], stack: own.stack)
        let decisions = try #require(blame.json?["decisions"] as? [[String: Any]])
        let lines = try await CommandRun(["policy", "blame", CommandSeed.ada], stack: own.stack).output
        #expect(decisions.count == 3)
        for decision in decisions {
            let id = try #require(decision["id"] as? String)
            let sentence = try #require(decision["sentence"] as? String)
            #expect(lines.contains("\(id)  \(decision["decided_at"] as? String ?? "")  \(sentence)\n"))
        }
        let shown = try await CommandRun(["policy", "show", "--json"], stack: own.stack)
        #expect(shown.json?["text"] as? String == PolicyFixture.standard)
    }
}
