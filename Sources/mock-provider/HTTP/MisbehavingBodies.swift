import Hummingbird
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends a response early: Hummingbird closes the connection when a body writer throws.
struct ConnectionCut: Error {}

extension ResponseBody {
    /// Every byte on its own, with a pause after it.
    static func dripping(_ bytes: [UInt8], pause: Duration) -> ResponseBody {
        ResponseBody(contentLength: bytes.count) { writer in
            for byte in bytes {
                try await writer.write(ByteBuffer(bytes: CollectionOfOne(byte)))
                try await Task.sleep(for: pause)
            }
            try await writer.finish(nil)
        }
    }

    /// The body, then filler up to `bytes` in all. The socket's back-pressure paces it: nothing piles up here.
    static func flood(after start: [UInt8], bytes: Int, declared: Bool) -> ResponseBody {
        let total = max(bytes, start.count)
        return ResponseBody(contentLength: declared ? total : nil) { writer in
            try await writer.write(ByteBuffer(bytes: start))
            let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
            var left = total - start.count
            while left > 0 {
                let size = min(left, 65_536)
                guard let piece = chunk.getSlice(at: 0, length: size) else { throw ConnectionCut() }
                try await writer.write(piece)
                left -= size
            }
            try await writer.finish(nil)
        }
    }

    /// A gzip stream of one repeated byte, about 159 times smaller than what it unfolds to. Its checksum is wrong, which a
    /// reader only learns after having unfolded everything.
    static func gzipBomb(unfoldingTo bytes: Int) -> ResponseBody {
        let rounds = max(1, bytes / GzipBomb.unfoldedRound)
        return ResponseBody { writer in
            try await writer.write(ByteBuffer(bytes: GzipBomb.opening))
            var left = rounds
            let batch = ByteBuffer(bytes: Array(repeating: GzipBomb.round, count: 1024).flatMap(\.self))
            while left > 0 {
                let size = min(left, 1024)
                guard let piece = batch.getSlice(at: 0, length: size * GzipBomb.round.count) else {
                    throw ConnectionCut()
                }
                try await writer.write(piece)
                left -= size
            }
            try await writer.write(ByteBuffer(bytes: GzipBomb.closing))
            try await writer.finish(nil)
        }
    }

    /// Announces a body and resets the connection instead of sending it.
    static func reset(_ channel: any Channel, announcing bytes: Int) -> ResponseBody {
        ResponseBody(contentLength: max(1, bytes)) { writer in
            try await writer.write(ByteBuffer())
            channel.reset()
            throw ConnectionCut()
        }
    }

    /// Half of what was announced.
    static func truncated(_ bytes: [UInt8]) -> ResponseBody {
        ResponseBody(contentLength: max(2, bytes.count)) { writer in
            try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
            throw ConnectionCut()
        }
    }
}

extension Channel {
    /// Ends the connection with RST instead of FIN.
    func reset() {
        (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            self.close(promise: nil)
        }
    }
}
