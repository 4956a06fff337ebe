public import Accounts
import Cryptography

import struct Foundation.UUID

extension ID {
    /// A UUIDv7 (RFC 9562 §5.7): 48 bits of time, 74 random bits. Ids sort by creation and never come from a sequence.
    /// - Parameter milliseconds: time since the Unix epoch; only the order of ids depends on it, nothing expires by it.
    public static func fresh(milliseconds: UInt64) -> ID {
        var bytes = Random.bytes(16)
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index))
        }
        bytes[6] = 0x70 | (bytes[6] & 0x0F)
        bytes[8] = 0x80 | (bytes[8] & 0x3F)
        return ID(
            UUID(
                uuid: (
                    bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                    bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
                )
            )
        )
    }
}
