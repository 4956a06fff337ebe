import Glibc

/// The sockets the loop has open, by local port, so that a connection about to be reused can be asked whether its
/// peer has hung up. Lives on the loop's thread, as long as the multi handle.
///
/// libcurl 7.88 looks only for a bare end of stream: a connection on which the server sent a TLS close alert, or a
/// `408` nobody asked for, before closing counts as alive there, and the next request would be written into the void.
final class SocketTable {
    /// `POLLRDHUP`, which the C library hides behind a feature macro: the peer closed its side, read or unread.
    private static let readHangUp: Int16 = 0x2000

    private var socketOfPort: [UInt16: Int32] = [:]
    private var portOfSocket: [Int32: UInt16] = [:]

    /// Opens a socket that other processes do not inherit; -1 when that fails.
    func open(family: Int32, type: Int32, protocol number: Int32, patience: Duration) -> Int32 {
        let socket = Glibc.socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard socket >= 0 else { return -1 }
        // A peer that vanished without a word is noticed when it stops acknowledging, not when the kernel's own
        // quarter of an hour is over.
        var milliseconds = UInt32(patience.wholeMilliseconds)
        _ = unsafe setsockopt(
            socket,
            Int32(IPPROTO_TCP),
            TCP_USER_TIMEOUT,
            &milliseconds,
            socklen_t(MemoryLayout<UInt32>.size)
        )
        return socket
    }

    /// Notes the local port of a socket that is now connected.
    func noteConnected(_ socket: Int32) {
        guard let port = Self.localPort(of: socket) else { return }
        socketOfPort[port] = socket
        portOfSocket[socket] = port
    }

    /// Closes a socket and forgets it.
    func close(_ socket: Int32) -> Int32 {
        if let port = portOfSocket.removeValue(forKey: socket), socketOfPort[port] == socket {
            socketOfPort[port] = nil
        }
        return Glibc.close(socket)
    }

    /// Whether the peer of the connection with this local port has closed its side.
    func peerHungUp(localPort: UInt16) -> Bool {
        guard let socket = socketOfPort[localPort] else { return false }
        var request = pollfd(fd: socket, events: Self.readHangUp, revents: 0)
        guard unsafe poll(&request, 1, 0) > 0 else { return false }
        return request.revents & (Int16(POLLHUP | POLLERR | POLLNVAL) | Self.readHangUp) != 0
    }

    private static func localPort(of socket: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return unsafe getsockname(socket, start.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard status == 0 else { return nil }
        // The port is the second 16-bit field of both sockaddr_in and sockaddr_in6.
        return unsafe withUnsafeBytes(of: storage) { bytes in
            UInt16(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
