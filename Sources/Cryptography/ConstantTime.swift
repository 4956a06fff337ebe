import COpenSSL

/// Comparison that tells an attacker nothing through its duration.
public enum ConstantTime {
    /// True when both are equal. The time depends on the lengths only, so lengths must not be secret.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        guard !left.isEmpty else { return true }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
