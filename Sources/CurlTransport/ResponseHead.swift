import OAuth

/// Collects a response's header fields line by line, counts them against the caps (L04), and refuses framing on
/// which two readers could disagree (RFC 9112 §6.3).
struct ResponseHead {
    private let maximumBytes: Int
    private let maximumFields: Int
    private var bytes = 0
    /// Whether the empty line after the last field arrived. A head that broke off may lack the field that mattered.
    private(set) var isComplete = false
    private var contentLength: String?
    private var hasTransferEncoding = false
    /// Fields of the final response so far, names lower-cased; interim responses and trailers are not kept.
    private(set) var fields: [(name: String, value: String)] = []

    init(maximumBytes: Int, maximumFields: Int) {
        self.maximumBytes = maximumBytes
        self.maximumFields = maximumFields
    }

    /// Takes one line, with or without its line end; returns why the response is refused, or nil.
    mutating func take(_ line: some Collection<UInt8>) -> TransportFailure? {
        // Never reset: a server that sends interim responses for ever is stopped as well.
        bytes += line.count
        guard bytes <= maximumBytes else { return .tooLarge }

        var content = Array(line)
        while let last = content.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { content.removeLast() }
        if content.starts(with: "HTTP/".utf8) {
            fields.removeAll()
            contentLength = nil
            hasTransferEncoding = false
            isComplete = false
            return nil
        }
        if content.isEmpty {
            isComplete = true
            return nil
        }
        // Trailers arrive after the body was framed and judged: merging them would let them overwrite it.
        return isComplete ? nil : takeField(content)
    }

    private mutating func takeField(_ content: [UInt8]) -> TransportFailure? {
        guard fields.count < maximumFields else { return .tooLarge }
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            content[..<colon].allSatisfy(Self.isTokenByte)
        else { return .broken }
        let name = String(decoding: content[..<colon], as: UTF8.self).lowercased()
        let value = Self.trimmed(content[(colon + 1)...])
        guard !value.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else {
            return .broken
        }
        let text = String(decoding: value, as: UTF8.self)
        switch name {
        case "content-length":
            guard !value.isEmpty, value.allSatisfy({ (48...57).contains($0) }), contentLength ?? text == text else {
                return .broken
            }
            contentLength = text
        case "transfer-encoding":
            hasTransferEncoding = true
        default:
            break
        }
        guard contentLength == nil || !hasTransferEncoding else { return .broken }
        fields.append((name, text))
        return nil
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return value
    }

    /// RFC 9110 §5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
