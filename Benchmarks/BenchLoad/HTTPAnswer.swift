import NIOCore

/// An answer as far as a load program looks at it: status and header fields. The body is skipped.
struct HTTPAnswer: Sendable {
    let status: Int
    private let head: [UInt8]

    /// Takes one complete answer off the buffer; nil while it is not complete.
    static func take(from buffer: inout ByteBuffer) throws(HTTPFault) -> HTTPAnswer? {
        let view = buffer.readableBytesView
        guard let end = Self.end(ofHeadIn: view) else { return nil }
        let head = Array(view[..<end])
        // "HTTP/1.1 200 OK"
        guard head.count > 12, let status = Int(String(decoding: head[9..<12], as: UTF8.self)) else {
            throw .unreadable
        }
        let answer = HTTPAnswer(status: status, head: head)
        guard let text = answer["content-length"] else {
            // Every answer that the benchmark meets has a length; 204 and 304 never have a body.
            guard status == 204 || status == 304 else { throw .unreadable }
            buffer.moveReaderIndex(forwardBy: head.count)
            return answer
        }
        guard let length = Int(text), length >= 0 else { throw .unreadable }
        guard view.count - head.count >= length else { return nil }
        buffer.moveReaderIndex(forwardBy: head.count + length)
        return answer
    }

    /// The first field of this lower-case name.
    subscript(name: String) -> String? { values(of: name, first: true).first }

    /// All fields of this lower-case name.
    func values(of name: String) -> [String] { values(of: name, first: false) }

    private func values(of name: String, first: Bool) -> [String] {
        let wanted = Array(name.utf8)
        var line = head[...]
        var found: [String] = []
        while let lineEnd = line.firstIndex(of: UInt8(ascii: "\r")) {
            let field = line[..<lineEnd]
            line = line[lineEnd...].dropFirst(2)
            guard field.count > wanted.count, field[field.startIndex + wanted.count] == UInt8(ascii: ":"),
                zip(field, wanted).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
            else { continue }
            let value = field.dropFirst(wanted.count + 1).drop { $0 == UInt8(ascii: " ") }
            found.append(String(decoding: value, as: UTF8.self))
            if first { break }
        }
        return found
    }

    private static func end(ofHeadIn view: ByteBufferView) -> Int? {
        var index = view.startIndex
        while let found = view[index...].firstIndex(of: UInt8(ascii: "\r")) {
            guard found + 4 <= view.endIndex else { return nil }
            if view[found + 1] == UInt8(ascii: "\n"), view[found + 2] == UInt8(ascii: "\r") { return found + 4 }
            index = found + 1
        }
        return nil
    }
}

/// Why an exchange came to nothing.
enum HTTPFault: String, Error {
    case unreadable
    case closed
}
