import Cryptography
import JSON

@testable import JOSE

/// Keys and tokens that several suites share.
struct TokenFixture {
    let rsa: PrivateKey
    let ec: PrivateKey
    let payload = Array(#"{"sub":"1"}"#.utf8)

    /// Made once: generating RSA keys is slow.
    static let shared = Result { try TokenFixture() }
    /// Two more RSA keys.
    static let others = Result {
        try (0..<2).map { _ in try PrivateKey.generate(.rsa(bits: 2048)) }
    }

    private init() throws {
        rsa = try PrivateKey.generate(.rsa(bits: 2048))
        ec = try PrivateKey.generate(.p256)
    }

    /// A set with the RSA key (`rsa-1`) only.
    var rsaOnly: JWKSet { JWKSet([JWK(rsa.publicKey, keyID: "rsa-1", algorithm: .rs256)]) }

    func token(_ extraHeader: JSONObject = [:], keyID: String? = "rsa-1") throws -> String {
        try JWS.sign(
            payload: payload,
            key: rsa,
            algorithm: .rs256,
            keyID: keyID,
            type: "JWT",
            extraHeader: extraHeader
        )
    }

    /// A token whose header is exactly this text, properly signed with RS256.
    func token(header: String) throws -> String {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        return try signed + "." + Base64URL.encode(rsa.sign(Array(signed.utf8), algorithm: .rs256))
    }
}

/// `nil` when the token is accepted.
func fault(
    _ compact: String,
    _ keys: JWKSet,
    allowing: Set<SignatureAlgorithm> = [.rs256],
    maximumBytes: Int = 16_384
) -> JOSEFault? {
    do throws(JOSEFault) {
        _ = try JWS.verify(compact, keys: keys, allowing: allowing, maximumBytes: maximumBytes)
        return nil
    } catch {
        return error
    }
}
