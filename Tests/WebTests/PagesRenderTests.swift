import Foundation
import Testing

@testable import Web

@Suite("Pages: what is rendered")
struct PagesRenderTests {
    private func tags(_ page: Page) throws -> [StartTag] {
        StartTag.all(in: try PagesSamples.pages().render(page))
    }

    @Test("M07 nothing inline and nothing from elsewhere: the strict policy breaks no page")
    func policy() throws {
        let pages = try PagesSamples.pages()
        for page in PagesSamples.all() + PagesGallery.pages {
            for tag in StartTag.all(in: pages.render(page)) {
                #expect(!["script", "style", "iframe", "object", "embed", "base"].contains(tag.name))
                #expect(tag.attributes.keys.allSatisfy { $0 != "style" && !$0.hasPrefix("on") })
                if tag.name == "img" { #expect(tag.attributes["src"]?.hasPrefix("/") == true) }
                let source = tag.attributes["href"] ?? tag.attributes["src"] ?? tag.attributes["action"] ?? "/"
                // A link is no load: it opens an authenticator app, and nothing else has that scheme.
                let isAllowed = ["/", "#", "data:image/svg+xml", "otpauth://totp/"].contains(where: source.hasPrefix)
                #expect(isAllowed && !source.hasPrefix("//"))
            }
        }
        let sheet = String(decoding: pages.stylesheet.bytes, as: UTF8.self)
        #expect(!sheet.contains("url(") && !sheet.contains("@import"))
    }

    @Test("A14 every way into a sign-in is a form that is posted, never a link")
    func signInIsPosted() throws {
        let tags = try tags(PagesSamples.signIn())
        let forms = tags.filter { $0.name == "form" }
        #expect(forms.count == PagesSamples.buttons.count + 1)
        #expect(forms.allSatisfy { $0.attributes["method"] == "post" })
        #expect(forms.first?.attributes["action"] == "/sign-in/google")
        #expect(tags.filter { $0.name == "a" }.allSatisfy { $0.attributes["href"]?.hasPrefix("/sign-in/") == false })
    }

    @Test("K02 signing out is a form that is posted")
    func signOutIsPosted() throws {
        let tags = try tags(PagesSamples.account())
        #expect(tags.contains(StartTag(name: "form", attributes: ["method": "post", "action": "/sign-out"])))
        #expect(tags.allSatisfy { $0.attributes["href"] != "/sign-out" })
    }

    @Test("H11 no form on any page is sent with GET, and none leaves this origin")
    func allFormsArePosted() throws {
        for page in PagesSamples.all("https://elsewhere.example/") + PagesGallery.pages {
            for form in try tags(page) where form.name == "form" {
                #expect(form.attributes["method"] == "post")
                #expect(form.attributes["action"]?.hasPrefix("/") == true)
            }
        }
    }

    @Test("M11 every provider's button is the same element with the same class, and no rule singles one out")
    func equalButtons() throws {
        let buttons = try tags(PagesSamples.signIn()).filter { $0.name == "button" }
        #expect(buttons.count == PagesSamples.buttons.count + 1)
        #expect(Set(buttons) == [StartTag(name: "button", attributes: ["class": "provider", "type": "submit"])])
        let sheet = String(decoding: try PagesSamples.pages().stylesheet.bytes, as: UTF8.self)
        for single in [".provider.", ".provider:nth", ".provider:first", ".provider:last", "google", "github"] {
            #expect(!sheet.split(separator: "\n").contains { $0.hasSuffix("{") && $0.contains(single) })
        }
    }

    @Test("M11 each button carries its own mark, at one size, Google's in its four colours")
    func marks() throws {
        let html = try PagesSamples.pages().render(PagesSamples.signIn())
        let logos = StartTag.all(in: html).filter { $0.attributes["class"]?.hasPrefix("logo") == true }
        #expect(logos.count == PagesSamples.buttons.count + 1)
        #expect(logos.allSatisfy { $0.attributes["width"] == "20" && $0.attributes["height"] == "20" })
        for colour in ["#EA4335", "#4285F4", "#FBBC05", "#34A853"] { #expect(html.contains(colour)) }
        let mono = logos.filter { $0.attributes["class"] == "logo mono" }
        #expect(mono.count == 2)
    }

    @Test("M11 who signed in with X sees the X mark and the handle")
    func handleOfX() throws {
        let html = try PagesSamples.pages().render(PagesSamples.account("mia", brand: .x))
        #expect(html.components(separatedBy: "class=\"logo mono\" viewBox=\"0 0 24 24\"").count == 3)
        #expect(html.components(separatedBy: "<bdi class=\"handle\">@mia</bdi>").count == 3)
        #expect(ProviderBrand.github.handle(of: "@mia") == "@mia")
        #expect(ProviderBrand.generic.handle(of: "mia") == "mia")
        #expect(ProviderBrand.x.handle(of: "\u{200B}") == nil)
    }

    @Test("an absent field of a row shows nothing, and not a field of the page around it")
    func absentFields() throws {
        let moment = PageTime(unixSeconds: 0)
        let html = try PagesSamples.pages().render(
            .account(
                AccountPage(
                    displayName: "Mia",
                    initials: "M",
                    primaryEmail: "mia@example.org",
                    emailVerified: true,
                    userID: "id",
                    roles: [],
                    methods: [
                        AccountPage.LinkedMethod(
                            providerName: "X",
                            brand: .x,
                            username: nil,
                            email: nil,
                            linkedOn: moment,
                            lastUsedOn: nil,
                            isCurrent: false
                        )
                    ],
                    linkable: [],
                    session: AccountPage.Session(
                        signedInOn: moment,
                        authenticatedWith: "X",
                        brand: .x,
                        username: nil,
                        expiresOn: moment
                    ),
                    recentDecisions: []
                )
            )
        )
        #expect(html.components(separatedBy: "mia@example.org").count == 2)
        #expect(!html.contains("class=\"handle\""))
        #expect(!html.contains("This session</span>"))
        #expect(!html.contains("Add another way") && !html.contains("Roles"))
        #expect(html.contains("Not used yet") && html.contains("Nothing yet."))
        #expect(!html.contains("nil") && !html.contains("Optional("))
    }

    @Test("pages have a language, a title, one main part, one first heading, and labels that lead somewhere")
    func landmarks() throws {
        for page in PagesSamples.all() + PagesGallery.pages {
            let tags = try tags(page)
            #expect(tags.first { $0.name == "html" }?.attributes["lang"] == "en")
            #expect(tags.count { $0.name == "title" } == 1)
            #expect(tags.count { $0.name == "main" } == 1)
            #expect(tags.count { $0.name == "h1" } == 1)
            let ids = tags.compactMap { $0.attributes["id"] }
            #expect(ids.count == Set(ids).count)
            #expect(tags.compactMap { $0.attributes["aria-labelledby"] }.allSatisfy(ids.contains))
            #expect(tags.filter { $0.name == "svg" }.allSatisfy { $0.attributes["aria-hidden"] == "true" })
            #expect(tags.allSatisfy { $0.attributes["tabindex"].map { $0 == "-1" } ?? true })
        }
    }

    @Test("return_to travels with every form of the sign-in page, and only if there is one")
    func returnTo() throws {
        let page = SignInPage(serviceName: "S", buttons: PagesSamples.buttons, returnTo: "/a?b=\"c\"&d")
        let html = try PagesSamples.pages().render(.signIn(page))
        let field = "<input type=\"hidden\" name=\"return_to\" value=\"/a?b=&quot;c&quot;&amp;d\">"
        #expect(html.components(separatedBy: field).count == PagesSamples.buttons.count + 1)
        let plain = SignInPage(serviceName: "S", buttons: PagesSamples.buttons)
        #expect(try !PagesSamples.pages().render(.signIn(plain)).contains("return_to"))
    }

    @Test("a message without next steps still leads somewhere")
    func noDeadEnd() throws {
        let page = MessagePage(kind: .info, title: "Gone", sentence: "Nothing.", nextSteps: [], requestID: "r1")
        let html = try PagesSamples.pages().render(.message(page))
        #expect(html.contains("<a class=\"button primary\" href=\"/sign-in\">"))
        #expect(!html.contains("r1"))
    }

    @Test("a request id is shown where a person may need help")
    func requestID() throws {
        for kind in MessagePage.Kind.allCases {
            let html = try PagesSamples.pages().render(PagesSamples.message("req-1", kind: kind))
            let shown = html.contains("<code>req-1</code>")
            #expect(shown == (kind == .error || kind == .refused || kind == .waiting))
        }
    }

    @Test("errors interrupt a screen reader, other notices wait")
    func notices() throws {
        for kind in PageNotice.Kind.allCases {
            let page = SignInPage(serviceName: "S", buttons: [], notice: PageNotice(kind: kind, text: "text"))
            let notice = try tags(.signIn(page)).first { $0.attributes["class"] == "notice \(kind.rawValue)" }
            #expect(notice?.attributes["role"] == (kind == .error ? "alert" : "status"))
        }
    }

    @Test("without a provider the sign-in page says so")
    func noProviders() throws {
        let html = try PagesSamples.pages().render(.signIn(SignInPage(serviceName: "S", buttons: [])))
        #expect(html.contains("No way to sign in has been set up yet."))
    }

    @Test("the style sheet's name follows its content")
    func stylesheet() throws {
        let sheet = try PagesSamples.pages().stylesheet
        #expect(sheet.path.hasPrefix("/assets/style.") && sheet.path.hasSuffix(".css"))
        #expect(sheet.etag.hasPrefix("\"") && sheet.etag.count == 18)
        #expect(sheet.contentType == "text/css; charset=utf-8")
        let other = Asset(bytes: sheet.bytes + [0x20], stem: "style", suffix: "css", contentType: "text/css")
        #expect(other.path != sheet.path && other.etag != sheet.etag)
        #expect(try PagesSamples.pages().render(PagesSamples.signIn()).contains("href=\"\(sheet.path)\""))
    }

    @Test("initials")
    func initials() {
        #expect(AccountPage.initials(of: "Mia Okonkwo") == "MO")
        #expect(AccountPage.initials(of: "mia maría del río") == "MR")
        #expect(AccountPage.initials(of: "élan") == "É")
        #expect(AccountPage.initials(of: "123 <>") == "")
    }
}
