import Testing

@testable import Accounts

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(
        "G18 one canonical form",
        arguments: [
            ("a@b.example", "a@b.example"),
            (" \t\r\n a@b.example \r\n", "a@b.example"),
            ("A.Person@Mail.EXAMPLE", "a.person@mail.example"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"),
            ("a@XN--Bcher-KVA.example", "a@xn--bcher-kva.example"),
            ("a@faß.example", "a@xn--fa-hia.example"),
            ("a@例え.example", "a@xn--r8jz45g.example"),
            ("!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~@b.example"),
            ("0@0.example", "0@0.example"),
            ("a@b.c.d.e.example", "a@b.c.d.e.example"),
        ]
    )
    func canonical(text: String, form: String) {
        #expect(EmailAddress(text)?.description == form)
    }

    @Test("G18 the canonical form is its own canonical form")
    func idempotent() throws {
        for text in ["A@BÜCHER.example", " x+y@z.example ", "a@faß.example"] {
            let once = try #require(EmailAddress(text))
            #expect(EmailAddress(once.description) == once)
            #expect(once.localPart + "@" + once.domain == once.description)
        }
    }

    @Test("G18 tags and dots are kept: whose mailbox they reach is its operator's business")
    func tagsAndDots() {
        #expect(EmailAddress("a+tag@gmail.com") != EmailAddress("a@gmail.com"))
        #expect(EmailAddress("a.b@gmail.com") != EmailAddress("ab@gmail.com"))
        #expect(EmailAddress("a@googlemail.com") != EmailAddress("a@gmail.com"))
        #expect(EmailAddress("a+tag@gmail.com") == EmailAddress("A+TAG@GMAIL.com"))
    }

    @Test(
        "P-9 G18 look-alikes are refused or stay different, they never meet",
        arguments: [
            ("mike@ﬁrst.example", "mike@first.example"),
            ("mıke@first.example", "mike@first.example"),
            ("mike@fırst.example", "mike@first.example"),
            ("mİke@first.example", "mike@first.example"),
            ("mike@fİrst.example", "mike@first.example"),
            ("mi\u{212A}e@first.example", "mike@first.example"),
            ("a@\u{212A}.example", "a@k.example"),
            ("a@ſ.example", "a@s.example"),
            ("a@ｇmail.example", "a@gmail.example"),
            ("ａ@gmail.example", "a@gmail.example"),
            ("a@gmаil.example", "a@gmail.example"),
            ("a@gm\u{AD}ail.example", "a@gmail.example"),
            ("a@gm\u{200B}ail.example", "a@gmail.example"),
            ("a@gm\u{2060}ail.example", "a@gmail.example"),
            ("a@gm\u{FE0F}ail.example", "a@gmail.example"),
            ("a@mail。example", "a@mail.example"),
            ("a@mail．example", "a@mail.example"),
            ("a@①.example", "a@1.example"),
            ("a@ª.example", "a@a.example"),
            ("a@faß.example", "a@fass.example"),
            ("a@ẞ.example", "a@ss.example"),
            ("a\u{301}@mail.example", "a@mail.example"),
            ("a@mail.example\u{301}", "a@mail.example"),
        ]
    )
    func lookAlikes(text: String, real: String) {
        #expect(EmailAddress(real) != nil)
        #expect(EmailAddress(text) != EmailAddress(real))
    }

    @Test(
        "P-9 exactly one address, or none",
        arguments: [
            "", " ", "@", "a@", "@b.example", "a", "a.b.example", "a@@b.example", "a@b@c.example",
            "a@b.example,c@d.example", "a@b.example, c@d.example", "a,b@c.example", "a@b.example;c@d.example",
            "a@b.example,",
            "a@b.example c@d.example", "a b@c.example", "a@b .example", "<a@b.example>", "A <a@b.example>",
            "mailto:a@b.example", "\"a\"@b.example", "\"a b\"@c.example", "\"a@b\"@c.example", "a\\@b@c.example",
            "(x)a@b.example", "a(x)@b.example", "a@b.example(x)", "a@b.example?x=y", "a@b.example/", "a@b.example:25",
            "a＠b.example", "a\u{FE6B}b.example", "a@b＠c.example", "a＠b@c.example",
            ".a@b.example", "a.@b.example", "a..b@c.example",
            "ä@b.example", "用户@b.example", "a\u{200B}@b.example", "\u{FEFF}a@b.example", "a\u{A0}@b.example",
            "\u{A0}a@b.example", "a@b.example\u{3000}",
        ]
    )
    func notOne(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test(
        "P-9 no IP literals, no single labels, no malformed domains",
        arguments: [
            "a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@127.1", "a@2130706433", "a@0x7f.1", "a@1.0x7f", "a@b.0x",
            "a@::1", "a@localhost", "a@b", "a@b.", "a@.b", "a@b.example.", "a@b..example", "a@-b.example",
            "a@b-.example",
            "a@b_c.example", "a@b.example\\", "a@%62.example", "a@xn--.example", "a@xn--zzzzzz99999.example",
            "a@xn--ls8h.example", "a@xn--abc-.example", "a@xn--bücher.example", "a@☃.example", "a@ab--cd.example",
        ]
    )
    func badDomain(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test(
        "P-9 no control, line-ending or bidirectional characters inside",
        arguments: [
            "a\u{0}@b.example", "a@b\u{0}.example", "a@b.example\u{0}", "a@b.example\u{0}.evil.example",
            "\u{0}a@b.example",
            "a\r\nBcc: x@y.example", "a@b.example\r\nBcc: c", "a@b.example\nx", "a\n@b.example", "a@\nb.example",
            "a@b.\rexample", "a\u{7F}@b.example", "a\u{1B}[2J@b.example", "a\u{202E}@b.example", "a@b\u{202E}.example",
            "a@\u{2066}b.example", "a@b.example\u{200F}", "a\u{85}@b.example", "a@b\u{2028}.example",
            "a@1א.example", "a@x\u{200D}y.example",
        ]
    )
    func controls(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("lengths: 64 before the @, 63 a label, 254 in all")
    func lengths() {
        func letters(_ count: Int) -> String { String(repeating: "a", count: count) }
        #expect(EmailAddress(letters(64) + "@b.example") != nil)
        #expect(EmailAddress(letters(65) + "@b.example") == nil)
        #expect(EmailAddress("a@" + letters(63) + ".example") != nil)
        #expect(EmailAddress("a@" + letters(64) + ".example") == nil)
        let longest = [letters(63), letters(63), letters(61)].joined(separator: ".")
        #expect(longest.utf8.count == 189)
        #expect(EmailAddress(letters(64) + "@" + longest)?.description.utf8.count == 254)
        #expect(EmailAddress(letters(64) + "@" + longest + "a") == nil)
        // An A-label may be far longer than what was typed.
        #expect(EmailAddress("a@" + String(repeating: "ü", count: 80) + ".example") == nil)
        #expect(EmailAddress(letters(1_000_000) + "@b.example") == nil)
        #expect(EmailAddress("a@" + String(repeating: "a.", count: 1_000_000) + "example") == nil)
        #expect(EmailAddress(String(repeating: "@", count: 300)) == nil)
        #expect(EmailAddress(String(repeating: " ", count: 300)) == nil)
    }

    @Test("any text gives an address or nothing, and what it gives is well formed")
    func anything() {
        var random = SplitMix64(seed: 99)
        let pieces: [String] = [
            "a", "Z", "9", "@", "@", ".", ".", "-", "+", "xn--", "example", "com", " ", "\r\n", "\u{0}", "ü", "\u{308}",
            "ı", "İ", "ﬁ",
            "＠", "。", "\u{200D}", "\u{202E}", "א", "1", "🏳️‍🌈", "\"", "[", "]", ",", "\u{212A}", "ß", "ς", "Σ",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).compactMap { _ in
                pieces.randomElement(using: &random)
            }.joined()
            guard let address = EmailAddress(text) else { continue }
            #expect(address.description.utf8.allSatisfy { (0x21...0x7E).contains($0) })
            #expect(address.description == address.description.lowercased())
            #expect(address.description.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1)
            #expect(EmailAddress(address.description) == address)
        }
    }
}
