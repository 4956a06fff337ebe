import CCrypt
import Cryptography
import Glibc

/// A stored hash of crypt(5): bcrypt, yescrypt or SHA-512-crypt, compared by libxcrypt.
struct CryptText: Sendable, Hashable {
    let scheme: PasswordScheme
    let text: String

    /// `fields` are the pieces between the `$`, without the empty first one.
    init(_ text: String, fields: [Substring]) throws(ImportedHashFault) {
        self.text = text
        switch fields.first {
        case "2a", "2b", "2y":
            scheme = .bcrypt
            try Self.checkBcrypt(fields)
        case "y":
            scheme = .yescrypt
            try Self.checkYescrypt(fields)
        case "6":
            scheme = .sha512Crypt
            try Self.checkSHA512(fields)
        default: throw .unknownFormat
        }
    }

    private static func checkBcrypt(_ fields: [Substring]) throws(ImportedHashFault) {
        guard fields.count == 3 else { throw .malformed(.layout) }
        guard fields[1].utf8.count == 2, let cost = HashText.number(fields[1].drop { $0 == "0" }) else {
            throw .malformed(.cost)
        }
        guard cost >= 4 else { throw .costTooLow(.cost) }
        guard cost <= 15 else { throw .costTooHigh(.cost) }
        guard let values = HashText.bcryptValues(fields[2]), values.count == 53 else { throw .malformed(.hash) }
        // 184 bits in 31 characters: the last two are always zero.
        guard values[52] & 0x03 == 0 else { throw .malformed(.hash) }
    }

    /// Flags, cost and block size of one character each, as crypt_gensalt(3) writes them.
    private static func checkYescrypt(_ fields: [Substring]) throws(ImportedHashFault) {
        guard fields.count == 4 else { throw .malformed(.layout) }
        guard let values = HashText.cryptValues(fields[1]) else { throw .malformed(.cost) }
        guard values.count == 3, fields[1].hasPrefix("j"), values.allSatisfy({ $0 < 48 }) else {
            throw .unsupportedVariant(.unusualYescrypt)
        }
        let memory = 128 * (Int(values[2]) + 1) << (Int(values[1]) + 1)
        guard memory >= ScryptText.memoryRange.lowerBound else { throw .costTooLow(.cost) }
        guard memory <= ScryptText.memoryRange.upperBound else { throw .costTooHigh(.cost) }
        guard let salt = HashText.cryptValues(fields[2]), (1...86).contains(salt.count), salt.count % 4 != 1 else {
            throw .malformed(.salt)
        }
        // 256 bits in 43 characters: the last one holds four.
        guard let hash = HashText.cryptValues(fields[3]), hash.count == 43, hash[42] < 16 else {
            throw .malformed(.hash)
        }
    }

    private static func checkSHA512(_ fields: [Substring]) throws(ImportedHashFault) {
        var fields = fields
        if fields.count == 4 {
            guard fields[1].hasPrefix("rounds="), let rounds = HashText.number(fields[1].dropFirst(7)) else {
                throw .malformed(.iterations)
            }
            guard rounds >= 1_000 else { throw .costTooLow(.iterations) }
            guard rounds <= 1_000_000 else { throw .costTooHigh(.iterations) }
            fields.remove(at: 1)
        }
        guard fields.count == 3 else { throw .malformed(.layout) }
        guard let salt = HashText.cryptValues(fields[1]), (1...16).contains(salt.count) else { throw .malformed(.salt) }
        // 512 bits in 86 characters: the last one holds two.
        guard let hash = HashText.cryptValues(fields[2]), hash.count == 86, hash[85] < 4 else {
            throw .malformed(.hash)
        }
    }

    /// The longest password the function sees whole. bcrypt silently ignores everything after 72 bytes, so that two
    /// different passwords would be one; crypt(3) takes at most 511.
    private var limit: Int { scheme == .bcrypt ? 72 : Int(CRYPT_MAX_PASSPHRASE_SIZE) - 1 }

    /// A password with a NUL would be cut off there, and one beyond the limit at the limit: neither is ever the same.
    /// The function runs all the same, so that the answer takes as long.
    func compare(_ password: [UInt8]) -> HashMatch {
        let isSeenWhole = !password.contains(0) && password.count <= limit
        switch crypt(isSeenWhole ? password : [0x2D]) {
        case .success(let computed): return HashMatch(isSeenWhole && isEqual(computed))
        case .failure: return .outOfMemory
        }
    }

    /// Whether the hashes proper are equal. What comes before them may differ in salt bits that bcrypt ignores.
    private func isEqual(_ computed: [UInt8]) -> Bool {
        let count = scheme == .bcrypt ? 31 : scheme == .yescrypt ? 43 : 86
        return computed.count >= count && ConstantTime.equal(computed.suffix(count), Array(text.utf8).suffix(count))
    }

    private struct OutOfMemory: Error {}

    /// Empty when the function refuses the text, which never equals a hash.
    private func crypt(_ password: [UInt8]) -> Result<[UInt8], OutOfMemory> {
        // 32 KiB, too much for a thread's stack; zeroed, as crypt_rn asks for.
        let size = MemoryLayout<crypt_data>.size
        guard let data = unsafe calloc(1, size) else { return .failure(OutOfMemory()) }
        defer {
            unsafe explicit_bzero(data, size)
            unsafe free(data)
        }
        errno = 0
        let phrase = password.map(CChar.init(bitPattern:)) + [0]
        // crypt_rn answers NULL where plain crypt would answer "*0", which somebody could store.
        guard let output = unsafe crypt_rn(phrase, text, data, Int32(size)) else {
            return errno == ENOMEM ? .failure(OutOfMemory()) : .success([])
        }
        return .success(Array(unsafe String(cString: output).utf8))
    }
}

extension ConstantTime {
    fileprivate static func equal(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        equal(Array(left), Array(right))
    }
}
