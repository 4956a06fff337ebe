import NIOCore
import Synchronization

import struct Foundation.Date

/// The `Date` field (RFC 9110 §6.6.1), made once a second.
final class HTTPDate: Sendable {
    private struct Line {
        var second: Int64
        var bytes: [UInt8]
    }

    private let line = Mutex(Line(second: .min, bytes: []))

    /// Writes the field with its name.
    func write(into buffer: inout ByteBuffer) {
        let now = Int64(Date().timeIntervalSince1970)
        let bytes = line.withLock { line in
            if line.second != now {
                line = Line(second: now, bytes: Array("Date: \(PageTime(unixSeconds: now).fieldForm)\r\n".utf8))
            }
            return line.bytes
        }
        buffer.writeBytes(bytes)
    }
}
