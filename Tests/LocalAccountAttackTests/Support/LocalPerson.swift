import Foundation
import Postgres
import TestSupport

/// Somebody with an address and a password, known to nobody else: tests that run side by side never meet.
struct LocalPerson: Sendable {
    let stack: Stack
    let browser: Browser
    /// In the one form that is stored.
    let email: String
    let password: String

    /// Signed up, mail answered in the same browser, signed in.
    static func signedUp(
        at stack: Stack,
        email: String = freshAddress(),
        password: String = freshPassword(),
        node: Int = 0
    ) async throws -> LocalPerson {
        let (person, token) = try await waiting(at: stack, email: email, password: password, node: node)
        let answer = try await person.verify(token)
        guard answer.status == 303, await person.browser.cookies["latchkey"] != nil else {
            throw NeverHappened(description: "a proven address: \(answer.status) \(answer.sentence)")
        }
        return person
    }

    /// Signed up, with the token of the mail that nobody has answered.
    static func waiting(
        at stack: Stack,
        email: String = freshAddress(),
        password: String = freshPassword(),
        node: Int = 0
    ) async throws -> (person: LocalPerson, token: String) {
        let person = LocalPerson(stack: stack, browser: stack.browser(node: node), email: email, password: password)
        let before = try await stack.mails(to: email)
        let answer = try await person.signUp()
        guard answer.status == 200 else {
            throw NeverHappened(description: "a sign-up: \(answer.status) \(answer.sentence)")
        }
        return (person, try token(in: try await stack.mail(to: email, contains: "/verify?token=", besides: before)))
    }

    /// Sends the form of signing up.
    func signUp() async throws -> HTTPExchange.Answer {
        try await browser.post("/sign-up", form: [("email", email), ("password", password)])
    }

    /// Answers the mail of a sign-up.
    func verify(_ token: String, in other: Browser? = nil, password: String? = nil) async throws -> HTTPExchange.Answer
    {
        try await (other ?? browser).post(
            "/verify",
            form: [("token", token)] + (password.map { [("password", $0)] } ?? [])
        )
    }

    /// Sends the form of signing in, from a browser of its own unless told.
    @discardableResult
    func signIn(
        in other: Browser? = nil,
        email typed: String? = nil,
        password tried: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> HTTPExchange.Answer {
        let own = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"].merging(headers) { $1 }
        return try await (other ?? stack.browser()).post(
            "/sign-in/password",
            form: [("email", typed ?? email), ("password", tried ?? password)],
            headers: own
        )
    }

    /// A further browser, signed in.
    func anotherBrowser(node: Int = 0) async throws -> Browser {
        let other = stack.browser(node: node)
        let answer = try await signIn(in: other)
        guard answer.status == 303 else {
            throw NeverHappened(description: "a sign-in: \(answer.status) \(answer.sentence)")
        }
        return other
    }

    /// Asks for a mail to set a new password and returns its token.
    func resetToken() async throws -> String {
        let before = try await stack.mails(to: email)
        _ = try await stack.browser().post("/reset", form: [("email", email)])
        return try Self.token(in: try await stack.mail(to: email, contains: "/reset/confirm?token=", besides: before))
    }

    /// The user's id.
    func userID() async throws -> String {
        guard let id = try await stack.text("select user_id::text from user_emails where address = \(email)") else {
            throw NeverHappened(description: "a user at \(email)")
        }
        return id
    }

    /// The token of a mailed link.
    static func token(in mail: CaughtLetter) throws -> String {
        guard let found = mail.text.firstMatch(of: /token=(lkm_[A-Za-z0-9_-]+)/) else {
            throw NeverHappened(description: "a token in: \(mail.text)")
        }
        return String(found.1)
    }

    /// The code of eight digits.
    static func code(in mail: CaughtLetter) throws -> String {
        guard let found = mail.text.firstMatch(of: /(?:^|[^0-9])(\d{4} ?\d{4})(?:[^0-9]|$)/) else {
            throw NeverHappened(description: "a code in: \(mail.text)")
        }
        return found.1.filter { $0 != " " }
    }

    /// Digits that nobody had before.
    static func freshNumber() -> String { String(UInt64.random(in: 100_000_000_000_000...999_999_999_999_999)) }

    /// An address that nobody had before.
    static func freshAddress(_ domain: String = "people.example") -> String { "p\(freshNumber())@\(domain)" }

    /// A password that nobody had before, and that keeps every rule.
    static func freshPassword() -> String { "quiet harbour \(freshNumber()) lantern" }
}

/// A mail that was caught.
struct CaughtLetter: Sendable, Hashable {
    let id: String
    let subject: String
    let text: String
    let html: String
}

extension Stack {
    /// All mails to an address that are still there, oldest first.
    func mails(to address: String) async throws -> [CaughtLetter] {
        try await database.query(
            """
            select id::text, subject, text_body, html_body from caught_mails where recipient = \(address)
            order by caught_at, id
            """
        ).map { (row) throws(PostgresFailure) in
            CaughtLetter(
                id: try row.decode(String.self, at: 0),
                subject: try row.decode(String.self, at: 1),
                text: try row.decode(String.self, at: 2),
                html: try row.decode(String.self, at: 3)
            )
        }
    }

    /// Awaits a mail whose subject or text contains a text; the latest one.
    /// - Parameter besides: mails that were there before and do not count.
    func mail(to address: String, contains text: String, besides: [CaughtLetter] = []) async throws -> CaughtLetter {
        let known = Set(besides.map(\.id))
        do {
            return try await eventually("a mail to \(address) with \(text)") {
                try await mails(to: address).last { mail in
                    !known.contains(mail.id) && (mail.subject.contains(text) || mail.text.contains(text))
                }
            }
        } catch let error as NeverHappened {
            throw NeverHappened(description: "\(error); \(try await mailState(of: address))")
        }
    }

    /// What there is instead of a mail that does not come: others to the same address, and jobs that are not done.
    private func mailState(of address: String) async throws -> String {
        let there = try await mails(to: address).map(\.subject)
        let jobs = try await text(
            """
            select string_agg(concat_ws(' ', kind, attempts, last_error, age(due_at, now()), died_at), ', ') from jobs
            """
        )
        return "there are \(there), and the jobs \(jobs ?? "are all done")"
    }

    /// A number that the database knows.
    func count(_ query: SQL) async throws -> Int {
        Int(try await database.query(query).one().decode(Int64.self, at: 0))
    }

    /// A text that the database knows.
    func text(_ query: SQL) async throws -> String? {
        guard let row = try await database.query(query).first else { return nil }
        return try row.decode(String?.self, at: 0)
    }
}

extension Browser {
    /// Whether a node knows its session.
    func isSignedIn() async throws -> Bool { try await get("/v1/session").status == 200 }

    /// The session's cookie.
    func session() -> String? { cookies["latchkey"] }
}
