import COpenSSL

/// The memory-hard key derivation scrypt (RFC 7914). Here only to check passwords that other systems hashed with it.
public enum Scrypt {
    /// What one derivation costs.
    public struct Cost: Sendable, Hashable {
        /// Base-2 logarithm of N, 1 to 30.
        public let logN: Int
        /// The block size r, 1 to 1024.
        public let blockSize: Int
        /// The parallelisation p, 1 to 1024; the lanes are computed one after the other.
        public let parallelism: Int

        /// `nil` outside the ranges above, within which no sum below can overflow.
        public init?(logN: Int, blockSize: Int, parallelism: Int) {
            guard (1...30).contains(logN), (1...1024).contains(blockSize), (1...1024).contains(parallelism) else {
                return nil
            }
            self.logN = logN
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// The memory it takes, in bytes.
        public var memory: Int { 128 * blockSize * ((1 << logN) + 2 + parallelism) }

        /// How many bytes are written in all: proportional to the time it takes.
        public var work: Int { 128 * blockSize * (1 << logN) * parallelism }
    }

    /// Derives `count` bytes, 1 to 1024; `nil` for another count and when there is not enough memory.
    public static func derive(password: [UInt8], salt: [UInt8], cost: Cost, count: Int) -> [UInt8]? {
        guard (1...1024).contains(count) else { return nil }
        ERR_clear_error()
        defer { ERR_clear_error() }
        let password = password.map(CChar.init(bitPattern:))
        var output = [UInt8](repeating: 0, count: count)
        // OpenSSL's own limit is 32 MiB; this one is exactly what the cost says.
        let result = unsafe EVP_PBE_scrypt(
            password,
            password.count,
            salt,
            salt.count,
            1 << UInt64(cost.logN),
            UInt64(cost.blockSize),
            UInt64(cost.parallelism),
            UInt64(cost.memory),
            &output,
            output.count
        )
        return result == 1 ? output : nil
    }
}
