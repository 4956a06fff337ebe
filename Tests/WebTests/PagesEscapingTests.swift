import Testing

@testable import Web

@Suite("Pages: text from outside")
struct PagesEscapingTests {
    /// Names as an attacker would choose them.
    static let nasty = [
        "\"\u{301} onfocus=alert(1) autofocus x=\"",
        "'\u{20DD} onmouseover=alert(1) x='",
        "<\u{338}script>alert(1)</script>",
        "\"\u{FE0F}><img src=x onerror=alert(1)>",
        "\"\u{200D}><svg onload=alert(1)>",
        "<script>alert(1)</script>",
        "\"><form action=//evil.example><input name=password>",
        "</title><script>alert(1)</script>",
        "</main></body><!--",
        "{{{chrome.title}}} {{>layout}} {{#buttons}}",
        "&lt;script&gt;",
        "javascript:alert(1)",
        "//evil.example",
        "/\\evil.example",
        "\u{202E}gnp.exe\u{2066}",
        "a\u{0}b\u{8}c\u{1B}[31m\u{7F}\u{9B}",
        "a\r\nSet-Cookie: x=y\n\n<b>",
        "Z\u{335}\u{322}\u{317}\u{353}\u{310}\u{351}\u{343}",
        "\u{200B}\u{2060}\u{FEFF}",
        " \t ",
        "",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} مریم می‌خواهم",
        String(repeating: "x", count: 10_000),
        "o" + String(repeating: "\u{301}", count: 10_000),
    ]

    @Test("F12 the tags of a page do not depend on the text in it", arguments: nasty)
    func structureIsFixed(text: String) throws {
        let pages = try PagesSamples.pages()
        // A blank name, address or initial is left out or replaced, so the tame page for a blank text is a blank one.
        let tame = PlainText.visibleLine(text, limit: 10) == nil ? " " : "Mia"
        for (hostile, harmless) in zip(PagesSamples.all(text), PagesSamples.all(tame)) {
            let found = StartTag.all(in: pages.render(hostile)).map(\.skeleton)
            #expect(found == StartTag.all(in: pages.render(harmless)).map(\.skeleton))
        }
    }

    @Test("F12 a quotation mark under a combining mark does not leave its attribute")
    func combiningMark() throws {
        for mark in ["\u{301}", "\u{20DD}", "\u{FE0F}", "\u{200D}", "\u{338}"] {
            for (character, reference) in [
                ("\"", "&quot;"), ("'", "&#39;"), ("<", "&lt;"), (">", "&gt;"), ("&", "&amp;"),
            ] {
                #expect(StrictHTML().escapeText(character + mark) == reference + mark)
            }
        }
        let html = try PagesSamples.pages().render(PagesSamples.signIn("\"\u{301} onfocus=alert(1) x=\""))
        #expect(html.unicodeScalars.contains { $0 == "\u{301}" })
        #expect(StartTag.all(in: html).allSatisfy { $0.attributes["onfocus"] == nil })
    }

    @Test("F12 marks that reorder text and control characters are dropped, others kept")
    func invisible() {
        #expect(StrictHTML().escapeText("a\u{202E}b\u{2066}c\u{0}\u{1B}\u{85}d\r") == "abcd")
        #expect(
            StrictHTML().escapeText("می\u{200C}خواهم \u{1F468}\u{200D}\u{1F469}")
                == "می\u{200C}خواهم \u{1F468}\u{200D}\u{1F469}"
        )
        #expect(StrictHTML().escapeText("a\nb\tc`") == "a&#10;b&#9;c&#96;")
    }

    @Test("F12 long names are cut, one-letter towers too, and blank ones replaced")
    func lengths() throws {
        #expect(PlainText.line(String(repeating: "x", count: 10_000), limit: 5) == "xxxxx…")
        #expect(PlainText.line("o" + String(repeating: "\u{301}", count: 99), limit: 3).unicodeScalars.count == 4)
        #expect(PlainText.line("ab\u{301}\u{302}", limit: 3) == "a…")
        #expect(PlainText.line("  one \r\n\t two ", limit: 20) == "one two")
        #expect(PlainText.visibleLine("\u{200B}\u{2800}\u{3164} ", limit: 5) == nil)
        #expect(PlainText.visibleLine(nil, limit: 5) == nil)
        let html = try PagesSamples.pages().render(PagesSamples.account("\u{200B}"))
        #expect(html.contains("<h1><bdi>Your account</bdi></h1>"))
        #expect(try PagesSamples.pages().render(PagesSamples.account(Self.nasty[22])).utf8.count < 20_000)
    }

    @Test(
        "F11 only paths of this origin and web addresses become links",
        arguments: [
            "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example",
            "\\/evil.example", "/\t/evil.example", "\u{1}javascript:x", "http://evil.example/",
            "http://localhost:80@evil.example/", "http://localhost.evil.example/", "http://127.0.0.1.evil.example",
            "https://bank.example@evil.example/", "https://", "https:evil.example", "https:\\\\evil.example", "", "a/b",
            "/\u{301}x", "https://b\u{301}nk.example/",
        ]
    )
    func refusedLinks(address: String) {
        #expect(PageTarget.link(address) == "/")
        #expect(PageTarget.path(address) == "/")
    }

    @Test(
        "links that are wanted stay as they are",
        arguments: [
            "/sign-in?return_to=%2Faccount#top", "https://app.example/back?x=1&y=2", "https://[2001:db8::1]:8443/",
            "http://localhost:3000/callback", "http://127.0.0.1", "http://[::1]:80/x",
        ]
    )
    func acceptedLinks(address: String) {
        #expect(PageTarget.link(address) == address)
    }

    @Test("a form is never posted to another origin")
    func foreignAction() {
        #expect(PageTarget.path("https://app.example/") == "/")
        #expect(ProviderButtonView(ProviderButton(action: "//x", label: "x", brand: .x), returnTo: nil).action == "/")
    }
}
