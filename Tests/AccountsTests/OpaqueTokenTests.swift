import Cryptography
import Testing

@testable import Accounts

@Suite("Opaque tokens")
struct OpaqueTokenTests {
    @Test("H01 S13 tokens are 256 random bits behind a prefix, and never the same")
    func fresh() {
        let tokens = Set((0..<10_000).map { _ in SessionToken.generate().reveal() })
        #expect(tokens.count == 10_000)
        #expect(tokens.allSatisfy { $0.hasPrefix("lks_") && $0.utf8.count == 51 })
    }

    @Test("A token reads back")
    func readsBack() {
        let token = SessionToken.generate()
        #expect(SessionToken(token.reveal()) == token)
        #expect(SessionToken(token.reveal())?.hash == token.hash)
    }

    @Test("X-9 any change of a character or of the length makes a token worthless")
    func mutations() {
        let text = Array(SessionToken.generate().reveal().utf8)
        for index in text.indices {
            for other in Array("AZaz09-_=+ \u{0}".utf8) where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(SessionToken(String(decoding: changed, as: UTF8.self)) == nil)
            }
        }
        for length in 0..<text.count {
            #expect(SessionToken(String(decoding: text.prefix(length), as: UTF8.self)) == nil)
        }
        #expect(SessionToken(String(decoding: text, as: UTF8.self) + "A") == nil)
        #expect(SessionToken(" " + String(decoding: text, as: UTF8.self)) == nil)
    }

    @Test("X-6 a token of one kind is not one of another")
    func kinds() {
        #expect(BrowserToken(SessionToken.generate().reveal()) == nil)
        #expect(SessionToken(ParkedCallbackToken.generate().reveal()) == nil)
        let renamed = "lkf_" + SessionToken.generate().reveal().dropFirst(4)
        #expect(BrowserToken(renamed) == nil)
    }

    @Test("X-4 another signature over the same words is the same token, other words are another")
    func signed() {
        let hash = TokenHash.ofSigned(Secret("header.claims.signature"))
        #expect(TokenHash.ofSigned(Secret("header.claims.another")) == hash)
        #expect(TokenHash.ofSigned(Secret("header.clajms.signature")) != hash)
        #expect(TokenHash.ofSigned(Secret("claims")) != TokenHash.ofSigned(Secret("header")))
    }

    @Test("O-3 a token prints nothing")
    func silent() {
        let token = SessionToken.generate()
        #expect("\(token) \(String(reflecting: token))".contains("lks_") == false)
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains("lks_"))
    }

    @Test("What is derived depends on token, purpose and context")
    func derive() {
        let token = BrowserToken.generate()
        let values = [
            token.derive("nonce", "a"), token.derive("nonce", "b"), token.derive("pkce", "a"),
            BrowserToken.generate().derive("nonce", "a"),
        ]
        #expect(Set(values).count == 4)
        #expect(values.allSatisfy { $0.count == 32 })
        #expect(token.derive("nonce", "a") == values[0])
    }
}
