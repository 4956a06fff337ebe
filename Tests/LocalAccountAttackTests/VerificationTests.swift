import Postgres
import TestSupport
import Testing

/// Answering the mail of a sign-up: only its own sign-up, only where it began, only once (P-5, P-6, P-10).
@Suite("Verification", .enabled(if: Stack.isAvailable))
struct VerificationTests {
    @Test("P-5 the squatter signed up first: the owner's click makes the owner's account", arguments: [true, false])
    func bothOrders(_ squatterFirst: Bool) async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress()
        let first = try await LocalPerson.waiting(at: stack, email: address, node: 0)
        let second = try await LocalPerson.waiting(at: stack, email: address, node: 1)
        let (squatter, owner) = squatterFirst ? (first, second) : (second, first)

        // Whichever mail the owner opens first, the squatter's asks for a password that only the squatter knows.
        let asked = try await owner.person.browser.get("/verify?token=\(squatter.token)")
        #expect(asked.status == 200 && asked.text.contains("type=\"password\""))
        for password in [nil, owner.person.password, ""] {
            let answer = try await squatter.person.verify(squatter.token, in: owner.person.browser, password: password)
            #expect(answer.status == 401 && !answer.startsSession)
        }
        #expect(try await stack.count("select count(*) from user_emails where address = \(address)") == 0)

