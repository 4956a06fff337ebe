import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// The JSON interface: for programs without cookies and for pages with them (L-12, O-6).
@Suite("JSON interface", .enabled(if: Stack.isAvailable))
struct JSONInterfaceTests {
    /// Every path that takes a JSON body.
    static let paths = [
        "/sign-up", "/verify", "/sign-in/password", "/sign-in/second-factor", "/sign-in/mail", "/sign-in/mail/code",
        "/sign-in/mail/confirm", "/reset", "/reset/confirm", "/account/password", "/account/password/remove",
        "/account/email", "/account/email/cancel", "/account/email/confirm", "/account/email/undo",
        "/account/second-factor", "/account/second-factor/confirm", "/account/second-factor/remove",
        "/account/second-factor/recovery-codes",
    ]

    private func token(_ path: String, to address: String, _ stack: Stack, _ before: [CaughtLetter]) async throws
        -> String
    {
        try LocalPerson.token(in: try await stack.mail(to: address, contains: path + "?token=", besides: before))
    }

    /// Signs up as a program does; the bearer.
    private func signedUp(_ program: Program, _ email: String, _ password: String) async throws -> String {
        let begun = try await program.call("/sign-up", ["email": email, "password": password])
        #expect(begun.status == 202 && begun.texts["status"] == "check_mail" && begun.texts["email"] == email)
        #expect(begun.answer.headerValues("set-cookie").isEmpty)
        let flow = try #require(begun.texts["flow"])
        let token = try await token("/verify", to: email, program.stack, [])
        let verified = try await program.call("/verify", ["token": token, "flow": flow])
        #expect(verified.status == 200 && verified.answer.headerValues("set-cookie").isEmpty)
        return try #require(verified.texts["session_token"])
    }

    private func isOpen(_ program: Program, _ bearer: String) async throws -> Bool {
        try await program.send("GET", "/session", body: nil, type: nil, bearer: bearer).status == 200
    }

    @Test("a program lives a whole life with bearers: every /v1 path, no cookie ever")
    func program() async throws {
        let stack = try await Installation.roomy()
        let program = Program(stack: stack)
        let other = Program(stack: stack, node: 1)
        let email = LocalPerson.freshAddress()
        var password = LocalPerson.freshPassword()
        var bearer = try await signedUp(program, email, password)
        #expect(try await isOpen(other, bearer))

        // Password.
        let new = LocalPerson.freshPassword()
        let changed = try await other.call(
            "/account/password",
            ["current_password": password, "new_password": new],
            bearer: bearer
        )
        #expect(changed.status == 200)
        #expect(try await !isOpen(program, bearer), "the token before")
        password = new
        bearer = try #require(changed.texts["session_token"])
        #expect(try await isOpen(program, bearer))

        // Second factor.
        let prepared = try await program.call("/account/second-factor", bearer: bearer)
        let text = try #require(prepared.texts["secret"])
        #expect(prepared.texts["uri"]?.hasPrefix("otpauth://totp/") == true)
        let secret = try #require(Base32.decode(text).flatMap { TOTPSecret(stored: $0) })
        let authenticator = Authenticator(secret: secret, recoveryCodes: [])
        let confirmed = try await program.call(
            "/account/second-factor/confirm",
            ["code": authenticator.code(-1)],
            bearer: bearer
        )
        #expect(confirmed.status == 200)
        bearer = try #require(confirmed.texts["session_token"])
        #expect(try await program.call("/account/second-factor/recovery-codes", bearer: bearer).status == 200)

        // Sign-in with both.
        let begun = try await program.call("/sign-in/password", ["email": email, "password": password])
        let waiting = try #require(begun.texts["session_token"])
        #expect(begun.answer.text.contains(#""second_factor_required":true"#))
        #expect(try await !isOpen(program, waiting))
        let passed = try await other.call("/sign-in/second-factor", ["code": authenticator.code()], bearer: waiting)
        let second = try #require(passed.texts["session_token"])
        #expect(try await isOpen(program, second))
        #expect(try await !isOpen(program, waiting), "rotated")
        let removed = try await program.call(
            "/account/second-factor/remove",
            ["code": authenticator.code(1)],
            bearer: second
        )
        #expect(removed.status == 200)
        bearer = try #require(removed.texts["session_token"])

        // Address.
        let address = LocalPerson.freshAddress()
        #expect(try await program.call("/account/email", ["email": address], bearer: bearer).status.isOneOf(200, 202))
        _ = try await self.token("/account/email/confirm", to: address, stack, [])
        #expect(try await program.call("/account/email/cancel", bearer: bearer).status == 200)
        let before = try await stack.mails(to: address)
        #expect(try await program.call("/account/email", ["email": address], bearer: bearer).status.isOneOf(200, 202))
        let proof = try await token("/account/email/confirm", to: address, stack, before)
        let moved = try await program.call("/account/email/confirm", ["token": proof], bearer: bearer)
        #expect(moved.status == 200)
        bearer = try #require(moved.texts["session_token"])
        let undo = try await token("/account/email/undo", to: email, stack, [])
        #expect(try await program.call("/account/email/undo", ["token": undo]).status == 200)
        #expect(try await !isOpen(program, bearer), "an undo ends every session")

        // By mail.
        let asked = try await program.call("/sign-in/mail", ["email": email])
        let flow = try #require(asked.texts["flow"])
        let mail = try await stack.mail(to: email, contains: "/sign-in/mail/confirm?token=")
        #expect(try await program.call("/sign-in/mail/code", ["code": try LocalPerson.code(in: mail)]).status == 401)
        let byCode = try await program.call(
            "/sign-in/mail/code",
            ["code": try LocalPerson.code(in: mail), "flow": flow]
        )
        #expect(byCode.texts["session_token"] != nil)
        let seen = try await stack.mails(to: email)
        let again = try await program.call("/sign-in/mail", ["email": email])
        let link = try await token("/sign-in/mail/confirm", to: email, stack, seen)
        let byLink = try await program.call(
            "/sign-in/mail/confirm",
            ["token": link, "flow": try #require(again.texts["flow"])]
        )
        bearer = try #require(byLink.texts["session_token"])
        #expect(try await isOpen(other, bearer))

        // Reset, and the end.
        #expect(try await program.call("/reset", ["email": email]).status.isOneOf(200, 202))
        let reset = try await token("/reset/confirm", to: email, stack, [])
        let last = LocalPerson.freshPassword()
        #expect(try await program.call("/reset/confirm", ["token": reset, "password": last]).status == 200)
        #expect(try await !isOpen(program, bearer))
        let final = try await program.call("/sign-in/password", ["email": email, "password": last])
        bearer = try #require(final.texts["session_token"])
        #expect(
            try await program.send("DELETE", "/session", body: nil, type: nil, bearer: bearer).status.isOneOf(200, 204)
        )
        #expect(try await !isOpen(other, bearer))
    }

