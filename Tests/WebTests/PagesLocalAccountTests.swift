import Foundation
import Testing

@testable import Web

@Suite("Pages: local accounts on the sign-in and account pages, keys, codes, caught mail")
struct PagesLocalAccountTests {
    private func html(_ name: String) throws -> String {
        try PagesSamples.pages().render(try #require(PagesGallery.all.first { $0.name == name }).page)
    }

    private func forms(_ name: String) throws -> [String] {
        StartTag.all(in: try html(name)).filter { $0.name == "form" }.compactMap { $0.attributes["action"] }
    }

    @Test("the sign-in page with providers, with a password, with both")
    func signIn() throws {
        let providers = ["/sign-in/google", "/sign-in/github", "/sign-in/twitter"]
        #expect(try forms("sign-in-providers") == providers)
        #expect(try forms("sign-in-password") == ["/sign-in/password"])
        #expect(try forms("sign-in-both") == providers + ["/sign-in/password"])
        #expect(try html("sign-in-both").components(separatedBy: "class=\"or\"").count == 2)
        #expect(try !html("sign-in-password").contains("class=\"or\""))
        #expect(try !html("sign-in-password").contains("No way to sign in"))
        #expect(try !html("sign-in-providers").contains("type=\"password\""))
        #expect(try html("sign-in-both").components(separatedBy: "name=\"return_to\"").count == 5)
    }

    @Test("M11 beside a password form the providers' buttons are still all alike")
    func equalButtons() throws {
        let buttons = StartTag.all(in: try html("sign-in-both")).filter { $0.name == "button" }
        #expect(buttons.count == 4)
        #expect(
            Set(buttons.prefix(3)) == [StartTag(name: "button", attributes: ["class": "provider", "type": "submit"])]
        )
    }

    @Test("only what is switched on is offered, and where the person was going travels along")
    func links() throws {
        let plain = try html("sign-in-password")
        #expect(plain.contains("href=\"/reset\"") && plain.contains("href=\"/sign-up?return_to=%2Faccount%3Ftab%3D1\""))
        #expect(!plain.contains("href=\"/sign-in/mail"))
        #expect(try html("sign-in-both").contains("href=\"/sign-in/mail?return_to=%2Faccount%3Ftab%3D1\""))
        #expect(try !html("sign-in-present").contains("href=\"/sign-up"))
    }

    @Test("I06 after a failure the address stays, the password does not, and neither field is called the wrong one")
    func refused() throws {
        let tags = StartTag.all(in: try html("sign-in-refused"))
        #expect(tags.first { $0.attributes["name"] == "email" }?.attributes["value"] == "mia@example.org")
        let password = try #require(tags.first { $0.attributes["name"] == "password" })
        #expect(password.attributes["value"] == nil && password.attributes["autofocus"] != nil)
        #expect(tags.allSatisfy { $0.attributes["aria-invalid"] == nil })
        #expect(tags.contains { $0.attributes["role"] == "alert" })
    }

    @Test("the account page leads to everything that can be done")
    func accountLinks() throws {
        let html = try html("account-full")
        for path in [
            "/account/email", "/account/password", "/account/second-factor/recovery-codes",
            "/account/second-factor/remove",
        ] {
            #expect(html.contains("href=\"\(path)\""))
        }
        #expect(html.contains("action=\"/account/email/cancel\"") && !html.contains("href=\"/account/email/cancel\""))
        #expect(html.contains("mia@new.example"))
        #expect(!html.contains("href=\"/account/second-factor\""))
    }

    @Test("what cannot be done has no link, and a sentence says why")
    func accountReasons() throws {
        let full = try html("account-full")
        #expect(!full.contains("href=\"/account/password/remove\""))
        #expect(full.contains("The password is your last way in. Add another way before you remove it."))
        let bare = try html("account-bare")
        #expect(!bare.contains("href=\"/account/password\"") && !bare.contains("href=\"/account/second-factor\""))
        #expect(bare.contains("A second step needs a proven e-mail address. Add one first."))
        #expect(bare.contains("Add an address"))
    }

    @Test("without local accounts the account page says nothing of them")
    func noLocalAccounts() throws {
        let moment = PageTime(unixSeconds: 0)
        let session = AccountPage.Session(
            signedInOn: moment,
            authenticatedWith: "X",
            brand: .x,
            username: nil,
            expiresOn: moment
        )
        let page = AccountPage(
            displayName: "Mia",
            initials: "M",
            primaryEmail: nil,
            emailVerified: false,
            userID: "id",
            roles: [],
            methods: [],
            linkable: [],
            session: session,
            recentDecisions: []
        )
        #expect(try !PagesSamples.pages().render(.account(page)).contains("class=\"card local\""))
    }

    @Test("the key is shown in groups of four, and only an authenticator's address becomes a link")
    func authenticatorKey() throws {
        let html = try html("set-up-second-factor")
        #expect(html.contains("<code class=\"secret\">JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP</code>"))
        #expect(html.contains("<img class=\"qr\" src=\"/account/second-factor/qr.svg\""))
        #expect(html.contains("href=\"otpauth://totp/Latchkey:mia%40example.org?secret="))
        #expect(AuthenticatorKeyView.grouped("ABCDEFGHIJ") == "ABCD EFGH IJ")
        #expect(AuthenticatorKeyView.grouped("") == "")
        for address in ["javascript:otpauth://totp/", "https://totp/", "otpauth://hotp/x", "otpauth://totp/a b", ""] {
            #expect(PageTarget.authenticator(address) == nil)
        }
    }

    @Test("recovery codes are listed whole, once each, and the printed page keeps them")
    func recoveryCodes() throws {
        let html = try html("recovery-codes")
        for code in PagesGallery.codes { #expect(html.contains("<li><code>\(code)</code></li>")) }
        let sheet = String(decoding: try PagesSamples.pages().stylesheet.bytes, as: UTF8.self)
        let print = try #require(sheet.components(separatedBy: "@media print").last)
        #expect(!print.components(separatedBy: "display: none")[0].contains(".codes"))
    }

    @Test("in a caught mail only links of this very origin can be clicked, and they stay on it")
    func mailLinks() {
        let origin = "http://localhost:8080"
        func links(_ text: String) -> [String] {
            let pieces = MailboxView.pieces(of: text, origin: origin)
            #expect(pieces.map(\.words).joined() == text)
            return pieces.compactMap(\.href)
        }
        #expect(
            links("Open \(origin)/verify?token=a_b-c.\n\(origin)/x, (\(origin)/y)") == [
                "/verify?token=a_b-c", "/x", "/y",
            ]
        )
        #expect(links("\(origin)/<b>\(origin)/\"x") == ["/", "/"])
        for text in [
            "", "no link", origin, "https://elsewhere.example/", "\(origin).evil.example/", "\(origin)0/x",
            "\(origin)@evil.example/", "\(origin)//evil.example", "\(origin)/\\evil.example", "javascript:alert(1)",
            "\(origin)/\u{301}x", "\(origin)/\u{202E}x",
        ] {
            #expect(links(text) == [])
        }
        #expect(MailboxView.pieces(of: "a", origin: "").compactMap(\.href) == [])
    }

    @Test("a caught mail keeps its lines and is cut when it is endless")
    func mailText() throws {
        #expect(PlainText.block("a\r\n\tb\u{0}\u{1B}c\n", limit: 99) == "a\n\tbc\n")
        #expect(PlainText.block(String(repeating: "x", count: 50), limit: 4) == "xxxx…")
        #expect(try html("mailbox").contains("<a href=\"/verify?token=lk_v_"))
        #expect(try html("mailbox-empty").contains("No mail yet."))
    }
}
