import Foundation
import Glibc
import TestSupport

/// A connection that we end: what it got until then is the answer.
enum HalfRequest {
    /// Sends, ends our side, and reads until the peer ends its own; status 0 when it says nothing.
    static func send(_ bytes: [UInt8], port: Int) async throws -> (status: Int, text: String) {
        let descriptor = try connected(port)
        defer { close(descriptor) }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                write(bytes, to: descriptor)
                shutdown(descriptor, Int32(SHUT_WR))
                var received: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    received.append(contentsOf: buffer.prefix(count))
                }
                let text = String(decoding: received, as: UTF8.self)
                let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
                continuation.resume(returning: (status, text))
            }
        }
    }

    /// Sends and hangs up without a word.
    static func abandon(_ bytes: [UInt8], port: Int) async throws {
        let descriptor = try connected(port)
        write(bytes, to: descriptor)
        close(descriptor)
    }

    private static func connected(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw NeverHappened(description: "a connection to \(port)")
        }
        return descriptor
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        guard !bytes.isEmpty else { return }
        // MSG_NOSIGNAL: a peer that hung up first is no reason to die.
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