    @Test("a page with an Origin gets cookies and never a token in the body")
    func browser() async throws {
        let stack = try await Installation.roomy()
        let email = LocalPerson.freshAddress()
        let password = LocalPerson.freshPassword()
        let browser = stack.browser()
        let begun = try await browser.json("/v1/sign-up", ["email": email, "password": password])
        #expect(begun.status == 202 && begun.texts["flow"] == nil && !begun.answer.headerValues("set-cookie").isEmpty)
        let token = try await token("/verify", to: email, stack, [])
        let verified = try await browser.json("/v1/verify", ["token": token])
        #expect(verified.answer.startsSession && verified.texts["session_token"] == nil)
        #expect(try await browser.isSignedIn())
        let fresh = stack.browser()
        let signedIn = try await fresh.json("/v1/sign-in/password", ["email": email, "password": password])
        #expect(signedIn.answer.startsSession && !signedIn.answer.text.contains("lks_"))
        let changed = try await fresh.json(
            "/v1/account/password",
            ["current_password": password, "new_password": LocalPerson.freshPassword()]
        )
        #expect(changed.answer.startsSession && !changed.answer.text.contains("lks_"))
        // Another site cannot make a browser with cookies do it.
        for headers in [
            ["Origin": "https://attacker.example", "Sec-Fetch-Site": "cross-site"],
            ["Origin": "null", "Sec-Fetch-Site": ""],
        ] {
            let cross = try await fresh.json(
                "/v1/account/email",
                ["email": LocalPerson.freshAddress()],
                headers: headers
            )
            #expect(cross.status == 403, "\(headers)")
        }
    }

