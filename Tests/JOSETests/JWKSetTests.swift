import Cryptography
import JOSE
import JSON
import Testing

@Suite struct JWKSetTests {
    private let fixture: TokenFixture

    init() throws {
        fixture = try TokenFixture.shared.get()
    }

    private var rsa: JSONObject { JWK(fixture.rsa.publicKey, keyID: "rsa-1", algorithm: .rs256).json.object ?? [:] }
    private var ec: JSONObject { JWK(fixture.ec.publicKey, keyID: "ec-1", algorithm: .es256).json.object ?? [:] }

    /// Why a set with this one entry has no key; `nil` when it has.
    private func reason(_ key: JSONObject) throws -> JWKSet.SkipReason? {
        try JWKSet.parse(["keys": [.object(key)]]).skipped.first?.reason
    }

    @Test func writesAndReadsEveryKind() throws {
        for kind in [PublicKey.Kind.rsa(bits: 2048), .p256, .p384, .ed25519] {
            let key = try PrivateKey.generate(kind).publicKey
            let json = JWKSet([JWK(key, keyID: "k", algorithm: nil)]).json
            let read = try JWKSet.parse(JSONValue.parse(json.serializedBytes()))
            #expect(read.keys.first?.key.components == key.components)
            #expect(read.keys.first?.kid == "k")
            #expect(read.skipped.isEmpty)
        }
    }

    @Test("E07 a mixed set: every unusable entry is skipped with a note, in any order")
    func mixedSet() throws {
        let unusable: [(JSONValue, JWKSet.SkipReason)] = [
            (["kty": "oct", "k": "AAAA", "kid": "s"], .symmetric),
            (["kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"], .unsupportedType),
            (["kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"], .key(.unsupported)),
            (["kty": "OKP", "crv": "X25519", "x": "AA"], .key(.unsupported)),
            (["kty": "RSA"], .key(.malformed)),
            (["kid": "x"], .malformed),
            ([:], .malformed),
            ("key", .malformed),
            (.null, .malformed),
        ]
        let usable: [JSONValue] = [.object(rsa), .object(ec)]
        let first = try JWKSet.parse(["keys": .array(unusable.map(\.0) + usable)])
        #expect(first.keys.map(\.kid) == ["rsa-1", "ec-1"])
        #expect(first.skipped.map(\.reason) == unusable.map(\.1))
        #expect(first.skipped.first?.kid == "s")
        let last = try JWKSet.parse(["keys": .array(usable + unusable.map(\.0))])
        #expect(last.keys.count == 2)
        #expect(try fault(fixture.token(), first) == nil)
        #expect(try fault(fixture.token(), last) == nil)
    }

    @Test("E07 keys that are not for signatures are never used")
    func purpose() throws {
        var key = rsa
        for use in ["enc", "", "SIG", "sig "] {
            key["use"] = .string(use)
            #expect(try reason(key) == .notForSigning)
        }
        key["use"] = 1
        #expect(try reason(key) == .malformed)
        key["use"] = nil
        #expect(try reason(key) == nil)
        for (operations, expected) in [
            (["verify"], nil), (["sign", "verify"], nil), (["encrypt"], .notForSigning), ([], .notForSigning),
            (["verify", "verify"], .malformed), (["verify", 1], .malformed), ("verify", .malformed),
        ] as [(JSONValue, JWKSet.SkipReason?)] {
            key["key_ops"] = operations
            #expect(try reason(key) == expected)
        }
        var encryption = rsa
        encryption["use"] = "enc"
        let set = try JWKSet.parse(["keys": [.object(encryption)]])
        #expect(try fault(fixture.token(), set) == .unusableKey)
        #expect(!set.containsKeyID("rsa-1"))
    }

    @Test("D08 an alg that is not offered, or is for another kind, makes the key unusable")
    func algorithm() throws {
        var key = rsa
        for name in ["RSA-OAEP-256", "RSA1_5", "ES256", "HS256", "none", "ES521", "rs256", ""] {
            key["alg"] = .string(name)
            #expect(try reason(key) == .unsupportedAlgorithm)
        }
        key["alg"] = .null
        #expect(try reason(key) == .malformed)
        key["alg"] = nil
        #expect(try reason(key) == nil)
    }

    @Test("a private key published by mistake is not used")
    func publishedPrivateKey() throws {
        var key = rsa
        key["d"] = "AQAB"
        #expect(try reason(key) == .privateKey)
    }

    @Test("D08 D19 numbers in other spellings are refused")
    func spellings() throws {
        let modulus = try #require(rsa["n"]?.string)
        let bytes = try #require(Base64URL.decode(modulus))
        for wrong in [modulus + "=", modulus + "\n", Base64.encode(bytes), Base64URL.encode([0] + bytes)] {
            var key = rsa
            key["n"] = .string(wrong)
            #expect(try reason(key) == .key(.malformed))
        }
        var key = rsa
        key["n"] = 5
        #expect(try reason(key) == .key(.malformed))
        key = rsa
        key["e"] = "AQ"
        #expect(try reason(key) == .key(.badExponent))
        key = ec
        key["crv"] = "P-384"
        #expect(try reason(key) == .key(.malformed))
        key = ec
        key["y"] = key["x"]
        #expect(try reason(key) == .key(.notOnCurve))
        key = ec
        key["kid"] = 7
        #expect(try reason(key) == .malformed)
    }

    @Test("E07 no number of entries is a fault; those behind the first 64 are noted")
    func manyEntries() throws {
        let many = [JSONValue](repeating: .object(ec), count: JWKSet.maximumKeys + 10)
        let set = try JWKSet.parse(["keys": .array(many)])
        #expect(set.keys.count == JWKSet.maximumKeys)
        #expect(set.skipped.map(\.reason) == [JWKSet.SkipReason](repeating: .tooMany, count: 10))
        #expect(try JWKSet.parse(["keys": []]).keys.isEmpty)
    }

    @Test(arguments: [.null, [], "keys", [:], ["keys": .null], ["keys": [:]], ["keys": "x"]] as [JSONValue])
    func otherThingsAreNoKeySet(json: JSONValue) {
        #expect(throws: JOSEFault.malformed) { try JWKSet.parse(json) }
    }
}
