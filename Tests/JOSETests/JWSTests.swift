import Cryptography
import JOSE
import JSON
import Testing

@Suite struct JWSTests {
    private let fixture: TokenFixture

    init() throws {
        fixture = try TokenFixture.shared.get()
    }

    @Test(arguments: [
        (PublicKey.Kind.rsa(bits: 2048), SignatureAlgorithm.rs256), (.rsa(bits: 2048), .rs384),
        (.rsa(bits: 2048), .rs512), (.rsa(bits: 2048), .ps256), (.rsa(bits: 2048), .ps384), (.rsa(bits: 2048), .ps512),
        (.p256, .es256), (.p384, .es384), (.ed25519, .edDSA),
    ])
    func signsAndVerifies(kind: PublicKey.Kind, algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(kind)
        let set = try JWKSet.parse(JWKSet([JWK(key.publicKey, keyID: "k", algorithm: algorithm)]).json)
        let compact = try JWS.sign(
            payload: [0, 255, 1],
            key: key,
            algorithm: algorithm,
            keyID: "k",
            type: "JWT",
            extraHeader: ["x": 1, "alg": 2]
        )
        let verified = try JWS.verify(compact, keys: set, allowing: [algorithm])
        #expect(verified.payload == [0, 255, 1])
        #expect(verified.header.alg == algorithm.rawValue)
        #expect(verified.header.kid == "k")
        #expect(verified.header.typ == "JWT")
        #expect(verified.header.raw["x"]?.int64 == 1)
        #expect(try JWS.unverifiedHeader(compact) == verified.header)
    }

