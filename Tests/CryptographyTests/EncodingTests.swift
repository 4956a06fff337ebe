import Cryptography
import Testing

@Suite struct EncodingTests {
    static let pairs: [(String, String)] = [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("the vectors of RFC 4648 section 10", arguments: pairs)
    func vectors(text: String, encoded: String) {
        let bytes = Array(text.utf8)
        let padded = encoded + String(repeating: "=", count: (4 - encoded.count % 4) % 4)
        #expect(Base64URL.encode(bytes) == encoded)
        #expect(Base64URL.decode(encoded) == bytes)
        #expect(Base64.encode(bytes) == padded)
        #expect(Base64.decode(padded) == bytes)
    }

    @Test(
        "D19 base64url accepts one spelling only",
        arguments: [
            "Zg==", "Zg=", "Zh", "Zm9", "Z", "Zm9vY", "Zg ", " Zg", "Z\ng", "Zm9v\n", "+w", "/w", "Zgé", "Zg\0", "Z.g",
            "=",
            "Zm8=", "Zm9vYmF=", "Zｇ",
        ]
    )
    func onlyCanonical(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("D19 of all spellings of one byte exactly one is accepted")
    func exactlyOneSpelling() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var accepted: [[UInt8]] = []
        for first in alphabet {
            for second in alphabet {
                guard let bytes = Base64URL.decode(String([first, second])) else { continue }
                #expect(Base64URL.encode(bytes) == String([first, second]))
                accepted.append(bytes)
            }
        }
        #expect(accepted.count == 256)
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Zh==", "====", "Zm9v====", "Z===", "Zg==Zg==", "-w==", "Zm9v\n", "Zm=v"])
    func paddedBase64IsStrict(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func bothAlphabets() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.decode("+/8=") == [0xFB, 0xFF])
    }

    @Test func everyLengthSurvives() {
        for count in 0..<100 {
            let bytes = Random.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test func hexadecimal() {
        #expect(Hex.encode([0x00, 0xAB, 0xFF]) == "00abff")
        #expect(Hex.decode("00aBfF") == [0x00, 0xAB, 0xFF])
        for text in ["0", "0g", " 00", "0x00", "００"] { #expect(Hex.decode(text) == nil) }
    }
}