        let answer = try await owner.person.verify(owner.token)
        #expect(answer.status == 303 && answer.startsSession, "control: the owner's own mail works")
        #expect(try await owner.person.signIn().status == 303, "control: with the owner's password")
        #expect(try await squatter.person.signIn().status == 401)
        #expect(try await squatter.person.verify(squatter.token).status == 400, "the other sign-up is over")
        #expect(try await !squatter.person.browser.isSignedIn())
    }

    @Test("P-5 signing up again with another password leaves each mail with its own password")
    func again() async throws {
        let stack = try await Installation.roomy()
        let first = try await LocalPerson.waiting(at: stack)
        let later = LocalPerson(
            stack: stack,
            browser: first.person.browser,
            email: first.person.email,
            password: LocalPerson.freshPassword()
        )
        let before = try await stack.mails(to: later.email)
        #expect(try await later.signUp().status == 200)
        let token = try LocalPerson.token(
            in: try await stack.mail(to: later.email, contains: "/verify", besides: before)
        )
        #expect(token != first.token)
        #expect(try await first.person.verify(first.token).status == 303)
        #expect(try await first.person.signIn().status == 303)
        #expect(try await later.signIn().status == 401)
        #expect(try await later.verify(token).status == 400)
    }

    @Test("P-6 another browser is signed in by nothing but the password of the sign-up")
    func otherBrowser() async throws {
        let stack = try await Installation.roomy()
        let (person, token) = try await LocalPerson.waiting(at: stack)
        let other = stack.browser(node: 1)
        #expect(try await other.get("/verify?token=\(token)").status == 200)
        for password in [nil, "", "not the password at all", person.password.uppercased(), person.password + " "] {
            let answer = try await person.verify(token, in: other, password: password)
            #expect(answer.status == 401 && !answer.startsSession)
        }
        // A secret of a browser that exists, but is not the one.
        let stranger = try await LocalPerson.waiting(at: stack)
        #expect(try await person.verify(token, in: stranger.person.browser).status == 401)
        #expect(try await !other.isSignedIn())
        #expect(try await stack.count("select count(*) from user_emails where address = \(person.email)") == 0)
        let answer = try await person.verify(token, in: other, password: person.password)
        #expect(answer.status == 303 && answer.startsSession, "control: the password does it")
        #expect(try await !person.browser.isSignedIn(), "and it signs in nobody else")
    }

    @Test("P-6 P-11 the password of a sign-up can be guessed ten times, however many guesses come at once")
    func guesses() async throws {
        let stack = try await Installation.roomy()
        let (person, token) = try await LocalPerson.waiting(at: stack)
        let answers = try await atOnce(Array(0..<40)) { number in
            try await person.verify(token, in: stack.browser(node: number % 2), password: "a wrong guess \(number)")
        }
        #expect(answers.count { $0.status == 401 } == 10)
        #expect(answers.count { $0.status == 429 && $0.header("retry-after") != nil } == 30)
        let late = try await person.verify(token, in: stack.browser(), password: person.password)
        #expect(late.status == 429 && !late.startsSession)
        #expect(try await person.verify(token).status == 303, "its own browser is not locked out")
    }

    @Test("P-6 X-3 of many answers to one mail at once, one makes an account")
    func singleUse() async throws {
        let stack = try await Installation.roomy()
        let (person, token) = try await LocalPerson.waiting(at: stack)
        let browsers = [
            await person.browser.copy(port: stack.nodes[0].port), await person.browser.copy(port: stack.nodes[1].port),
        ]
        let answers = try await atOnce(Array(0..<32)) { number in
            try await person.verify(token, in: await browsers[number % 2].copy(port: stack.nodes[number % 2].port))
        }
        #expect(answers.count { $0.status == 303 && $0.startsSession } == 1)
        #expect(answers.count { [400, 409].contains($0.status) && !$0.startsSession } == 31)
        #expect(try await stack.count("select count(*) from user_emails where address = \(person.email)") == 1)
        let user = try await person.userID()
        #expect(try await stack.count("select count(*) from sessions where user_id = \(user)::uuid") == 1)
        #expect(try await person.verify(token).status == 400)
    }

    @Test("P-5 of many sign-ups for one address answered at once, one becomes a user, with its own password")
    func rivals() async throws {
        let stack = try await Installation.roomy()
        let address = LocalPerson.freshAddress()
        var rivals: [(person: LocalPerson, token: String)] = []
        for number in 0..<32 {
            rivals.append(try await LocalPerson.waiting(at: stack, email: address, node: number % 2))
        }
        let answers = try await atOnce(rivals.map { $0 }) { try await $0.person.verify($0.token) }
        let winners = answers.indices.filter { answers[$0].startsSession }
        #expect(winners.count == 1)
        let others = answers.filter { !$0.startsSession && ![400, 409].contains($0.status) }
        #expect(answers.count { [400, 409].contains($0.status) } == 31, "\(others.map { ($0.status, $0.sentence) })")
        #expect(try await stack.count("select count(*) from user_emails where address = \(address)") == 1)
        #expect(try await stack.count("select count(*) from pending_registrations where address = \(address)") == 0)
        for (index, rival) in rivals.enumerated() where index % 8 == 0 || winners.contains(index) {
            #expect(try await rival.person.signIn().status == (winners.contains(index) ? 303 : 401))
        }
    }

    @Test("P-6 a sign-up that waited too long is over, in its own browser as well")
    func late() async throws {
        let stack = try await Installation.roomy()
        let (person, token) = try await LocalPerson.waiting(at: stack)
        #expect(try await person.browser.get("/verify?token=\(token)").status == 200, "control: in time")
        _ = try await stack.database.query(
            "update pending_registrations set expires_at = now() where address = \(person.email)"
        )
        #expect(try await person.browser.get("/verify?token=\(token)").status == 400)
        #expect(try await person.verify(token).status == 400)
        #expect(try await person.verify(token, in: stack.browser(), password: person.password).status == 400)
        #expect(try await person.signIn().status == 401)
    }

    @Test("P-10 a sign-up alone opens nothing: no step can be reached before its mail was answered")
    func unanswered() async throws {
        let stack = try await Installation.roomy()
        let (person, _) = try await LocalPerson.waiting(at: stack)
        #expect(try await person.signIn(in: person.browser).status == 401)
        #expect(
            try await person.browser.json("/v1/sign-in/password", ["email": person.email, "password": person.password])
                .code
                == "wrong_credentials"
        )
        let secret = await person.browser.cookies["latchkey-flow"] ?? ""
        #expect(secret.hasPrefix("lkf_"))
        for path in Self.steps {
            for token in ["", "lkm_", secret, "lkm_" + secret.dropFirst(4), "lks_" + secret.dropFirst(4)] {
                for password in [person.password, ""] {
                    let fields = [
                        ("token", token), ("code", "00000000"), ("password", password), ("email", person.email),
                    ]
                    let answer = try await person.browser.post(path, form: fields)
                    #expect(
                        !answer.startsSession && [400, 401, 403, 409].contains(answer.status),
                        "\(path) \(answer.status)"
                    )
                    let json = try await person.browser.json("/v1" + path, Dictionary(uniqueKeysWithValues: fields))
                    #expect(!json.answer.startsSession && json.texts["session_token"] == nil)
                    #expect([400, 401, 403, 404, 409].contains(json.status), "/v1\(path) \(json.status)")
                }
            }
        }
        #expect(try await !person.browser.isSignedIn())
        #expect(try await stack.count("select count(*) from user_emails where address = \(person.email)") == 0)
    }

    /// What only a mail, a session or an answered question before leads to.
    private static let steps = [
        "/verify", "/reset/confirm", "/sign-in/mail/confirm", "/sign-in/mail/code", "/sign-in/second-factor",
        "/account/email/confirm", "/account/email/undo",
    ]
}
