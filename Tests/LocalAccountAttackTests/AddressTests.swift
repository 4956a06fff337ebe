import Postgres
import TestSupport
import Testing

/// Addresses as people and attackers type them (P-9): one address, normalised first, then judged.
@Suite("Addresses", .enabled(if: Stack.isAvailable))
struct AddressTests {
    /// Texts that are no single address. VICTIM is an address that has an account.
    private static let refused = [
        "", " ", "@", "VICTIM,attacker@evil.example", "attacker@evil.example,VICTIM", "VICTIM;attacker@evil.example",
        "VICTIM attacker@evil.example", "VICTIM\nattacker@evil.example", "VICTIM\r\nBcc: attacker@evil.example",
        "VICTIM\r\n\r\nhello", "VICTIM%0d%0aBcc: attacker@evil.example", "VICTIM\u{0}", "VICTIM\u{0}@evil.example",
        "\u{0}VICTIM", "<VICTIM>", "\"Somebody\" <VICTIM>", "mailto:VICTIM", "VICTIM@evil.example", "(a)VICTIM",
        "LOCAL\u{FF20}people.example", "LOCAL\u{FE6B}people.example", "LOCAL@\u{FF50}eople.example,a",
        "LOCAL@people.example.\u{202E}", "LOCAL\u{200B}@people.example", "\u{FEFF}VICTIM",
        "\u{440}LOCAL@people.example",
        "p\u{301}LOCAL@people.example", "LOCAL@[127.0.0.1]", "LOCAL@localhost", "LOCAL@-people.example",
        "LOCAL@people..example", "LOCAL@people\u{3002}example", "LOCAL.@people.example", "..LOCAL@people.example",
        "\"LOCAL\"@people.example",
        "LOCAL@people.example\u{85}", "LOCAL@xn--a", "LOCAL@people_.exa mple", "LOCAL\\@evil.example@people.example",
        "LOCAL@people.example/../evil", "LOCAL@people.example?x", "LOCAL@people.example#", "LOCAL@people.example:25",
        "LOCAL!evil.example@", "LOCAL@people.example\u{7F}", "\u{202E}elpmaxe.elpoep@LACOL",
    ]

    @Test("P-9 what is not exactly one address is refused everywhere, and no mail leaves for anybody")
    func refused() async throws {
        let stack = try await Installation.roomy()
        try await JobWatch.begin(stack)
        let owner = try await LocalPerson.signedUp(at: stack)
        let local = String(owner.email.prefix { $0 != "@" })
        let mails = try await stack.mails(to: owner.email)
        let jobs = try await stack.jobKinds(for: local)
        for text in Self.refused + [
            String(repeating: "a", count: 65) + "@people.example",
            "a@" + String(repeating: "b.", count: 130) + "example", String(repeating: "x", count: 5_000),
        ] {
            let typed = text.replacing("VICTIM", with: owner.email).replacing("LOCAL", with: local)
            for path in ["/sign-up", "/reset", "/sign-in/mail", "/account/email", "/sign-in/password"] {
                let members = ["email": typed, "password": owner.password]
                let browser = path == "/account/email" ? owner.browser : stack.browser()
                let json = try await browser.json("/v1" + path, members)
                let code = path == "/sign-in/password" ? "wrong_credentials" : "invalid_address"
                #expect(
                    json.code == code && !json.answer.startsSession,
                    "\(path) \(typed.debugDescription): \(json.code)"
                )
                let page = try await browser.post(path, form: members.map { ($0.key, $0.value) })
                #expect((400..<402).contains(page.status) && !page.startsSession, "\(path) \(typed.debugDescription)")
            }
        }
        #expect(try await stack.mails(to: owner.email).allSatisfy { mails.contains($0) })
        #expect(try await stack.jobKinds(for: local) == jobs)
        #expect(try await stack.count("select count(*) from caught_mails where recipient like '%evil.example%'") == 0)
        #expect(
            try await stack.count("select count(*) from test_registrations where address like '%evil.example%'") == 0
        )
    }

    @Test(
        "P-9 spellings of one address are one address: in upper case, with spaces around it, with its domain in letters or A-labels"
    )
    func spellings() async throws {
        let stack = try await Installation.roomy()
        let local = "p" + LocalPerson.freshNumber()
        let canonical = local + "@xn--mnchen-3ya.example"
        let spellings = [
            canonical, local + "@m\u{FC}nchen.example", local.uppercased() + "@M\u{DC}NCHEN.example",
            " \(local)@mu\u{308}nchen.EXAMPLE\t", local + "@XN--MNCHEN-3YA.example",
        ]
        let owner = try await LocalPerson.signedUp(at: stack, email: canonical)
        for spelling in spellings {
            #expect(try await owner.signIn(email: spelling).status == 303, "\(spelling.debugDescription)")
            let before = try await stack.mails(to: canonical)
            #expect(try await stack.browser().post("/reset", form: [("email", spelling)]).status == 200)
            _ = try await stack.mail(to: canonical, contains: "/reset/confirm", besides: before)
            let second = LocalPerson(
                stack: stack,
                browser: stack.browser(),
                email: spelling,
                password: LocalPerson.freshPassword()
            )
            #expect(try await second.signUp().status == 200)
            #expect(try await second.signIn().status == 401)
        }
        #expect(try await stack.count("select count(*) from user_emails where address = \(canonical)") == 1)
        #expect(try await stack.count("select count(*) from user_emails where address like \(local + "%")") == 1)
    }

    @Test("P-9 a look-alike is another address: no sign-in, no reset and no mail of the one it looks like")
    func lookAlikes() async throws {
        let stack = try await Installation.roomy()
        let local = "p" + LocalPerson.freshNumber()
        let owner = try await LocalPerson.signedUp(at: stack, email: local + "@github.example")
        let mails = try await stack.mails(to: owner.email)
        for domain in ["g\u{131}thub.example", "g\u{456}thub.example", "githu\u{253}.example", "gi\u{0165}hub.example"]
        {
            let answer = try await stack.browser().json("/v1/reset", ["email": local + "@" + domain])
            #expect([202, 400].contains(answer.status))
            #expect(answer.texts["email"]?.hasSuffix("@github.example") != true, "\(domain)")
            #expect(try await owner.signIn(email: local + "@" + domain).status == 401)
        }
        for other in [local + "+a@github.example", local.replacing("p", with: "p.") + "@github.example"] {
            #expect(
                try await owner.signIn(email: other).status == 401,
                "tags and dots are the mailbox operator's affair"
            )
            #expect(try await stack.browser().json("/v1/reset", ["email": other]).texts["email"] == other)
        }
        let later = try await LocalPerson.signedUp(at: stack)
        #expect(try await later.resetToken().isEmpty == false, "control: the queue went on")
        #expect(
            try await stack.mails(to: owner.email).count { $0.text.contains("/reset/confirm") }
                == mails.count { $0.text.contains("/reset/confirm") }
        )
    }
}
