import Cryptography
import Testing

@Suite struct Base32Tests {
    static let pairs: [(String, String)] = [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ]

    @Test("the vectors of RFC 4648 section 10, without padding", arguments: pairs)
    func vectors(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
        #expect(Base32.decode(encoded) == Array(text.utf8))
    }

    @Test(
        "only one spelling is accepted",
        arguments: ["my", "MY======", "M", "MZX", "MZXW6Y", "MZ", "MZXR", "M1", "MY ", "ＭＹ", "MY\0"]
    )
    func onlyCanonical(text: String) {
        #expect(Base32.decode(text) == nil)
    }

    @Test func everyLengthSurvives() {
        for count in 0..<60 {
            let bytes = Random.bytes(count)
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
            #expect(Base32.encode([UInt8](repeating: 0xFF, count: count)).utf8.count == (count * 8 + 4) / 5)
        }
        #expect(Base32Bits.join([32, 0]) == nil)
    }
}
