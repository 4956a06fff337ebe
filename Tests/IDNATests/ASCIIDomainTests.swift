import IDNA
import Testing

@Suite("Domains as ASCII")
struct ASCIIDomainTests {
    @Test(
        "valid domains",
        arguments: [
            ("example", "example"), ("Example.COM", "example.com"), ("a-b.example", "a-b.example"),
            ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"), ("faß.example", "xn--fa-hia.example"),
            ("βόλος.example", "xn--nxasmm1c.example"), ("ΒΌΛΟΣ.example", "xn--nxasmq6b.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"), ("1.example", "1.example"), ("1.2.3.4a", "1.2.3.4a"),
            ("א1.example", "xn--1-zhc.example"), ("0xg.example.0xg", "0xg.example.0xg"),
        ]
    )
    func valid(text: String, ascii: String) {
        #expect(ASCIIDomain.convert(text) == ascii)
        #expect(ASCIIDomain.convert(ascii) == ascii)
    }

    @Test(
        "not domain names",
        arguments: [
            "", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "a@b", "a/b", "a:1", "[::1]", "::1", "%61",
            "a\u{0}b", "a\n",
            "127.0.0.1", "1", "1.2", "a.0x7f", "0x7f000001", "a.0x", "ab--cd.example", "xn--.example",
            "xn--a-ecp.example",
            "xn--ls8h.example", "xn--zzzzzz99999.example", "☃.example", "1א.example", "a\u{202E}b", "\u{301}a.example",
            "a\u{200D}b.example",
        ]
    )
    func invalid(text: String) {
        #expect(ASCIIDomain.convert(text) == nil)
    }

    @Test(
        "G18 nothing is folded but case and composition",
        arguments: [
            "ﬁrst.example", "ｆirst.example", "fi\u{AD}rst.example", "fi\u{200B}rst.example", "a。example", "a．example",
            "\u{212A}.example", "ſ.example", "①.example", "ª.example", "İ.example", "㎏.example", "ẞ.example",
        ]
    )
    func unfolded(text: String) {
        #expect(ASCIIDomain.convert(text) == nil)
    }

    @Test("G18 another script stays another name")
    func homograph() {
        #expect(ASCIIDomain.convert("аpple.example") == "xn--pple-43d.example")
        #expect(ASCIIDomain.convert("gıthub.example") == "xn--gthub-n4a.example")
    }

    @Test("lengths: 63 a label, 253 in all")
    func lengths() {
        func label(_ count: Int) -> String { String(repeating: "a", count: count) }
        #expect(ASCIIDomain.convert(label(63)) == label(63))
        #expect(ASCIIDomain.convert(label(64)) == nil)
        let longest = [label(63), label(63), label(63), label(61)].joined(separator: ".")
        #expect(longest.utf8.count == 253)
        #expect(ASCIIDomain.convert(longest) == longest)
        #expect(ASCIIDomain.convert(longest + "a") == nil)
        #expect(ASCIIDomain.convert(String(repeating: "ü", count: 100)) == nil)
        #expect(ASCIIDomain.convert(String(repeating: "a.", count: 100_000)) == nil)
    }
}
