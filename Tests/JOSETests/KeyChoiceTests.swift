import Cryptography
import JOSE
import JSON
import Testing

@Suite struct KeyChoiceTests {
    private let fixture: TokenFixture

    init() throws {
        fixture = try TokenFixture.shared.get()
    }

    @Test("E05 an unknown kid is its own answer and never falls back to another key")
    func unknownKeyID() throws {
        for keyID in ["rsa-2", "", "RSA-1", "rsa-1 ", "../rsa-1", "rsa-1\0"] {
            #expect(try fault(fixture.token(keyID: keyID), fixture.rsaOnly) == .unknownKeyID)
        }
        #expect(try fault(fixture.token(), JWKSet([])) == .unknownKeyID)
        let nameless = JWKSet([JWK(fixture.rsa.publicKey, keyID: nil, algorithm: nil)])
        #expect(try fault(fixture.token(), nameless) == .unknownKeyID)
        #expect(fixture.rsaOnly.containsKeyID("rsa-1"))
        #expect(!fixture.rsaOnly.containsKeyID("rsa-2"))
    }

    @Test("X-12 key ids are compared by bytes")
    func keyIDBytes() throws {
        let set = JWKSet([JWK(fixture.rsa.publicKey, keyID: "\u{E9}", algorithm: nil)])
        #expect(try fault(fixture.token(keyID: "\u{E9}"), set) == nil)
        #expect(try fault(fixture.token(keyID: "e\u{301}"), set) == .unknownKeyID)
    }

    @Test("E06 without kid: one fitting key is used, several are refused, none is a mismatch")
    func absentKeyID() throws {
        let compact = try fixture.token(keyID: nil)
        let other = try TokenFixture.others.get()[0].publicKey
        let right = JWK(fixture.rsa.publicKey, keyID: "a", algorithm: nil)
        #expect(fault(compact, fixture.rsaOnly) == nil)
        #expect(fault(compact, JWKSet([right])) == nil)
        #expect(fault(compact, JWKSet([right, JWK(fixture.ec.publicKey, keyID: "b", algorithm: nil)])) == nil)
        #expect(fault(compact, JWKSet([right, JWK(other, keyID: "b", algorithm: .ps256)])) == nil)
        #expect(fault(compact, JWKSet([right, JWK(other, keyID: "b", algorithm: nil)])) == .ambiguousKey)
        #expect(fault(compact, JWKSet([JWK(other, keyID: "b", algorithm: nil), right])) == .ambiguousKey)
        #expect(fault(compact, JWKSet([JWK(other, keyID: "b", algorithm: nil)])) == .badSignature)
        #expect(fault(compact, JWKSet([JWK(fixture.ec.publicKey, keyID: "b", algorithm: nil)])) == .keyMismatch)
        #expect(fault(compact, JWKSet([])) == .keyMismatch)
    }

    @Test("D06 D08 header, key and allow-list must agree on the algorithm")
    func threeWayAgreement() throws {
        let compact = try fixture.token()
        let all = Set(SignatureAlgorithm.allCases)
        let key = fixture.rsa.publicKey
        #expect(fault(compact, JWKSet([JWK(key, keyID: "rsa-1", algorithm: nil)]), allowing: all) == nil)
        for reserved in [SignatureAlgorithm.rs384, .ps256] {
            let set = JWKSet([JWK(key, keyID: "rsa-1", algorithm: reserved)])
            #expect(fault(compact, set, allowing: all) == .keyMismatch)
        }
        let otherKind = JWKSet([JWK(fixture.ec.publicKey, keyID: "rsa-1", algorithm: nil)])
        #expect(fault(compact, otherKind, allowing: all) == .keyMismatch)
    }

    @Test("D06 a token never changes which algorithm the next one may use")
    func noMemory() throws {
        let set = JWKSet([JWK(fixture.rsa.publicKey, keyID: "rsa-1", algorithm: nil)])
        let forged = try fixture.token(header: #"{"alg":"PS512","kid":"rsa-1"}"#)
        #expect(fault(forged, set, allowing: [.rs256, .ps512]) == .badSignature)
        #expect(try fault(fixture.token(), set, allowing: [.rs256, .ps512]) == nil)
    }

    @Test("E08 two keys with one kid: both are tried, and both wrong is refused")
    func sameKeyIDTwice() throws {
        let compact = try fixture.token()
        let right = JWK(fixture.rsa.publicKey, keyID: "rsa-1", algorithm: nil)
        let wrong = try TokenFixture.others.get().map { JWK($0.publicKey, keyID: "rsa-1", algorithm: nil) }
        #expect(fault(compact, JWKSet([right, wrong[0]])) == nil)
        #expect(fault(compact, JWKSet([wrong[0], right])) == nil)
        #expect(fault(compact, JWKSet(wrong)) == .badSignature)
        let elliptic = JWK(fixture.ec.publicKey, keyID: "rsa-1", algorithm: nil)
        #expect(fault(compact, JWKSet([elliptic, right])) == nil)
        #expect(fault(compact, JWKSet([elliptic, wrong[0]])) == .badSignature)
    }
}
