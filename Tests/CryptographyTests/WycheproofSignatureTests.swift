import Cryptography
import JSON
import Testing

/// Signature vectors of Project Wycheproof against the primitives.
@Suite(.enabled(if: TestVectors.areThere))
struct WycheproofSignatureTests {
    @Test(
        "X-12 D05 ECDSA in both forms",
        arguments: [
            ("ecdsa_secp256r1_sha256_test.json", PublicKey.Curve.p256, SignatureAlgorithm.es256, true, 484),
            ("ecdsa_secp256r1_sha256_p1363_test.json", .p256, .es256, false, 262),
            ("ecdsa_secp384r1_sha384_test.json", .p384, .es384, true, 504),
            ("ecdsa_secp384r1_sha384_p1363_test.json", .p384, .es384, false, 280),
        ]
    )
    func ecdsa(
        name: String,
        curve: PublicKey.Curve,
        algorithm: SignatureAlgorithm,
        isDER: Bool,
        count: Int
    ) throws {
        let file = try Wycheproof(name)
        #expect(file.count == count)
        for group in file.groups {
            let point = try #require(group.json["publicKey"]).hex("uncompressed")
            let half = curve.coordinateCount
            try #require(point.count == 1 + 2 * half)
            let key = try PublicKey.ellipticCurve(
                curve,
                x: Array(point[1...half]),
                y: Array(point[(half + 1)...])
            )
            for test in group.tests {
                let signature = try test.json.hex("sig")
                let message = try test.json.hex("msg")
                let isValid =
                    isDER
                    ? key.isValid(derSignature: signature, over: message, algorithm: algorithm)
                    : key.isValid(signature: signature, over: message, algorithm: algorithm)
                #expect(isValid == test.isValid, "tcId \(test.id)")
            }
        }
    }

    @Test("X-12 D05 RSASSA-PKCS1-v1_5; tcId 8, the acceptable one, is refused")
    func pkcs1() throws {
        let file = try Wycheproof("rsa_signature_2048_sha256_test.json")
        #expect(file.count == 259)
        for group in file.groups {
            let key = try rsaKey(group)
            for test in group.tests {
                let isValid = try key.isValid(
                    signature: test.json.hex("sig"),
                    over: test.json.hex("msg"),
                    algorithm: .rs256
                )
                #expect(isValid == test.isValid, "tcId \(test.id)")
                #expect((test.result == "acceptable") == (test.id == 8))
            }
        }
    }

    @Test(
        "X-12 D05 RSASSA-PSS: only a salt of 32 bytes is PS256",
        arguments: [
            ("rsa_pss_2048_sha256_mgf1_32_test.json", 32, 108),
            ("rsa_pss_2048_sha256_mgf1_32_params_test.json", 32, 108),
            ("rsa_pss_2048_sha256_mgf1_0_test.json", 0, 103),
            ("rsa_pss_2048_sha256_mgf1_0_params_test.json", 0, 103),
        ]
    )
    func pss(name: String, saltCount: Int, count: Int) throws {
        let file = try Wycheproof(name)
        #expect(file.count == count)
        for group in file.groups {
            let key = try rsaKey(group)
            for test in group.tests {
                let signature = try test.json.hex("sig")
                let message = try test.json.hex("msg")
                let isValid = key.isValid(pssSignature: signature, over: message, saltCount: saltCount)
                #expect(isValid == test.isValid, "tcId \(test.id)")
                let isPS256 = key.isValid(signature: signature, over: message, algorithm: .ps256)
                // Exception: tcId 69 of the files with salt 0 is invalid there because its salt has 32 bytes.
                let has32Bytes = saltCount == 32 ? test.isValid : test.id == 69
                #expect(isPS256 == has32Bytes, "tcId \(test.id) as PS256")
            }
        }
    }

    @Test("X-12 D05 Ed25519")
    func ed25519() throws {
        let file = try Wycheproof("ed25519_test.json")
        #expect(file.count == 151)
        for group in file.groups {
            let key = try PublicKey.ed25519(#require(group.json["publicKey"]).hex("pk"))
            for test in group.tests {
                let isValid = try key.isValid(
                    signature: test.json.hex("sig"),
                    over: test.json.hex("msg"),
                    algorithm: .edDSA
                )
                #expect(isValid == test.isValid, "tcId \(test.id)")
            }
        }
    }

    private func rsaKey(_ group: Wycheproof.Group) throws -> PublicKey {
        let key = try #require(group.json["publicKey"])
        return try PublicKey.rsa(modulus: key.hex("modulus"), exponent: key.hex("publicExponent"))
    }
}
