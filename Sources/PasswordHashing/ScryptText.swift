import Cryptography

/// A stored scrypt hash in the PHC string format, `$scrypt$ln=14,r=8,p=1$salt$hash`, as passlib and others write it.
struct ScryptText: Sendable, Hashable {
    /// The memory of one comparison, in bytes: 1 MiB to 128 MiB.
    static let memoryRange = 1_048_576...134_217_728
    /// The most work of one comparison, in bytes written.
    static let maximumWork = 536_870_912

    private let cost: Scrypt.Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// `fields` are the pieces between the `$`, without the empty first one.
    init(fields: [Substring]) throws(ImportedHashFault) {
        guard fields.count == 4, let values = HashText.fields(fields[1], ["ln", "r", "p"]) else {
            throw .malformed(.layout)
        }
        cost = try Self.cost(logN: values[0], blockSize: values[1], parallelism: values[2])
        guard let salt = HashText.unpaddedBase64(fields[2]), (1...1024).contains(salt.count) else {
            throw .malformed(.salt)
        }
        // Those two lengths are in use. The start of a longer hash is a shorter one, so a text that was cut off on its
        // way would go unnoticed otherwise.
        guard let hash = HashText.unpaddedBase64(fields[3]), hash.count == 32 || hash.count == 64 else {
            throw .malformed(.hash)
        }
        self.salt = salt
        self.hash = hash
    }

    /// A cost within the bounds above.
    static func cost(
        logN: Substring,
        blockSize: Substring,
        parallelism: Substring
    ) throws(ImportedHashFault) -> Scrypt.Cost {
        guard let logN = HashText.number(logN), logN > 0 else { throw .malformed(.cost) }
        guard let blockSize = HashText.number(blockSize), blockSize > 0 else { throw .malformed(.blockSize) }
        guard let parallelism = HashText.number(parallelism), parallelism > 0 else { throw .malformed(.parallelism) }
        guard let cost = Scrypt.Cost(logN: logN, blockSize: blockSize, parallelism: parallelism) else {
            throw .costTooHigh(logN > 30 ? .cost : blockSize > 1024 ? .blockSize : .parallelism)
        }
        let memory = 128 * blockSize << logN
        guard memory >= memoryRange.lowerBound else { throw .costTooLow(.cost) }
        guard memory <= memoryRange.upperBound else { throw .costTooHigh(.cost) }
        guard cost.work <= maximumWork else { throw .costTooHigh(.parallelism) }
        return cost
    }

    func compare(_ password: [UInt8]) -> HashMatch {
        guard let derived = Scrypt.derive(password: password, salt: salt, cost: cost, count: hash.count) else {
            return .outOfMemory
        }
        return HashMatch(ConstantTime.equal(derived, hash))
    }
}
