import Postgres
import TestSupport
import Testing

/// What a session check may ask for beyond a live session: age, level, roles (H15, S-1).
@Suite("Demands of a session check", .enabled(if: Stack.isAvailable))
struct SessionDemandTests {
    static let one = "urn:latchkey:acr:1"
    static let two = "urn:latchkey:acr:2"

    @Test(
        "H15 max_age: an old proof is told apart from a new one by the database's clock, and the person is led to a new one"
    )
    func age() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        for (age, limit, status) in [
            (100, 3600, 200), (3500, 3600, 200), (3700, 3600, 401), (86_400, 999_999_999, 200),
        ] {
            _ = try await stack.database.query(
                """
                update sessions set authenticated_at = now() - make_interval(secs => \(Double(age)))
                where user_id = \(user)::uuid
                """
            )
            let answer = try await person.browser.get("/v1/session?max_age=\(limit)")
            #expect(answer.status == status, "\(age) \(limit)")
        }
        let refused = Problem(try await person.browser.get("/v1/session?max_age=3600&return_to=%2Faccount%2Femail"))
        #expect(refused.status == 401 && refused.code == "insufficient_user_authentication")
        #expect(
            refused.answer.header("www-authenticate")
                == "Bearer error=\"insufficient_user_authentication\", max_age=\"3600\""
        )
        let target = try #require(refused.texts["sign_in"])
        #expect(target == "\(Stack.origin)/account/confirm?return_to=%2Faccount%2Femail")
        #expect(try await person.browser.get(String(target.dropFirst(Stack.origin.count))).status == 200)
        let back = try await person.browser.post(
            "/account/confirm",
            form: [("password", person.password), ("return_to", "/account/email")]
        )
        #expect(back.status == 303 && back.header("location") == "/account/email")
        #expect(try await person.browser.get("/v1/session?max_age=3600").status == 200, "control: proven again")
    }

    @Test("S-1 acr: a password is one factor, with the second step it is two; a mail on top of a mail stays one")
    func level() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = person.browser
        #expect(try await browser.sessionAnswer()["acr"] as? String == Self.one)
        let refused = Problem(try await browser.get("/v1/session?acr=\(Self.two)"))
        #expect(refused.status == 401 && refused.code == "insufficient_user_authentication")
        #expect(refused.answer.header("www-authenticate")?.contains("acr_values=\"\(Self.two)\"") == true)
        #expect(refused.texts["sign_in"] == "\(Stack.origin)/account/second-factor", "there is none to pass yet")

        // Proven by mail, and by mail again.
        let mailed = stack.browser()
        for _ in 0..<2 {
            let before = try await stack.mails(to: person.email)
            _ = try await mailed.post("/sign-in/mail", form: [("email", person.email)])
            let mail = try await stack.mail(to: person.email, contains: "token=", besides: before)
            let token = try LocalPerson.token(in: mail)
            #expect(try await mailed.post("/sign-in/mail/confirm", form: [("token", token)]).status == 303)
            let answer = try await mailed.sessionAnswer()
            #expect(answer["acr"] as? String == Self.one && answer["amr"] as? [String] == ["mail"])
            #expect(try await mailed.get("/v1/session?acr=\(Self.two)").status == 401)
        }

        let authenticator = try await person.enrol()
        #expect(try await browser.get("/v1/session?acr=\(Self.two)").status == 200, "proven while setting it up")
        let other = try await person.waitingBrowser()
        #expect(try await other.get("/v1/session").status == 401, "half a sign-in is none")
        #expect(try await other.passSecondFactor(authenticator.code()).status == 303)
        let answer = try await other.sessionAnswer("?acr=\(Self.two)&max_age=600")
        #expect(answer["acr"] as? String == Self.two && answer["amr"] as? [String] == ["pwd", "otp", "mfa"])
    }

    @Test("Whoever has a second step and came in without it is sent to sign in again")
    func weakWithFactor() async throws {
        let stack = try await Installation.roomy()
        let (person, _) = try await LocalPerson.withSecondFactor(at: stack)
        let user = try await person.userID()
        _ = try await stack.database.query("update sessions set methods = '{pwd}' where user_id = \(user)::uuid")
        let refused = Problem(try await person.browser.get("/v1/session?acr=\(Self.two)&return_to=%2Faccount"))
        #expect(refused.status == 401)
        #expect(refused.texts["sign_in"] == "\(Stack.origin)/account/confirm?return_to=%2Faccount")
    }

    @Test("role: one of several is enough; without any it is 403, which no sign-in mends")
    func role() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let user = try await person.userID()
        let none = Problem(try await person.browser.get("/v1/session?role=staff&max_age=1"))
        #expect(none.status == 403 && none.code == "role_required" && none.texts["sign_in"] == nil)
        _ = try await stack.database.query("update users set roles = '{staff}' where id = \(user)::uuid")
        #expect(try await person.browser.get("/v1/session?role=admin,staff").status == 200)
        #expect(try await person.browser.get("/v1/session?role=staf").status == 403)
        #expect(try await person.browser.get("/v1/session?role=STAFF").status == 403)
    }

    @Test("A demand that cannot be understood lets nobody through")
    func mistyped() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        for query in [
            "max_age=0", "max_age=-1", "max_age=", "max_age=1.5", "max_age=9999999999", "max_age=1&max_age=2",
            "maxage=5",
            "max-age=5", "acr=2", "acr=", "acr=\(Self.two)%20\(Self.one)", "acr=URN:latchkey:acr:2", "role=",
            "role=a,,b",
            "roles=admin", "answer=page", "max_age=%zz",
        ] {
            #expect(try await person.browser.get("/v1/session?\(query)").status == 400, "\(query)")
            #expect(try await person.browser.get("/v1/forward-auth?\(query)").status == 400, "\(query)")
            #expect(try await stack.browser().get("/v1/session?\(query)").status == 401, "\(query)")
        }
        #expect(try await person.browser.get("/v1/session?max_age=5&acr=\(Self.one)").status == 200, "control")
    }
}
