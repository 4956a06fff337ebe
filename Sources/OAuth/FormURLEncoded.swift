/// Why a query or a form body is refused. Names no value: safe to log.
public enum FormFault: String, Error, Sendable, Hashable, CaseIterable {
    /// More bytes than the limit.
    case tooLarge = "too_large"
    /// More parameters than the limit.
    case tooManyParameters = "too_many_parameters"
    /// A `%` that is not followed by two hexadecimal digits.
    case malformedPercent = "malformed_percent"
    /// Decoded bytes that are not UTF-8.
    case notUTF8 = "not_utf8"
    /// The same name twice: two readers would disagree about its value (RFC 6749 §3.1).
    case duplicateParameter = "duplicate_parameter"
}

/// `application/x-www-form-urlencoded`: queries and form bodies.
public enum FormURLEncoded {
    /// What is accepted from a peer.
    public struct Limits: Sendable, Hashable {
        /// Largest text, in bytes, before decoding.
        public var bytes: Int
        /// Most parameters.
        public var parameters: Int

        /// 16 KiB and 64 parameters unless said otherwise.
        public init(bytes: Int = 16_384, parameters: Int = 64) {
            self.bytes = bytes
            self.parameters = parameters
        }
    }

    /// Reads `name=value&…`. Each name and value is decoded exactly once, `+` being a space; a part without `=` is a
    /// name with an empty value; empty parts are skipped.
    public static func parse(_ text: String, limits: Limits = Limits()) throws(FormFault) -> FormParameters {
        try parse(Array(text.utf8), limits: limits)
    }

    /// Reads a form body.
    public static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(FormFault) -> FormParameters {
        guard bytes.count <= limits.bytes else { throw .tooLarge }
        var parameters = FormParameters()
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            guard parameters.names.count < limits.parameters else { throw .tooManyParameters }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = try decode(part[..<equals])
            let value = try decode(part[equals...].dropFirst())
            guard parameters.insert(name, value) else { throw .duplicateParameter }
        }
        return parameters
    }

    /// Writes `name=value&…` with RFC 3986 percent-encoding: a space is `%20`, never `+`, because not every provider
    /// decodes `+` (A16).
    public static func encode(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }.joined(separator: "&")
    }

    /// Percent-encodes every byte outside RFC 3986's unreserved set (§2.3).
    public static func percentEncoded(_ text: String) -> String {
        guard !text.utf8.allSatisfy(isUnreserved) else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(hexadecimalDigit(byte >> 4))
                output.append(hexadecimalDigit(byte & 15))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// Decodes one name or value, once; `+` is a space.
    public static func decode(_ part: ArraySlice<UInt8>) throws(FormFault) -> String {
        guard part.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return try text(part)
        }
        var output: [UInt8] = []
        output.reserveCapacity(part.count)
        var rest = part
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): output.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { throw .malformedPercent }
                output.append(high << 4 | low)
            default: output.append(byte)
            }
        }
        return try text(output[...])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(FormFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

/// The decoded parameters of a query or form body; no name occurs twice. Values may be secret: never log this.
public struct FormParameters: Sendable, CustomStringConvertible, CustomReflectable {
    /// The names in order.
    public private(set) var names: [String] = []
    private var values: [String] = []

    init() {}

    /// The value of a parameter; the name is compared byte by byte.
    public subscript(_ name: String) -> String? {
        // There are few: ``FormURLEncoded/Limits`` bounds them, and going through them is faster than hashing a name.
        names.firstIndex { $0.isExactly(name) }.map { values[$0] }
    }

    /// Without the parameters that have no value: they count as left out (RFC 6749 §3.1 and §3.2).
    public func omittingEmpty() -> FormParameters {
        guard values.contains(where: \.isEmpty) else { return self }
        var rest = FormParameters()
        for name in names { if let value = self[name], !value.isEmpty { _ = rest.insert(name, value) } }
        return rest
    }

    /// The names only.
    public var description: String { "parameters \(names)" }

    /// A mirror without values.
    public var customMirror: Mirror { Mirror(self, children: ["names": names]) }

    mutating func insert(_ name: String, _ value: String) -> Bool {
        guard self[name] == nil else { return false }
        names.append(name)
        values.append(value)
        return true
    }
}
