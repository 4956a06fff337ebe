import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// Switching the second factor on and off (O-5, H08).
@Suite("Second factor: on and off", .enabled(if: Stack.isAvailable))
struct SecondFactorSetUpTests {
    @Test("O-5 no second factor for an account without a proven address")
    func unproven() async throws {
        let stack = try await Installation.roomy()
        let name = "p" + LocalPerson.freshNumber()
        try await stack.mock.call(
            "PUT",
            "/people/x/\(name)",
            #"{"subject":"\#(LocalPerson.freshNumber())","name":"Person","username":"\#(name)","email":null}"#
        )
        let account = ProviderAccount(stack: stack, provider: "twitter", name: name, email: "")
        let browser = try await account.signedIn()
        let answer = try await browser.json("/v1/account/second-factor")
        #expect(answer.status == 409 && answer.code == "address_not_proven", "\(answer.status) \(answer.code)")
        #expect(try await browser.get("/account/second-factor").status == 409)
        #expect(try await browser.get("/account/second-factor/qr.svg").status == 409)
        #expect(try await browser.json("/v1/account/second-factor/confirm", ["code": "123456"]).status == 409)
        #expect(
            try await stack.count(
                """
                select count(*) from totp_factors f join federated_identities i on i.user_id = f.user_id
                where i.username = \(name)
                """
            ) == 0
        )
    }

    @Test("setting up, recovery codes and removal need a fresh session; the picture is an SVG for it alone")
    func fresh() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let browser = person.browser
        let picture = try await browser.get("/account/second-factor/qr.svg")
        #expect(picture.status == 200)
        #expect(picture.header("content-type") == "image/svg+xml")
        #expect(picture.header("cache-control") == "no-store")
        #expect(picture.text.contains("<svg") && !picture.text.contains("<script"))
        #expect(try await stack.browser().get("/account/second-factor/qr.svg").status == 401)

        try await person.growStale()
        let refused = try await browser.get("/account/second-factor/qr.svg")
        #expect(refused.status == 403 && refused.header("content-type") != "image/svg+xml")
        let page = try await browser.get("/account/second-factor")
        #expect(
            page.status == 303 && page.header("location") == "/account/confirm?return_to=%2Faccount%2Fsecond-factor"
        )
        for path in ["", "/confirm", "/recovery-codes", "/remove"] {
            let answer = try await browser.json("/v1/account/second-factor" + path, ["code": "123456"])
            #expect(answer.status == 403 && answer.code == "fresh_sign_in_required", "\(path): \(answer.status)")
        }

        // Once it is in force nobody sees the secret again.
        let again = try await person.anotherBrowser()
        let secret = try await again.prepareSecondFactor()
        _ = try await again.confirmSecondFactor(Authenticator(secret: secret, recoveryCodes: []).code())
        #expect(try await again.get("/account/second-factor/qr.svg").status == 409)
        #expect(try await again.json("/v1/account/second-factor").status == 409)
    }

    @Test("H08 H02 a factor that comes or goes ends every other session on both nodes and renews this one's token")
    func endsSessions() async throws {
        let stack = try await Installation.roomy()
        let person = try await LocalPerson.signedUp(at: stack)
        let others = [try await person.anotherBrowser(), try await person.anotherBrowser(node: 1)]
        let former = try #require(await person.browser.session())
        let authenticator = try await person.enrol()
        for other in others { #expect(try await !other.isSignedIn()) }
        #expect(try await person.browser.isSignedIn())
        let holder = stack.browser(node: 1)
        await holder.set(cookie: "latchkey", to: former)
        #expect(try await !holder.isSignedIn(), "the token before is dead")

        let second = try await person.waitingBrowser(node: 1)
        #expect(try await second.passSecondFactor(authenticator.code()).status == 303)
        let removal = try await person.browser.post(
            "/account/second-factor/remove",
            form: [("code", authenticator.code(1))]
        )
        #expect(removal.status == 303)
        #expect(try await person.browser.isSignedIn())
        #expect(try await !second.isSignedIn())
        #expect(try await person.anotherBrowser().isSignedIn(), "the password is enough again")
    }

    @Test("removal needs a right code, and a password that can stand alone")
    func removal() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let browser = person.browser
        for code in ["", authenticator.wrongCode, "not a code", authenticator.firstCode] {
            #expect(try await browser.post("/account/second-factor/remove", form: [("code", code)]).status == 401)
        }
        let short = "k7#mw Qz9p"
        let changed = try await browser.post(
            "/account/password",
            form: [("current_password", person.password), ("new_password", short)]
        )
        #expect(changed.status == 303, "ten characters are enough beside a factor: \(changed.sentence)")
        let refused = try await browser.json("/v1/account/second-factor/remove", ["code": authenticator.code()])
        #expect(refused.status == 409 && refused.code == "password_too_short_alone", "\(refused.code)")
        let waiting = stack.browser()
        _ = try await person.signIn(in: waiting, password: short)
        #expect(try await !waiting.isSignedIn(), "still in force")
        let long = LocalPerson.freshPassword()
        _ = try await browser.post("/account/password", form: [("current_password", short), ("new_password", long)])
        let removed = try await browser.json("/v1/account/second-factor/remove", ["code": authenticator.code(1)])
        #expect(removed.status == 200, "\(removed.code)")
        #expect(
            try await browser.post("/account/password", form: [("current_password", long), ("new_password", short)])
                .status
                == 400,
            "and alone it is too short"
        )
    }

    @Test("nothing in the database gives a second factor away")
    func sealed() async throws {
        let stack = try await Installation.roomy()
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let dump = try await stack.dump()
        let bytes = authenticator.secret.reveal()
        let base64 = Data(bytes).base64EncodedString()
        for text in [authenticator.secret.text.reveal(), Hex.encode(bytes), base64] + authenticator.recoveryCodes {
            #expect(!dump.lowercased().contains(text.lowercased()))
            #expect(!dump.lowercased().contains(text.filter { $0 != "-" }.lowercased()))
            #expect(!dump.contains(Hex.encode(Array(text.utf8))))
        }
        #expect(!dump.contains(person.password))
        #expect(dump.contains(person.email), "control: the scan sees what is there")
        #expect(dump.contains("sealed_secret"), "control")
    }

    @Test("with another encryption key nobody gets in: 503 misconfigured, and recovery codes still work")
    func wrongKey() async throws {
        let stack = try await Stack.start(nodes: 1, settings: Installation.everything + Installation.roomyLimits)
        let (person, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let other = stack.arguments + ["--set", "encryption.keys=other:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        // The keys that sign for apps are lost with the encryption key: a node without them does not start, and says what to do.
        // The next key goes the second time.
        for _ in 0..<2 {
            let rotation = try ChildProcess(
                Stack.programs + "/latchkey",
                ["keys", "rotate", "--now"] + other,
                directory: Stack.root
            )
            let status = try await rotation.ended()
            #expect(status == 0, "\(rotation.output)")
        }
        let node = try await Stack.startNode(other)
        let there = Browser(port: node.port, origin: Stack.origin)
        #expect(try await person.signIn(in: there).status == 303)
        for code in [authenticator.code(), authenticator.wrongCode] {
            let answer = try await there.json("/v1/sign-in/second-factor", ["code": code])
            #expect(answer.status == 503 && answer.code == "misconfigured", "\(answer.status) \(answer.code)")
            #expect(try await !there.isSignedIn())
        }
        let code = try #require(authenticator.recoveryCodes.first)
        #expect(try await there.passSecondFactor(code, as: "recovery_code").status == 303)
        node.process.signal(SIGTERM)
        _ = try await node.process.ended()
    }

    @Test("a sign-in under way while the factor is switched on leaves no session without it")
    func race() async throws {
        let stack = try await Installation.roomy()
        for _ in 0..<4 {
            let person = try await LocalPerson.signedUp(at: stack)
            let secret = try await person.browser.prepareSecondFactor()
            let authenticator = Authenticator(secret: secret, recoveryCodes: [])
            let racers = [0, 1, 0, 1, 0, 1].map { stack.browser(node: $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for racer in racers { group.addTask { _ = try await person.signIn(in: racer) } }
                group.addTask { _ = try await person.browser.confirmSecondFactor(authenticator.code()) }
                try await group.waitForAll()
            }
            #expect(try await person.browser.isSignedIn())
            for racer in racers { #expect(try await !racer.isSignedIn()) }
            let id = try await person.userID()
            #expect(
                try await stack.count(
                    "select count(*) from sessions where user_id = \(id)::uuid and not awaits_second_factor"
                ) == 1
            )
        }
    }
}