    @Test("D05 one flipped bit anywhere refuses the token")
    func flippedBits() throws {
        let compact = try fixture.token()
        #expect(fault(compact, fixture.rsaOnly) == nil)
        let bytes = Array(compact.utf8)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            #expect(fault(String(decoding: changed, as: UTF8.self), fixture.rsaOnly) != nil)
        }
    }

    @Test(
        "D06 X-12 none, in any spelling, is refused",
        arguments: ["none", "None", "NONE", "nOnE", "", " none", "null"]
    )
    func none(name: String) throws {
        let header = Base64URL.encode(Array(#"{"alg":"\#(name)","kid":"rsa-1"}"#.utf8))
        let payload = Base64URL.encode(fixture.payload)
        let all = Set(SignatureAlgorithm.allCases)
        #expect(fault("\(header).\(payload).", fixture.rsaOnly, allowing: all) == .algorithmNotAllowed)
        let signature = try #require(fixture.token().split(separator: ".").last)
        #expect(fault("\(header).\(payload).\(signature)", fixture.rsaOnly, allowing: all) == .algorithmNotAllowed)
    }

    @Test(
        "D06 X-12 an alg that is missing or no string is refused",
        arguments: [
            "{}", #"{"alg":null}"#, #"{"alg":["RS256"]}"#, #"{"alg":256}"#, #"{"ALG":"RS256"}"#, "[]", "\"RS256\"", "",
        ]
    )
    func badAlgorithmMember(header: String) throws {
        #expect(try fault(fixture.token(header: header), fixture.rsaOnly) == .malformed)
    }

    @Test("D06 the header never selects the algorithm: it must be allowed")
    func allowList() throws {
        let key = fixture.rsa
        let set = JWKSet([JWK(key.publicKey, keyID: "k", algorithm: nil)])
        for algorithm in SignatureAlgorithm.allCases where algorithm.fits(key.publicKey.kind) {
            let compact = try JWS.sign(payload: [1], key: key, algorithm: algorithm, keyID: "k", type: nil)
            #expect(fault(compact, set, allowing: [algorithm]) == nil)
            let others = Set(SignatureAlgorithm.allCases).subtracting([algorithm])
            #expect(fault(compact, set, allowing: others) == .algorithmNotAllowed)
            #expect(fault(compact, set, allowing: []) == .algorithmNotAllowed)
        }
        #expect(try fault(fixture.token(header: #"{"alg":"rs256"}"#), fixture.rsaOnly) == .algorithmNotAllowed)
    }

    @Test("D07 X-12 HS256 keyed with the client secret or the public key is refused")
    func hmacConfusion() throws {
        guard case .rsa(let modulus, _) = fixture.rsa.publicKey.components else { return }
        let signed = Base64URL.encode(Array(#"{"alg":"HS256","kid":"rsa-1"}"#.utf8)) + ".e30"
        for secret in [Array("client-secret".utf8), modulus, fixture.rsaOnly.json.serializedBytes()] {
            let tag = Base64URL.encode(HMAC.sha256(key: secret, message: Array(signed.utf8)))
            let all = Set(SignatureAlgorithm.allCases)
            #expect(fault(signed + "." + tag, fixture.rsaOnly, allowing: all) == .algorithmNotAllowed)
        }
    }

    @Test("D08 X-12 a key inside the header is never used", arguments: ["jwk", "jku", "x5u", "x5c"])
    func injectedKeys(name: String) throws {
        let attacker = try TokenFixture.others.get()[0]
        let value: JSONValue =
            switch name {
            case "jwk": JWK(attacker.publicKey, keyID: "rsa-1", algorithm: .rs256).json
            case "x5c": ["MIIB"]
            default: "https://attacker.example/keys"
            }
        for keyID in ["rsa-1", nil] {
            let forged = try JWS.sign(
                payload: fixture.payload,
                key: attacker,
                algorithm: .rs256,
                keyID: keyID,
                type: nil,
                extraHeader: [name: value]
            )
            #expect(fault(forged, fixture.rsaOnly) == .badSignature)
            // An honest token with the same header is checked with the given keys, and passes.
            #expect(try fault(fixture.token([name: value], keyID: keyID), fixture.rsaOnly) == nil)
        }
    }

    @Test(
        "D09 crit and b64 are refused",
        arguments: [
            ["crit": ["exp"]], ["crit": []], ["crit": "exp"], ["crit": .null], ["crit": ["b64"], "b64": false],
            ["b64": true], ["crit": ["http://example.com/UNDEFINED"], "http://example.com/UNDEFINED": true],
        ] as [JSONObject]
    )
    func critical(header: JSONObject) throws {
        #expect(try fault(fixture.token(header), fixture.rsaOnly) == .criticalHeader)
    }

    @Test("D09 encrypted and nested tokens are refused")
    func encryptedAndNested() throws {
        #expect(try fault(fixture.token(["enc": "A256GCM"]), fixture.rsaOnly) == .encrypted)
        #expect(fault("e30.AA.AA.AA.AA", fixture.rsaOnly) == .encrypted)
        #expect(fault("....", fixture.rsaOnly) == .encrypted)
        for content in ["JWT", "jwt", "application/jwt"] {
            #expect(try fault(fixture.token(["cty": .string(content)]), fixture.rsaOnly) == .nested)
        }
        #expect(try fault(fixture.token(["cty": 1]), fixture.rsaOnly) == .malformed)
        #expect(try fault(fixture.token(["cty": "json"]), fixture.rsaOnly) == nil)
    }

    @Test("D19 the number of parts, padding, white space and foreign characters")
    func structure() throws {
        let compact = try fixture.token()
        let parts = compact.split(separator: ".").map(String.init)
        let wrong = [
            "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", "\(compact).", "\(compact).AA", ".\(compact)",
            "\(parts[0])=.\(parts[1]).\(parts[2])", "\(compact)=", "\(compact)==", " \(compact)", "\(compact) ",
            "\(compact)\n", "\(parts[0]).\n\(parts[1]).\(parts[2])", "\(parts[0])..\(parts[2])x.", "\(compact)\0",
            "\(parts[0])．\(parts[1])．\(parts[2])", "\(parts[0]).\(parts[1]).é\(parts[2])",
        ]
        for text in wrong { #expect(fault(text, fixture.rsaOnly) == .malformed, "\(text)") }
        #expect(fault("\(parts[0]).\(parts[1]).", fixture.rsaOnly) == .badSignature)
        #expect(fault("\(parts[0])..\(parts[2])", fixture.rsaOnly) == .badSignature)
    }

    @Test(
        "D19 the header is strict JSON without duplicate names, in limits",
        arguments: [
            #"{"alg":"RS256","alg":"RS256"}"#, #"{"alg":"none","\u0061lg":"RS256"}"#, #"{"alg":"RS256"} x"#,
            #"{"alg":"RS256",}"#, #"{"alg":"RS256","kid":1}"#, #"{"alg":"RS256","kid":null}"#,
            #"{"alg":"RS256","typ":{}}"#,
            #"{"alg":"RS256","x":[[[[[[[[1]]]]]]]]}"#, "\u{FEFF}{\"alg\":\"RS256\"}",
        ]
    )
    func strictHeader(header: String) throws {
        #expect(try fault(fixture.token(header: header), fixture.rsaOnly) == .malformed)
    }

    @Test("D19 the size cap")
    func size() throws {
        let compact = try fixture.token()
        #expect(fault(compact, fixture.rsaOnly, maximumBytes: compact.utf8.count) == nil)
        #expect(fault(compact, fixture.rsaOnly, maximumBytes: compact.utf8.count - 1) == .tooLarge)
        let long = try JWS.sign(
            payload: [UInt8](repeating: 0x20, count: 16_384),
            key: fixture.rsa,
            algorithm: .rs256,
            keyID: nil,
            type: nil
        )
        #expect(fault(long, fixture.rsaOnly) == .tooLarge)
    }

    @Test func codesAreSnakeCase() {
        for fault in JOSEFault.allCases {
            #expect(fault.rawValue.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
        }
    }
}
