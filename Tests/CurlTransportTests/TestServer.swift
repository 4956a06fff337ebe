import Glibc
import Synchronization

/// A server made of POSIX sockets on 127.0.0.1 that does exactly what its script says, right or wrong.
final class TestServer: Sendable {
    /// What a script may do with one accepted connection.
    final class Connection: Sendable {
        private let socket: Int32
        private let server: TestServer
        private let unread = Mutex<[UInt8]>([])
        /// Which connection of the server this is, from 1.
        let number: Int

        fileprivate init(_ socket: Int32, _ server: TestServer, _ number: Int) {
            self.socket = socket
            self.server = server
            self.number = number
        }

        /// Reads one request with its body and notes it; nil at the end of the stream.
        func request() -> String? {
            while true {
                if let request = takeRequest() {
                    server.seen.withLock { $0.append(request) }
                    return request
                }
                var chunk = [UInt8](repeating: 0, count: 16_384)
                let count = read(socket, &chunk, chunk.count)
                guard count > 0 else { return nil }
                unread.withLock { $0.append(contentsOf: chunk[..<count]) }
            }
        }

        /// Reads one line without its CRLF, for line-based protocols; nil at the end of the stream.
        func line() -> String? {
            while true {
                let line = unread.withLock { bytes -> String? in
                    guard let end = bytes.firstIndex(of: 10) else { return nil }
                    defer { bytes.removeFirst(end + 1) }
                    return String(decoding: bytes[..<end].filter { $0 != 13 }, as: UTF8.self)
                }
                if let line {
                    server.seen.withLock { $0.append(line) }
                    return line
                }
                var chunk = [UInt8](repeating: 0, count: 16_384)
                let count = read(socket, &chunk, chunk.count)
                guard count > 0 else { return nil }
                unread.withLock { $0.append(contentsOf: chunk[..<count]) }
            }
        }

        private func takeRequest() -> String? {
            unread.withLock { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
                let headBytes = text[..<end.upperBound].utf8.count
                var bodyBytes = 0
                for line in text[..<end.lowerBound].split(separator: "\r\n") {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    if parts.count == 2, parts[0].lowercased() == "content-length" {
                        bodyBytes = Int(parts[1].filter(\.isNumber)) ?? 0
                    }
                }
                guard bytes.count >= headBytes + bodyBytes else { return nil }
                defer { bytes.removeFirst(headBytes + bodyBytes) }
                return String(decoding: bytes[..<(headBytes + bodyBytes)], as: UTF8.self)
            }
        }

        /// Writes; false when the peer is gone.
        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Writes; false when the peer is gone.
        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Answers 200, or another status, keeping the connection open.
        @discardableResult
        func answer(_ body: String = "ok", status: String = "200 OK", headers: String = "") -> Bool {
            write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Returns when the peer has closed.
        func waitForEnd() {
            var byte: UInt8 = 0
            while read(socket, &byte, 1) > 0 {}
        }

        /// Ends the connection with a reset instead of an orderly end.
        func reset() {
            var unspecified = sockaddr()
            unspecified.sa_family = sa_family_t(AF_UNSPEC)
            connect(socket, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
        }
    }

    let port: Int
    private let listener: Int32
    private let accepted = Atomic<Int>(0)
    private let closed = Atomic<Int>(0)
    fileprivate let seen = Mutex<[String]>([])

    /// Listens on a free port; every connection runs the script on a thread of its own and is closed after it.
    init(_ script: @escaping @Sendable (Connection) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            if let pointer {
                bind(listener, pointer, length)
                listen(listener, 256)
                getsockname(listener, pointer, &length)
            }
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        startThread { [weak self] in
            // Closed by whoever accepts: closed by another, its number could be a listener of another test by the time of the next
            // call, whose connections would end here.
            defer { close(listener) }
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else {
                    if errno == EINTR { continue }
                    return
                }
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                guard let self else {
                    close(socket)
                    return
                }
                let number = self.accepted.add(1, ordering: .sequentiallyConsistent).newValue
                let connection = Connection(socket, self, number)
                startThread {
                    script(connection)
                    // Not close alone: a process another test starts at this moment may hold a copy of the socket.
                    shutdown(socket, Int32(SHUT_RDWR))
                    close(socket)
                    self.closed.add(1, ordering: .sequentiallyConsistent)
                }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Answers every request the same way, keeping connections open.
    static func answering(_ answer: @escaping @Sendable (Connection, String) -> Void) -> TestServer {
        TestServer { connection in
            while let request = connection.request() { answer(connection, request) }
        }
    }

    /// How many connections it has closed.
    var closedConnections: Int { closed.load(ordering: .sequentiallyConsistent) }

    /// `http://127.0.0.1:port/path`.
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Connections accepted so far.
    var connections: Int { accepted.load(ordering: .sequentiallyConsistent) }

    /// Requests read so far, whole; or lines.
    var requests: [String] { seen.withLock { $0 } }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let body = Unmanaged.passRetained(ThreadBody(run))
    let status = pthread_create(
        &thread,
        nil,
        { context in
            guard let context else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
            return nil
        },
        body.toOpaque()
    )
    if status == 0 { pthread_detach(thread) } else { body.release() }
}
