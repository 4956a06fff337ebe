import Foundation
import TestSupport
import Testing

/// More passwords than can be hashed.
@Suite("Overload", .enabled(if: Stack.isAvailable), .timeLimit(.minutes(20)))
struct OverloadTests {
    @Test("I02 a full queue sheds at once with 503 and Retry-After; who waits is served, sessions are not touched")
    func shedding() async throws {
        let stack = try await Stack.start(
            settings: Installation.everything + Installation.roomyLimits + [
                "password.hash_threads=1", "password.queue_limit=2", "password.hash_passes=20",
            ]
        )
        let person = try await LocalPerson.signedUp(at: stack)
        var (statuses, checks): ([HTTPExchange.Answer], [Int]) = ([], [])
        // On a busy machine sixteen may not come faster than one thread hashes: then sixteen more do.
        while !statuses.contains(where: { $0.status == 503 }) {
            let (more, further) = try await Self.rush(stack, person)
            statuses += more
            checks += further
        }
        #expect(checks.allSatisfy { $0 == 200 }, "session checks: \(checks)")
        let shed = statuses.filter { $0.status == 503 }
        for answer in shed { #expect((answer.header("retry-after").flatMap(Int.init) ?? 0) >= 1) }
        #expect(statuses.contains { $0.status == 303 || $0.status == 401 }, "some were served")
        #expect(statuses.allSatisfy { $0.status.isOneOf(303, 401, 503) }, "\(statuses.map(\.status))")
        #expect(try await stack.metric("latchkey_password_hashes_shed_total") == Double(shed.count))
        #expect(try await person.signIn().status == 303, "and afterwards all is well")
        await stack.stop()
    }

    /// Sixteen sign-ins at once, and as many session checks.
    private static func rush(_ stack: Stack, _ person: LocalPerson) async throws -> ([HTTPExchange.Answer], [Int]) {
        try await withThrowingTaskGroup(of: (HTTPExchange.Answer, Bool).self) { group in
            for index in 0..<16 {
                group.addTask {
                    let browser = stack.browser()
                    guard index.isMultiple(of: 2) else {
                        return (try await person.signIn(in: browser), true)
                    }
                    return (
                        try await browser.send(
                            "POST",
                            "/v1/sign-in/password",
                            headers: ["Content-Type": "application/json"],
                            body: Array(#"{"email":"nobody@people.example","password":"some wrong password"}"#.utf8)
                        ), true
                    )
                }
            }
            for _ in 0..<16 {
                group.addTask { (try await person.browser.copy(port: stack.nodes[0].port).get("/v1/session"), false) }
            }
            var statuses: [HTTPExchange.Answer] = []
            var checks: [Int] = []
            for try await (answer, isSignIn) in group {
                if isSignIn { statuses.append(answer) } else { checks.append(answer.status) }
            }
            return (statuses, checks)
        }
    }
}
