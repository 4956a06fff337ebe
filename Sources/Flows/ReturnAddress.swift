/// Where a person goes after signing in: a path of this origin, or a URL the operator registered, exactly.
/// Anything else would make Latchkey an open redirector (RFC 9700 §4.11, A13).
public struct ReturnAddress: Sendable, Hashable {
    /// A path with optional query, beginning with one slash; or a registered absolute URL.
    public let value: String

    /// The address when it is acceptable. Rather refuses than repairs: only visible ASCII, at most 4,096 bytes; a path
    /// must not begin with `//` or hold a backslash, in clear or percent-encoded, in its first segment
    /// (browsers read `/\evil` and, after one more decoding by some proxy, `/%2f%2fevil` as another host).
    public init?(_ text: String, registered: Set<String>) {
        guard (1...4096).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        if registered.contains(text) {
            value = text
            return
        }
        let bytes = Array(text.utf8)
        guard bytes[0] == UInt8(ascii: "/"), !bytes.contains(UInt8(ascii: "\\")), !bytes.contains(UInt8(ascii: "#"))
        else { return nil }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        let lowered = String(decoding: path, as: UTF8.self).lowercased()
        guard !lowered.contains("//"), !lowered.contains("%2f"), !lowered.contains("%5c"), !lowered.contains("%25"),
            !lowered.contains("%0"), !lowered.contains("%1"),
            !lowered.split(separator: "/").contains(where: Self.isDots)
        else { return nil }
        value = text
    }

    private static func isDots(_ segment: Substring) -> Bool {
        let plain = segment.replacing("%2e", with: ".")
        return plain == "." || plain == ".."
    }
}
