import Postgres
import TestSupport
import Testing

/// `session.limit_per_user` (H13).
@Suite("Sessions of one user at a time", .enabled(if: Stack.isAvailable))
struct SessionLimitTests {
    private static let limit = 3
    private static func stack() async throws -> Stack { try await stackTask.value }
    private static let stackTask = Task {
        try await Stack.start(
            nodes: 2,
            settings: Installation.everything + Installation.roomyLimits + ["session.limit_per_user=\(limit)"]
        )
    }

    @Test("H13 one session too many ends the one that was unused for longest, and the owner can read it")
    func oldest() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        let (second, third) = (try await person.anotherBrowser(), try await person.anotherBrowser(node: 1))
        for browser in [person.browser, second, third] { #expect(try await browser.isSignedIn(), "control: three fit") }
        // The second one is the idle one, although the first one is older.
        let idle = try await second.sessionID()
        _ = try await stack.database.query(
            "update sessions set last_seen_at = now() - interval '1 hour' where id = \(idle)::uuid"
        )
        let fourth = try await person.anotherBrowser()
        #expect(try await !second.isSignedIn())
        for browser in [person.browser, third, fourth] { #expect(try await browser.isSignedIn()) }
        let events = try await stack.count(
            "select count(*) from account_events where user_id = \(user)::uuid and kind = 'session_limit_reached'"
        )
        #expect(events == 1)
        #expect(try await fourth.get("/account").text.contains("signed in in too many places"))
    }

    @Test("H13 of many sign-ins at once over two nodes exactly as many stay as may")
    func atTheSameTime() async throws {
        let stack = try await Self.stack()
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        let answers = try await atOnce(Array(0..<12)) { index in
            try await person.signIn(in: stack.browser(node: index % 2)).status
        }
        #expect(answers.allSatisfy { $0 == 303 }, "\(answers)")
        #expect(try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") == Self.limit)
    }

    @Test("H13 a session that waits for its second step takes nobody's place; once it is open it counts")
    func waiting() async throws {
        let stack = try await Self.stack()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let user = try await person.userID()
        // Whoever has the password alone must not be able to sign the owner out.
        for _ in 0..<(Self.limit + 2) { _ = try await person.waitingBrowser() }
        #expect(try await person.browser.isSignedIn())
        var opened: [Browser] = []
        for code in [authenticator.code(), authenticator.code(1)] {
            let browser = try await person.waitingBrowser()
            #expect(try await browser.passSecondFactor(code).status == 303)
            opened.append(browser)
        }
        #expect(try await person.browser.isSignedIn(), "three are open")
        let recovered = try await person.waitingBrowser(node: 1)
        let passed = try await recovered.passSecondFactor(authenticator.recoveryCodes[0], as: "recovery_code")
        #expect(passed.status == 303)
        #expect(
            try await stack.count(
                "select count(*) from sessions where user_id = \(user)::uuid and not awaits_second_factor"
            ) == Self.limit
        )
        for browser in [recovered, opened[1]] { #expect(try await browser.isSignedIn()) }
        #expect(try await !person.browser.isSignedIn(), "unused for longest")
    }

    @Test("H05 the lifetimes of a session are those of the settings")
    func lifetimes() async throws {
        let stack = try await Stack.start(
            settings: Installation.everything + ["session.idle_timeout=30m", "session.absolute_timeout=2h"]
        )
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        #expect(
            try await stack.count(
                """
                select count(*) from sessions where user_id = \(user)::uuid and idle_timeout = interval '30 minutes'
                  and expires_at - created_at = interval '2 hours'
                """
            ) == 1
        )
        for (change, isLive): (SQL, Bool) in [
            ("last_seen_at = now() - interval '29 minutes'", true),
            ("last_seen_at = now() - interval '31 minutes'", false),
        ] {
            _ = try await stack.database.query("update sessions set \(change) where user_id = \(user)::uuid")
            let answer = try await person.browser.get("/v1/sessions")
            #expect((answer.status == 200) == isLive)
        }
        await stack.stop()
    }
}
