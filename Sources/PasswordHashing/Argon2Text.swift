import Cryptography

/// A stored Argon2 hash, `$argon2id$v=19$m=…,t=…,p=…$salt$hash` (RFC 9106; the PHC string format).
struct Argon2Text: Sendable, Hashable {
    let scheme: PasswordScheme
    let parameters: Argon2Parameters
    let parallelism: Int
    let text: String

    /// `fields` are the pieces between the `$`, without the empty first one.
    init(_ text: String, fields: [Substring]) throws(ImportedHashFault) {
        switch fields.first {
        case "argon2id": scheme = .argon2id
        case "argon2i": scheme = .argon2i
        default: throw .unsupportedVariant(.argon2d)
        }
        // Strings before version 1.3 have `v=16` or no version at all.
        guard fields.count == 5, fields[1] == "v=19" else {
            throw fields.count == 4 || fields.count == 5 && fields[1] == "v=16"
                ? .unsupportedVariant(.argon2Version) : .malformed(.layout)
        }
        guard let values = HashText.fields(fields[2], ["m", "t", "p"]) else { throw .malformed(.layout) }
        guard let memory = HashText.number(values[0]) else { throw .malformed(.memory) }
        guard let passes = HashText.number(values[1]), passes > 0 else { throw .malformed(.iterations) }
        guard let parallelism = HashText.number(values[2]), parallelism > 0 else { throw .malformed(.parallelism) }

        guard memory <= Argon2Parameters.memoryRange.upperBound else { throw .costTooHigh(.memory) }
        guard memory >= Argon2Parameters.memoryRange.lowerBound else { throw .costTooLow(.memory) }
        guard passes <= Argon2Parameters.passesRange.upperBound, memory * passes <= Argon2Parameters.maximumWork else {
            throw .costTooHigh(.iterations)
        }
        // RFC 9106 section 3.1 asks for eight blocks a lane.
        guard parallelism <= 64, parallelism * 8 <= memory else { throw .costTooHigh(.parallelism) }

        guard let salt = HashText.unpaddedBase64(fields[3]), (8...64).contains(salt.count) else {
            throw .malformed(.salt)
        }
        guard let hash = HashText.unpaddedBase64(fields[4]), (16...64).contains(hash.count) else {
            throw .malformed(.hash)
        }
        parameters = Argon2Parameters(memoryKiB: memory, passes: passes)
        self.parallelism = parallelism
        self.text = text
    }

    /// A text that looks like a fresh hash, costs what one costs to compare with, and equals no password that anybody can find: its salt
    /// and its hash are random bytes. Nothing is computed for it.
    static func ofNobody(_ parameters: Argon2Parameters) -> String {
        let (salt, hash) = (HashText.unpadded(Random.bytes(16)), HashText.unpadded(Random.bytes(32)))
        return "$argon2id$v=19$m=\(parameters.memoryKiB),t=\(parameters.passes),p=1$\(salt)$\(hash)"
    }

    func compare(_ password: [UInt8]) -> HashMatch { Argon2id.compare(password, with: text) }

    /// True when a new hash would be a better one.
    func isWeaker(than present: Argon2Parameters) -> Bool {
        scheme != .argon2id || parallelism != 1 || parameters.memoryKiB < present.memoryKiB
            || parameters.passes < present.passes
    }
}
