import Cryptography
import JOSE
import JSON

/// Signatures by the wrong key, of the wrong kind, or none at all (D05 to D07, X-12).
enum IDTokenSignatureTwists {
    static let all: [Twist<IDTokenDraft>] =
        ["none", "None", "nOnE", "NONE"].map { spelling in
            Twist("alg-\(spelling)", "alg \(spelling) and no signature") { token, _ in token.unsign(spelling) }
        } + [
            Twist("unsigned", "the same as alg-none") { token, _ in token.unsign("none") },
            Twist("none-with-signature", "alg none and a genuine signature") { token, _ in
                token.header["alg"] = "none"
            },
            Twist("hs256-public-key", "HS256 with the public key as the secret: PEM") { token, _ in
                token.signSymmetrically(with: PublicKeyEncodings.pem(token.publicMembers))
            },
            Twist("hs256-public-key-der", "HS256 with the public key as the secret: DER") { token, _ in
                token.signSymmetrically(with: PublicKeyEncodings.der(token.publicMembers))
            },
            Twist("hs256-public-key-jwk", "HS256 with the public key as the secret: its JWK") { token, _ in
                token.signSymmetrically(with: JSONValue.object(token.publicMembers).serializedBytes())
            },
            Twist("hs256-public-key-modulus", "HS256 with the modulus, or x, as the secret") { token, _ in
                let number = token.publicMembers["n"]?.string ?? token.publicMembers["x"]?.string ?? ""
                token.signSymmetrically(with: Base64URL.decode(number) ?? [])
            },
            Twist("hs256-client-secret", "HS256 with the client's secret") { token, _ in
                token.signSymmetrically(with: Array(token.clientSecret.utf8))
            },
            Twist("hs256-empty", "HS256 with an empty secret") { token, _ in token.signSymmetrically(with: []) },
            Twist("es256-alg-swap", "alg ES256 over an RS256 signature, or the other way round") { token, _ in
                token.header["alg"] = token.header["alg"]?.string == "ES256" ? "RS256" : "ES256"
            },
            Twist("rs512", "the right key with SHA-512, where only SHA-256 was announced") { token, _ in
                token.sign(as: .rs512)
            },
            Twist("ps256", "the right key with PSS padding") { token, _ in token.sign(as: .ps256) },
            Twist("foreign-key", "a published kid, a signature by another key") { token, _ in
                token.signing = .key(token.keys.foreign.privateKey, token.keys.foreign.algorithm)
            },
            Twist("empty-signature", "an empty signature part") { token, _ in token.signing = .nothing },
            Twist("zero-signature", "64 zero bytes and alg ES256 (CVE-2022-21449)") { token, _ in
                token.header["alg"] = "ES256"
                let head = Base64URL.encode(JSONValue.object(token.header).serializedBytes())
                let body = Base64URL.encode(JSONValue.object(token.claims).serializedBytes())
                let zeros = Base64URL.encode(Array(repeating: 0, count: 64))
                token.shape = .literal("\(head).\(body).\(zeros)")
            },
            Twist("flipped-signature-bit", "one bit of the signature flipped") { token, _ in
                token.shape = .flippedSignatureBit
            },
        ]
}

extension IDTokenDraft {
    /// The published members of the key that would sign.
    var publicMembers: JSONObject {
        var members = keys.current.published
        for name in ["kid", "alg", "use"] { members[name] = nil }
        return members
    }

    /// `alg` in this spelling and no signature.
    mutating func unsign(_ spelling: String) {
        header["alg"] = .string(spelling)
        signing = .nothing
    }

    /// HS256 with these bytes as the key.
    mutating func signSymmetrically(with key: [UInt8]) {
        header["alg"] = "HS256"
        signing = .hmac(key)
    }

    /// The right key with another algorithm.
    mutating func sign(as algorithm: SignatureAlgorithm) {
        header["alg"] = .string(algorithm.rawValue)
        signing = .key(keys.current.privateKey, algorithm)
    }
}
