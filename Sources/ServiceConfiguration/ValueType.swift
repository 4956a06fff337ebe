import Accounts

/// Why a text is not a value of its type; completes the sentence `"key" has to be …`. Never repeats the text.
struct Unacceptable: Error, Hashable {
    let expected: String

    init(_ expected: String) { self.expected = expected }
}

/// How one kind of value is written and read. Every layer carries text; this is the only place where text becomes typed.
struct ValueType<Value: Sendable>: Sendable {
    /// The kind in words, as the documentation shows it.
    let name: String
    /// The value, or what it would have to be.
    let read: @Sendable (String) throws(Unacceptable) -> Value
    /// The text that reads as this value.
    let write: @Sendable (Value) -> String

    /// A type whose every failure says the same: that the text is not a `name`.
    static func of(
        _ name: String,
        write: @escaping @Sendable (Value) -> String,
        read: @escaping @Sendable (String) -> Value?
    ) -> ValueType {
        ValueType(
            name: name,
            read: { text throws(Unacceptable) in
                guard let value = read(text) else { throw Unacceptable(withArticle(name)) }
                return value
            },
            write: write
        )
    }
}

extension ValueType where Value == String {
    /// A line of text without control characters and without space around it.
    static func line(_ name: String = "text", upTo limit: Int = 256) -> ValueType {
        .of(name, write: { $0 }) { text in
            guard (1...limit).contains(text.utf8.count), text.first?.isWhitespace == false,
                text.last?.isWhitespace == false
            else { return nil }
            return text
        }
    }

    /// A path in the file system; relative ones start at the working directory.
    static let path = line("path", upTo: 4096)

    /// An address or name to listen on.
    static let host = of("host name or IP address", write: { $0 }) { text in
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":")].contains(byte)
        }
        return allowed && (1...253).contains(text.utf8.count) ? text : nil
    }

    /// An OAuth scope (RFC 6749 §3.3).
    static let scope = of("scope of 1 to 256 visible characters without \" and \\", write: { $0 }) { text in
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C } ? text : nil
    }

    /// The name of a role.
    static let role = of("role name of 1 to 64 letters, digits and _ - . :", write: { $0 }) { text in
        RoleName.isValid(text) ? text : nil
    }
}

extension ValueType where Value == Bool {
    /// Exactly `true` or `false`: tools disagree about `yes`, `on` and `1`.
    static let boolean = ValueType(
        name: "true or false",
        read: { text throws(Unacceptable) in
            switch text {
            case "true": true
            case "false": false
            default: throw Unacceptable("true or false")
            }
        },
        write: { String($0) }
    )
}

extension ValueType where Value == Int {
    /// A whole number inside `range`, in decimal digits without leading zeros.
    static func integer(_ range: ClosedRange<Int>) -> ValueType {
        .of("whole number from \(range.lowerBound) to \(range.upperBound)", write: { String($0) }) { text in
            guard let value = decimal(text), range.contains(value) else { return nil }
            return value
        }
    }
}

extension ValueType where Value: RawRepresentable<String> & CaseIterable {
    /// One of the raw values of an enum.
    static var choice: ValueType {
        let all = Value.allCases.map(\.rawValue)
        return ValueType(
            name: all.joined(separator: " or "),
            read: { text throws(Unacceptable) in
                guard let value = Value(rawValue: text) else { throw Unacceptable(all.joined(separator: " or ")) }
                return value
            },
            write: { $0.rawValue }
        )
    }
}

/// A whole number of at most 18 digits, not negative, as a person writes it: `007` is refused, because half of all tools
/// read it as octal.
func decimal(_ text: some StringProtocol) -> Int? {
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        text == "0" || text.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return Int(text)
}

private func withArticle(_ noun: String) -> String {
    "aeiou".contains(noun.prefix(1)) ? "an \(noun)" : "a \(noun)"
}
