import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport

/// An authenticator app that was set up for somebody, and the recovery codes that came with it.
struct Authenticator: Sendable {
    let secret: TOTPSecret
    let recoveryCodes: [String]
    /// The code it was set up with.
    var firstCode = ""

    /// What it shows now, or showed and will show so many steps away.
    func code(_ steps: Int64 = 0) -> String {
        TOTP(secret).code(at: TOTP.step(at: Int64(Date().timeIntervalSince1970)) + steps)
    }

    /// Six digits that no step near now has.
    var wrongCode: String {
        let near = Set((-2...2).map { code($0) })
        return (0..<10).map { String(repeating: String($0), count: 6) }.first { !near.contains($0) } ?? "000000"
    }
}

extension Browser {
    /// Begins to set up a second factor; the secret it shows.
    func prepareSecondFactor() async throws -> TOTPSecret {
        let answer = try await json("/v1/account/second-factor")
        guard answer.status == 200, let text = answer.texts["secret"], let bytes = Base32.decode(text),
            let secret = TOTPSecret(stored: bytes)
        else { throw NeverHappened(description: "a secret: \(answer.status) \(answer.answer.text)") }
        return secret
    }

    /// Puts it in force with a code; the recovery codes.
    func confirmSecondFactor(_ code: String) async throws -> [String] {
        let answer = try await json("/v1/account/second-factor/confirm", ["code": code])
        let object = try JSONSerialization.jsonObject(with: Data(answer.answer.body)) as? [String: Any]
        guard answer.status == 200, let codes = object?["recovery_codes"] as? [String] else {
            throw NeverHappened(description: "a second factor: \(answer.status) \(answer.answer.text)")
        }
        return codes
    }

    /// Sends the form of the second step.
    func passSecondFactor(_ code: String, as field: String = "code") async throws -> HTTPExchange.Answer {
        try await post("/sign-in/second-factor", form: [(field, code)])
    }
}

extension LocalPerson {
    /// Signed up, with a second factor; the code of the step before this one is used up by it.
    static func withSecondFactor(
        at stack: Stack,
        email: String = freshAddress()
    ) async throws -> (person: LocalPerson, authenticator: Authenticator) {
        let person = try await signedUp(at: stack, email: email)
        return (person, try await person.enrol())
    }

    /// Sets up a second factor in this person's browser.
    func enrol() async throws -> Authenticator {
        let secret = try await browser.prepareSecondFactor()
        let first = Authenticator(secret: secret, recoveryCodes: [])
        let code = first.code(-1)
        let recoveryCodes = try await browser.confirmSecondFactor(code)
        return Authenticator(secret: secret, recoveryCodes: recoveryCodes, firstCode: code)
    }

    /// A further browser that has the password and waits for the second step.
    func waitingBrowser(node: Int = 0) async throws -> Browser {
        let other = stack.browser(node: node)
        let answer = try await signIn(in: other)
        guard answer.status == 303, answer.header("location")?.hasPrefix("/sign-in/second-factor") == true else {
            throw NeverHappened(description: "a second step: \(answer.status) \(answer.sentence)")
        }
        return other
    }

    /// Makes every session's sign-in an old one.
    func growStale() async throws {
        let id = try await userID()
        try await stack.growStale(id)
    }
}

extension Stack {
    /// Makes every sign-in of a user an old one.
    func growStale(_ user: String) async throws {
        _ = try await database.query(
            "update sessions set authenticated_at = now() - interval '1 day' where user_id = \(user)::uuid"
        )
    }

    /// Every row of every table as text, as a dump would show it.
    func dump() async throws -> String {
        let tables = try await database.query(
            "select table_name::text from information_schema.tables where table_schema = 'public' order by 1"
        ).map { (row) throws(PostgresFailure) in try row.decode(String.self, at: 0) }
        var all = ""
        for table in tables {
            let xml = try await text(
                "select query_to_xml('select * from ' || quote_ident(\(table)), false, false, '')::text"
            )
            all += xml ?? ""
        }
        return all
    }
}
