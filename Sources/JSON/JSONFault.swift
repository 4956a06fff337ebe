/// Why a text is not the JSON we accept, and where.
public struct JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reasons, with stable names for logs and metrics.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// More bytes than ``JSONLimits/bytes``.
        case tooLarge = "too_large"
        /// Arrays and objects nested deeper than ``JSONLimits/depth``.
        case tooDeep = "too_deep"
        /// The text starts with a byte order mark (RFC 8259 section 8.1 forbids sending one).
        case byteOrderMark = "byte_order_mark"
        /// The text ends in the middle of a value, or is empty.
        case unexpectedEnd = "unexpected_end"
        /// A byte that the grammar does not allow here.
        case unexpectedByte = "unexpected_byte"
        /// Something other than white space follows the value.
        case trailingBytes = "trailing_bytes"
        /// A number that the grammar of RFC 8259 section 6 does not know: `01`, `1.`, `.5`, `+1`.
        case invalidNumber = "invalid_number"
        /// An unknown escape sequence in a string.
        case invalidEscape = "invalid_escape"
        /// An unescaped control character in a string.
        case controlCharacter = "control_character"
        /// An escaped surrogate without its partner, which no text can hold.
        case loneSurrogate = "lone_surrogate"
        /// Bytes in a string that are not UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// The same name twice in one object: two parsers would disagree about its value.
        case duplicateName = "duplicate_name"
    }

    /// The reason.
    public let code: Code
    /// The byte at which parsing stopped, counted from 0.
    public let offset: Int

    /// The code and the offset; never the text itself, which may hold a secret.
    public var description: String { "\(code.rawValue) at byte \(offset)" }

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}
