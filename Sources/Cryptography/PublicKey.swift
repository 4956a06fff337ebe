import COpenSSL

/// A public key that has been checked and can only verify.
public final class PublicKey: Sendable {
    /// What the key is.
    public enum Kind: Sendable, Hashable {
        /// RSA, with the length of its modulus.
        case rsa(bits: Int)
        /// The curve P-256.
        case p256
        /// The curve P-384.
        case p384
        /// Ed25519.
        case ed25519
    }

    /// The curves offered for ECDSA.
    public enum Curve: Sendable, Hashable, CaseIterable {
        /// secp256r1
        case p256
        /// secp384r1
        case p384

        /// The length of one coordinate, and of each half of a signature, in bytes.
        public var coordinateCount: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            }
        }

        var group: String {
            switch self {
            case .p256: "P-256"
            case .p384: "P-384"
            }
        }
    }

    /// The numbers a key is made of, big-endian, for writing it as a JWK.
    public enum Components: Sendable, Hashable {
        /// Modulus and exponent, without leading zero bytes.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// The point, with coordinates of ``Curve/coordinateCount`` bytes.
        case ellipticCurve(Curve, x: [UInt8], y: [UInt8])
        /// The 32 bytes of RFC 8032.
        case ed25519([UInt8])
    }

    /// Smaller RSA keys are refused (RFC 7518 section 3.3).
    public static let minimumModulusBits = 2048
    /// Larger RSA keys are refused: a key set comes from outside, and checking a key costs time that grows with the
    /// third power of its length.
    public static let maximumModulusBits = 4096

    /// What the key is.
    public let kind: Kind
    /// The numbers it is made of.
    public let components: Components
    let handle: KeyHandle

    private init(kind: Kind, components: Components, handle: KeyHandle) {
        self.kind = kind
        self.components = components
        self.handle = handle
    }

    /// An RSA key from big-endian integers; leading zero bytes do not count.
    ///
    /// - Throws: ``KeyFault`` for a modulus outside 2048 to 4096 bits or with the ROCA weakness, an exponent that is 1,
    ///   even or longer than 64 bits, and whatever OpenSSL's check finds (such as a prime modulus).
    public static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(KeyFault) -> PublicKey {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard bits >= minimumModulusBits else { throw .tooSmall }
        guard bits <= maximumModulusBits else { throw .tooLarge }
        guard let last = exponent.last, last & 1 == 1, exponent != [1], exponent.count <= 8 else { throw .badExponent }
        guard !ROCA.marks(modulus: modulus) else { throw .weakModulus }

        ERR_clear_error()
        defer { ERR_clear_error() }
        let key = unsafe KeyHandle(
            lk_rsa_public_key(modulus, Int32(modulus.count), exponent, Int32(exponent.count))
        )
        guard let key else { throw .malformed }
        guard key.passesPublicCheck() else { throw .failedCheck }
        return PublicKey(
            kind: .rsa(bits: bits),
            components: .rsa(modulus: modulus, exponent: exponent),
            handle: key
        )
    }

    /// A key on an elliptic curve from the coordinates of its point, each of ``Curve/coordinateCount`` bytes
    /// (RFC 7518 section 6.2.1.2).
    ///
    /// - Throws: ``KeyFault`` for coordinates of another length or a point that is not on the curve.
    public static func ellipticCurve(_ curve: Curve, x: [UInt8], y: [UInt8]) throws(KeyFault) -> PublicKey {
        guard x.count == curve.coordinateCount, y.count == curve.coordinateCount else { throw .malformed }
        ERR_clear_error()
        defer { ERR_clear_error() }
        let point = [0x04] + x + y
        guard let key = unsafe KeyHandle(lk_ec_public_key(curve.group, point, point.count)) else { throw .notOnCurve }
        guard key.passesPublicCheck() else { throw .failedCheck }
        let kind: Kind =
            switch curve {
            case .p256: .p256
            case .p384: .p384
            }
        return PublicKey(kind: kind, components: .ellipticCurve(curve, x: x, y: y), handle: key)
    }

    /// An Ed25519 key from its 32 bytes (RFC 8032 section 5.1.5).
    ///
    /// - Throws: ``KeyFault`` for another length.
    public static func ed25519(_ bytes: [UInt8]) throws(KeyFault) -> PublicKey {
        guard bytes.count == 32 else { throw .malformed }
        ERR_clear_error()
        defer { ERR_clear_error() }
        let key = unsafe KeyHandle(EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count))
        guard let key else { throw .malformed }
        guard key.passesPublicCheck() else { throw .failedCheck }
        return PublicKey(kind: .ed25519, components: .ed25519(bytes), handle: key)
    }
}
