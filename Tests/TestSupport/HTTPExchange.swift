import Foundation
import NIOCore
import NIOPosix

/// One HTTP/1.1 exchange over a socket of its own, byte for byte as written: what no well-behaved client would send can be
/// sent, and nothing is followed, decoded or remembered.
public struct HTTPExchange: Sendable {
    /// What came back.
    public struct Answer: Sendable {
        /// Status, or 0 when the peer closed without an answer.
        public let status: Int
        /// Header fields in order, names lower-cased.
        public let headers: [(name: String, value: String)]
        /// Body after transfer decoding.
        public let body: [UInt8]

        /// First value of a header, by lower-case name.
        public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        /// All values of a header, by lower-case name.
        public func headerValues(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
        /// Body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Sends bytes to a loopback port and reads until the peer closes or the answer is complete.
    public static func send(_ bytes: [UInt8], port: Int) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(120))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        // Only ends a hopeless wait.
        let hopeless = channel.channel.eventLoop.scheduleTask(in: .minutes(5)) { channel.channel.close(promise: nil) }
        defer { hopeless.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var received: [UInt8] = []
            do {
                for try await part in inbound {
                    received.append(contentsOf: part.readableBytesView)
                    if let answer = parse(received, atEnd: false) { return answer }
                }
            } catch is ChannelError {
            } catch is IOError {
                // A reset after the answer is as good as a close.
            }
            return parse(received, atEnd: true) ?? Answer(status: 0, headers: [], body: received)
        }
    }

    private static func parse(_ bytes: [UInt8], atEnd: Bool) -> Answer? {
        let separator = Array("\r\n\r\n".utf8)
        guard let headEnd = firstRange(of: separator, in: bytes, from: 0) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).components(separatedBy: "\r\n")
        guard let first = lines.first, let status = Int(first.split(separator: " ").dropFirst().first ?? "") else {
            return nil
        }
        let headers: [(name: String, value: String)] = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (
                line[..<colon].lowercased(),
                String(line[line.index(after: colon)...].drop { $0 == " " })
            )
        }
        let body = Array(bytes[(headEnd + 4)...])
        func answer(_ body: [UInt8]) -> Answer { Answer(status: status, headers: headers, body: body) }
        if status == 204 || status == 304 { return answer([]) }
        if headers.contains(where: { $0.name == "transfer-encoding" && $0.value.lowercased() == "chunked" }) {
            return dechunk(body).map(answer) ?? (atEnd ? answer(body) : nil)
        }
        if let length = headers.first(where: { $0.name == "content-length" }).flatMap({ Int($0.value) }) {
            return body.count >= length ? answer(Array(body.prefix(length))) : (atEnd ? answer(body) : nil)
        }
        return atEnd ? answer(body) : nil
    }

    private static func dechunk(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var position = 0
        while let end = firstRange(of: [13, 10], in: bytes, from: position) {
            guard let size = Int(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16) else { return nil }
            let start = end + 2
            if size == 0 { return result }
            guard bytes.count >= start + size + 2 else { return nil }
            result.append(contentsOf: bytes[start..<start + size])
            position = start + size + 2
        }
        return nil
    }

    private static func firstRange(of pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard start <= bytes.count else { return nil }
        return Data(bytes).range(of: Data(pattern), in: start..<bytes.count)?.lowerBound
    }
}
