/// Why a key, or an operation with it, is refused. The raw values are stable, for logs and notes.
public enum KeyFault: String, Error, Sendable, Hashable, CaseIterable {
    /// Not a key of the expected form, or of the expected length.
    case malformed = "malformed_key"
    /// A kind of key that is not offered.
    case unsupported = "unsupported_key"
    /// An RSA modulus below ``PublicKey/minimumModulusBits`` (RFC 7518 section 3.3).
    case tooSmall = "rsa_modulus_too_small"
    /// An RSA modulus above ``PublicKey/maximumModulusBits``: verifying would cost too much.
    case tooLarge = "rsa_modulus_too_large"
    /// An RSA exponent that is 1, even, or longer than 64 bits.
    case badExponent = "rsa_bad_exponent"
    /// An RSA modulus with the ROCA weakness (CVE-2017-15361): its private key can be computed.
    case weakModulus = "rsa_roca"
    /// Coordinates of no point on the curve.
    case notOnCurve = "point_not_on_curve"
    /// OpenSSL's own check of the key failed.
    case failedCheck = "key_check_failed"
    /// The algorithm is for another kind of key.
    case algorithmMismatch = "algorithm_mismatch"
    /// OpenSSL could not generate, write or use the key.
    case operationFailed = "key_operation_failed"
}
