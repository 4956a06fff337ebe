import Accounts
import Cryptography
import Foundation
import TestSupport

/// Stacks whose policy is changed.
enum PolicyStacks {
    /// Two nodes with an administrator's key, shared by tests that change no policy.
    static func administered() async throws -> (Stack, String) { try await shared.value }
    private static let shared = Task { () throws -> (Stack, String) in
        let key = AdministrationKey.generate()
        let stack = try await Stack.start(
            nodes: 2,
            settings: ["administration.keys=ada:\(Hex.encode(key.hash.bytes))"]
        )
        return (stack, key.reveal())
    }

    /// A stack of its own: its policy's file, and a key.
    struct Own: Sendable {
        let stack: Stack
        let file: PolicyFixture
        let key: String

        func program(_ node: Int = 0) -> Program { Program(port: stack.nodes[node].port, bearer: key) }

        /// The version that a node decides by, by its own metrics.
        func version(node: Int) async throws -> Int {
            let port = stack.nodes[node].metricsPort
            let answer = try await Browser(port: port, origin: Stack.origin).get("/metrics")
            let text = String(decoding: answer.body, as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("latchkey_policy_version ") }
            return line.flatMap { Double($0.split(separator: " ").last ?? "") }.map { Int($0) } ?? 0
        }

        func awaitVersion(_ number: Int, node: Int) async throws {
            _ = try await eventually("version \(number) on node \(node)") { () -> Bool? in
                try await version(node: node) == number ? true : nil
            }
        }
    }

    static func own(nodes: Int = 2, policy: String = PolicyFixture.standard) async throws -> Own {
        let key = AdministrationKey.generate()
        let file = try PolicyFixture(policy)
        let stack = try await Stack.start(
            nodes: nodes,
            settings: [
                "administration.keys=ada:\(Hex.encode(key.hash.bytes))", "linking.policy_file=\(file.path)",
            ]
        )
        return Own(stack: stack, file: file, key: key.reveal())
    }
}

/// A policy's file in a folder of its own.
struct PolicyFixture: Sendable {
    let path: String

    init(_ text: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "policy-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("linking-policy.yaml").path
        try write(text)
    }

    /// As editors do it: another file takes the place of the old one.
    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    static let standard = text()

    /// A sound policy that differs by what the arguments say.
    static func text(signUp: String = "open", dormantAfter: String = "540d", vouched: String = "link") -> String {
        let proofs = vouched == "link_after_proof" ? "\n    proofs: [password, email_code, linked_identity]" : ""
        return """
            version: 1
            sign_up: \(signUp)
            dormant_after: \(dormantAfter)
            rules:
              - name: mailbox operator vouches for it
                when: { email: authoritative, account: verified }
                then: \(vouched)\(proofs)
              - name: verified elsewhere
                when: { email: verified, account: verified }
                then: link_after_proof
                proofs: [password, email_code, linked_identity]
              - name: claim
                when: { email: authoritative, account: unverified }
                then: claim
              - name: claim with a code
                when: { email: verified, account: unverified }
                then: claim_after_proof
              - name: unproven
                when: { email: unverified, account: [verified, unverified, disabled, several] }
                then: create_separate
              - name: several
                when: { email: [verified, authoritative], account: several }
                then: hold
              - name: newcomers
                when: { account: none }
                then: create

            """
    }
}