    @Test("O-6 bodies that are none, of other types, doubled or too large are refused with a problem, never 5xx")
    func odd() async throws {
        let stack = try await Installation.roomy()
        let program = Program(stack: stack)
        let bearer = try await signedUp(program, LocalPerson.freshAddress(), LocalPerson.freshPassword())
        let bodies: [String] = [
            "[]", "1", "\"text\"", "null", "true", "{", "{]", "{\"email\"}", "{\"email\":1}",
            "{\"email\":[\"a@b.example\"]}",
            "{\"email\":{\"$ne\":null}}", "{\"email\":true}", "{\"token\":1.5}", "{\"code\":123456}",
            "{\"password\":[\"a\",\"b\"]}", "{\"email\":\"a@b.example\",\"email\":\"c@d.example\"}",
            "{\"e\\u006dail\":\"a@b.example\",\"email\":\"c@d.example\"}", "{\"email\":\"\\ud800\"}", "\u{FEFF}{}",
            "{\"a\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}",
            "email=a%40b.example",
        ]
        let results = try await atOnce(Self.paths) { path in
            var wrong: [String] = []
            for token in [nil, bearer] {
                for body in bodies {
                    let answer = try await program.send("POST", path, body: Array(body.utf8), bearer: token)
                    if !(400..<500).contains(answer.status)
                        || answer.answer.header("content-type")?.hasPrefix("application/problem+json") != true
                    {
                        wrong.append("\(path) \(body.prefix(40)): \(answer.status)")
                    }
                }
                let bytes = try await program.send(
                    "POST",
                    path,
                    body: [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D],
                    bearer: token
                )
                if bytes.status != 400 { wrong.append("\(path) not UTF-8: \(bytes.status)") }
                for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", nil] {
                    let answer = try await program.send("POST", path, body: Array("{}".utf8), type: type, bearer: token)
                    if answer.status != 415 { wrong.append("\(path) \(type ?? "no type"): \(answer.status)") }
                }
                let huge = Array(#"{"email":"\#(String(repeating: "a", count: 1 << 20))"}"#.utf8)
                let large = try await program.send("POST", path, body: huge, bearer: token)
                if large.status != 413 { wrong.append("\(path) 1 MB: \(large.status)") }
            }
            return wrong
        }
        #expect(results.flatMap { $0 } == [])
    }

    @Test("O-6 odd Authorization headers are refused, never 5xx")
    func authorization() async throws {
        let stack = try await Installation.roomy()
        for value in [
            "", "Bearer", "Bearer ", "Basic YTpi", "Bearer x y", "bearer lks_",
            "Bearer " + String(repeating: "a", count: 5000),
        ] {
            for path in ["/v1/account/password", "/v1/sign-in/second-factor", "/v1/account/second-factor"] {
                let answer = try await stack.browser().send(
                    "POST",
                    path,
                    headers: ["Authorization": value, "Content-Type": "application/json"],
                    body: Array("{}".utf8)
                )
                #expect((400..<500).contains(answer.status), "\(path) \(value.prefix(20)): \(answer.status)")
            }
        }
    }

    @Test("L-12 L-7 no member of any body proves an address, gives a role or chooses an id")
    func members() async throws {
        let stack = try await Installation.roomy()
        let program = Program(stack: stack)
        let wanted = UUID().uuidString.lowercased()
        let extra = [
            "email_verified": "true", "emailVerified": "true", "verified_at": "2020-01-01T00:00:00Z",
            "verified": "true",
            "roles": "admin", "role": "admin", "is_admin": "true", "id": wanted, "user_id": wanted, "sub": wanted,
            "meets_single_factor": "true", "has_second_factor": "false", "awaits_second_factor": "false",
            "disabled_at": "", "credential_version": "0", "is_primary": "true",
        ]
        let email = LocalPerson.freshAddress()
        let password = LocalPerson.freshPassword()
        let begun = try await program.call("/sign-up", ["email": email, "password": password].merging(extra) { $1 })
        #expect(begun.status == 202)
        #expect(try await stack.count("select count(*) from user_emails where address = \(email)") == 0, "not proven")
        let mailed = try await token("/verify", to: email, stack, [])
        let verified = try await program.call(
            "/verify",
            ["token": mailed, "flow": try #require(begun.texts["flow"])].merging(extra) { $1 }
        )
        var bearer = try #require(verified.texts["session_token"])
        let new = LocalPerson.freshAddress()
        for path in Self.paths where !path.isSignIn {
            let own = [
                "email": new, "current_password": password, "new_password": password, "code": "123456",
                "token": "lkm_" + String(repeating: "A", count: 47), "password": password,
            ]
            let answer = try await program.call(path, own.merging(extra) { $1 }, bearer: bearer)
            #expect(answer.status < 500, "\(path): \(answer.status)")
            bearer = answer.texts["session_token"] ?? bearer
        }
        let state = try await stack.text(
            """
            select concat_ws('|', array_to_string(u.roles, ','), u.has_second_factor, u.id <> \(wanted)::uuid,
                (select string_agg(e.address, ',') from user_emails e where e.user_id = u.id))
            from users u join user_emails e on e.user_id = u.id where e.address = \(email)
            """
        )
        #expect(state == "|f|t|\(email)")
        #expect(try await stack.count("select count(*) from users where id = \(wanted)::uuid") == 0)
        #expect(try await stack.count("select count(*) from user_emails where address = \(new)") == 0)
    }
}

extension String {
    /// Whether the path begins a session of its own.
    fileprivate var isSignIn: Bool { hasPrefix("/sign-in") || self == "/sign-up" || self == "/verify" }
}
