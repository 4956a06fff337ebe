import Cryptography
import JSON

/// Encodings of a public key that an attacker can compute and a careless verifier uses as an HMAC secret.
enum PublicKeyEncodings {
    /// SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7), from a JWK's members.
    static func der(_ jwk: JSONObject) -> [UInt8] {
        let number = { (name: String) in Base64URL.decode(jwk[name]?.string ?? "") ?? [] }
        if jwk["kty"]?.string == "EC" {
            // id-ecPublicKey, prime256v1
            let algorithm: [UInt8] = [
                0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
                0x01, 0x07,
            ]
            return element(0x30, element(0x30, algorithm) + element(0x03, [0, 4] + number("x") + number("y")))
        }
        // rsaEncryption, NULL
        let algorithm: [UInt8] = [
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
        ]
        let key = element(0x30, element(0x02, [0] + number("n")) + element(0x02, number("e")))
        return element(0x30, element(0x30, algorithm) + element(0x03, [0] + key))
    }

    /// The same in PEM, as OpenSSL writes it, with the line feed at its end.
    static func pem(_ jwk: JSONObject) -> [UInt8] {
        let text = Array(Base64.encode(der(jwk)))
        let lines = stride(from: 0, to: text.count, by: 64).map { String(text[$0..<min($0 + 64, text.count)]) }
        return Array(
            (["-----BEGIN PUBLIC KEY-----"] + lines + ["-----END PUBLIC KEY-----", ""]).joined(separator: "\n").utf8
        )
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length: [UInt8] =
            switch content.count {
            case ..<128: [UInt8(content.count)]
            case ..<256: [0x81, UInt8(content.count)]
            default: [0x82, UInt8(truncatingIfNeeded: content.count >> 8), UInt8(truncatingIfNeeded: content.count)]
            }
        return [tag] + length + content
    }
}
