import Cryptography
import JSON

/// Reads one entry of a key set, or says why it cannot be used.
enum JWKReader {
    static func read(_ json: JSONValue) throws(JWKSet.SkipReason) -> JWK {
        guard let members = json.object, let type = members["kty"]?.string else { throw .malformed }
        let keyID = try text("kid", in: members)
        // A symmetric key in a public place is no secret: whoever reads the set could sign with it (D07).
        guard type != "oct" else { throw .symmetric }
        guard ["RSA", "EC", "OKP"].contains(type) else { throw .unsupportedType }
        // Published by mistake: everybody can sign with it.
        guard members["d"] == nil else { throw .privateKey }
        try requireSigning(members)
        let key = try publicKey(type, members)
        let algorithm = try algorithm(members, for: key)
        return JWK(key, keyID: keyID, algorithm: algorithm)
    }

    /// `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3): an encryption key never checks a signature (E07).
    private static func requireSigning(_ members: JSONObject) throws(JWKSet.SkipReason) {
        if let use = try text("use", in: members) {
            guard use == "sig" else { throw .notForSigning }
        }
        guard let operations = members["key_ops"] else { return }
        guard let names = operations.array?.map(\.string), Set(names).count == names.count, !names.contains(nil) else {
            throw .malformed
        }
        guard names.contains("verify") else { throw .notForSigning }
    }

    private static func publicKey(_ type: String, _ members: JSONObject) throws(JWKSet.SkipReason) -> PublicKey {
        do throws(KeyFault) {
            switch (type, members["crv"]?.string) {
            case ("RSA", _):
                guard let modulus = bytes("n", in: members), let exponent = bytes("e", in: members),
                    modulus.first != 0, exponent.first != 0
                else { throw .malformed }
                return try PublicKey.rsa(modulus: modulus, exponent: exponent)
            case ("EC", "P-256"): return try ellipticCurve(.p256, members)
            case ("EC", "P-384"): return try ellipticCurve(.p384, members)
            case ("OKP", "Ed25519"):
                guard let x = bytes("x", in: members) else { throw .malformed }
                return try PublicKey.ed25519(x)
            default: throw .unsupported
            }
        } catch {
            throw .key(error)
        }
    }

    private static func ellipticCurve(
        _ curve: PublicKey.Curve,
        _ members: JSONObject
    ) throws(KeyFault) -> PublicKey {
        guard let x = bytes("x", in: members), let y = bytes("y", in: members) else { throw .malformed }
        return try PublicKey.ellipticCurve(curve, x: x, y: y)
    }

    /// The key's own `alg`. One that is not offered, or is for another kind of key, makes the key unusable: ignoring
    /// it would use the key for something it was not made for.
    private static func algorithm(
        _ members: JSONObject,
        for key: PublicKey
    ) throws(JWKSet.SkipReason) -> SignatureAlgorithm? {
        guard let name = try text("alg", in: members) else { return nil }
        guard let algorithm = SignatureAlgorithm(rawValue: name), algorithm.fits(key.kind) else {
            throw .unsupportedAlgorithm
        }
        return algorithm
    }

    private static func text(_ name: String, in members: JSONObject) throws(JWKSet.SkipReason) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw .malformed }
        return text
    }

    private static func bytes(_ name: String, in members: JSONObject) -> [UInt8]? {
        members[name]?.string.flatMap { Base64URL.decode($0) }
    }
}
