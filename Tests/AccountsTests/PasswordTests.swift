import Cryptography
import Foundation
import Testing

@testable import Accounts

@Suite("Passwords")
struct PasswordTests {
    @Test("S16 I01 everything up to 4096 bytes is taken as it is: nothing trimmed, folded or cut")
    func taken() throws {
        for text in [
            "a", " ", "\0", "nul\0inside", " space around ", String(repeating: "a", count: 72),
            String(repeating: "a", count: 73), String(repeating: "x", count: 1024), String(repeating: "y", count: 4096),
            "שלום עולם", "\u{200F}x", "ﬁ ① ẞ", "e\u{302}\u{301}\u{300}\u{323}", "👩‍👩‍👧",
        ] {
            let password = try #require(Password(text))
            #expect(
                Array(password.text.reveal().unicodeScalars).map(\.value)
                    == Array(text.precomposedStringWithCanonicalMapping.unicodeScalars).map(\.value)
            )
        }
        #expect(Password(" a")?.text.reveal() == " a")
        #expect(Password("A") != Password("a"))
    }

    @Test("S16 I01 256 characters of any script fit")
    func scripts() {
        for scalar in ["a", "é", "ש", "漢", "한", "😀", "𝄞"] {
            #expect(Password(String(repeating: scalar, count: 256))?.length == 256)
        }
    }

    @Test("S16 over-long is refused before anything is hashed, whatever normalisation makes of it")
    func overLong() {
        for text in [
            String(repeating: "a", count: 4097), String(repeating: "k", count: 1 << 20),
            String(repeating: "😀", count: 1025), "a" + String(repeating: "\u{301}", count: 1 << 19),
            // Three bytes that become nine: the longest growth under NFC.
            String(repeating: "\u{1D160}", count: 400), String(repeating: "\u{FB2C}", count: 1000),
        ] {
            #expect(Password(text) == nil, "\(text.utf8.count) bytes")
        }
        #expect(Password("") == nil)
    }

    @Test("S16 NFC and NFD are one, NFKC is another")
    func normalisation() {
        #expect(Password("caf\u{E9}") == Password("cafe\u{301}"))
        #expect(Password("a\u{323}\u{307}") == Password("a\u{307}\u{323}"))
        #expect(Password("cafe\u{301}")?.length == 4)
        for (left, right) in [("ﬁ", "fi"), ("①", "1"), ("Ａ", "A"), ("²", "2"), ("e\u{301}\u{302}", "e\u{302}\u{301}")] {
            #expect(Password(left) != Password(right))
        }
    }

    @Test("a password shows nowhere")
    func redacted() throws {
        let password = try #require(Password("correct horse battery staple"))
        var dumped = ""
        dump(password, to: &dumped)
        #expect(!dumped.contains("horse") && !"\(password)".contains("horse"))
        #expect(!String(reflecting: StoredPassword("$argon2id$")).contains("argon2id"))
    }
}
