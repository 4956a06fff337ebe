import Postgres
import TestSupport
import Testing

/// One proof, one purpose, one effect (P-1 to P-4, X-6 for proofs by mail).
@Suite("Purposes of proofs", .enabled(if: Stack.isAvailable))
struct ProofPurposeTests {
    @Test("P-2 P-4 X-6 a proof of one purpose never works for another: all kinds of tokens at all endpoints")
    func truthTable() async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let browser = links.owner.browser
        let before = try await links.state()
        var tokens = links.all
        // Other kinds, as they are, and in the clothes of a mailed one.
        for name in ["latchkey", "latchkey-flow", "latchkey-device"] {
            let secret = await browser.cookies[name] ?? ""
            #expect(secret.utf8.count == 51)
            tokens.append((name, secret))
            tokens.append((name, "lkm_" + secret.dropFirst(4)))
        }
        tokens.append(("code", links.code))
        var refused = 0
        for (path, _) in links.all {
            for (home, token) in tokens where home != path {
                let shown = try await browser.get("\(path)?token=\(token)")
                #expect(shown.status == 400, "\(home) shown at \(path)")
                let form = [("token", token), ("password", LocalPerson.freshPassword())]
                let answer = try await browser.post(path, form: form)
                #expect(answer.status == 400 && !answer.startsSession, "\(home) at \(path): \(answer.status)")
                let json = try await browser.json("/v1" + path, Dictionary(uniqueKeysWithValues: form))
                #expect(json.code == "unknown_proof" && !json.answer.startsSession, "\(home) at /v1\(path)")
                refused += 3
            }
        }
        for (home, token) in tokens {
            let answer = try await browser.json("/v1/sign-in/mail/code", ["code": token])
            #expect(home == "code" || answer.code == "wrong_code", "\(home) as a code")
            if home == "code" { #expect(answer.status == 200, "control: the code itself") }
            if home != "code" {
                let bearer = try await stack.browser().get("/v1/session", headers: ["Authorization": "Bearer \(token)"])
                #expect(bearer.status == (token.hasPrefix("lks_") ? 200 : 401), "\(home) as a bearer")
            }
        }
        #expect(refused == 5 * 11 * 3)
        // The code was the control: a session more, and its own link is used with it.
        let after = try await links.state()
        for index in after.indices where ![3, 5, 8].contains(index) {
            #expect(after[index] == before[index], "\(index)")
        }
        for (path, token) in links.all where path != "/sign-in/mail/confirm" {
            #expect(try await browser.get("\(path)?token=\(token)").status == 200, "control: \(path)")
        }
        #expect(
            try await browser.get("/sign-in/mail/confirm?token=\(links.all[4].token)").status == 400,
            "used with its code"
        )
    }

    @Test("X-9 P-3 no token that was changed in one place works", arguments: 0..<5)
    func changed(_ kind: Int) async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let (path, token) = links.all[kind]
        let characters = Array(token)
        var variants = characters.indices.map { index in
            String(characters[..<index]) + (characters[index] == "A" ? "B" : "A") + String(characters[(index + 1)...])
        }
        variants += (0..<characters.count).map { String(characters.prefix($0)) }
        variants += [token + "A", token + token, token.uppercased(), token.lowercased(), "\u{0}" + token, token + "\n"]
        variants += [token + "=", " " + token, token.replacing("lkm_", with: ""), "null", "0", "''", "%00"]
        for variant in Set(variants).subtracting([token]) {
            let answer = try await links.owner.browser.json("/v1" + path, ["token": variant])
            #expect(answer.code == "unknown_proof", "\(answer.code)")
        }
        #expect(try await links.owner.browser.get("\(path)?token=\(token)").status == 200, "control")
    }

    /// What voids proofs that wait.
    enum Change: CaseIterable, Sendable {
        case password, address, reset
    }

    @Test(
        "P-4 every change of a credential voids every proof that waits, but the one that takes a change of address back",
        arguments: Change.allCases
    )
    func void(_ change: Change) async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let browser = links.owner.browser
        switch change {
        case .password:
            let form = [("current_password", links.owner.password), ("new_password", LocalPerson.freshPassword())]
            #expect(try await browser.post("/account/password", form: form).status == 303)
        case .address:
            #expect(
                try await browser.post("/account/email/confirm", form: [("token", links.all[2].token)]).status == 303
            )
        case .reset:
            let form = [("token", links.all[1].token), ("password", LocalPerson.freshPassword())]
            #expect(try await browser.post("/reset/confirm", form: form).status == 200)
        }
        for (path, token) in links.all[1...] {
            let json = try await browser.json("/v1" + path, ["token": token, "password": LocalPerson.freshPassword()])
            if path == "/account/email/undo" {
                #expect(json.status == 200, "the former mailbox keeps its word")
            } else {
                #expect(["unknown_proof", "sign_in_required"].contains(json.code), "\(path) \(json.code)")
            }
        }
        #expect(try await browser.json("/v1/sign-in/mail/code", ["code": links.code]).code == "wrong_code")
    }

    @Test("P-6 a link or a code to sign in works in the browser that asked, and once")
    func signInByMail() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let asker = stack.browser()
        #expect(try await asker.post("/sign-in/mail", form: [("email", owner.email)]).status == 200)
        let letter = try await stack.mail(to: owner.email, contains: "/sign-in/mail/confirm")
        let (token, code) = (try LocalPerson.token(in: letter), try LocalPerson.code(in: letter))
        // The owner clicks what a stranger asked for: the owner's browser, even signed in, gains and gives nothing.
        for browser in [owner.browser, stack.browser(node: 1)] {
            #expect(try await browser.get("/sign-in/mail/confirm?token=\(token)").status == 400)
            #expect(try await browser.json("/v1/sign-in/mail/confirm", ["token": token]).code == "unknown_proof")
            #expect(try await browser.json("/v1/sign-in/mail/code", ["code": code]).code == "wrong_code")
        }
        let browsers = [asker, await asker.copy(port: stack.nodes[1].port)]
        let answers = try await atOnce(Array(0..<32)) { number in
            let copy = await browsers[number % 2].copy(port: stack.nodes[number % 2].port)
            return number % 4 < 2
                ? try await copy.json("/v1/sign-in/mail/confirm", ["token": token])
                : try await copy.json("/v1/sign-in/mail/code", ["code": code])
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.count { ["unknown_proof", "wrong_code"].contains($0.code) } == 31)
    }

    @Test("P-11 a mailed code can be guessed five times, however many guesses come at once")
    func guesses() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let asker = stack.browser()
        #expect(try await asker.post("/sign-in/mail", form: [("email", owner.email)]).status == 200)
        let letter = try await stack.mail(to: owner.email, contains: "/sign-in/mail/confirm")
        let code = try LocalPerson.code(in: letter)
        let wrong = String((Int(code) ?? 0) == 12_345_678 ? 87_654_321 : 12_345_678)
        let answers = try await atOnce(Array(0..<32)) { number in
            try await asker.copy(port: stack.nodes[number % 2].port).json("/v1/sign-in/mail/code", ["code": wrong])
        }
        #expect(answers.allSatisfy { $0.code == "wrong_code" })
        #expect(try await stack.count("select attempts::bigint from proofs where address = \(owner.email)") == 5)
        #expect(try await asker.json("/v1/sign-in/mail/code", ["code": code]).code == "wrong_code")
        // Control: the next mail's code works.
        #expect(try await asker.post("/sign-in/mail", form: [("email", owner.email)]).status == 200)
        let next = try await stack.mail(to: owner.email, contains: "/sign-in/mail/confirm", besides: [letter])
        #expect(try await asker.json("/v1/sign-in/mail/code", ["code": try LocalPerson.code(in: next)]).status == 200)
    }
}
