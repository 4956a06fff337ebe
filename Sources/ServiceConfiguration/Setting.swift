import Cryptography

/// A declared key together with the type of its value and its default: always has a value.
struct Setting<Value: Sendable>: Sendable {
    let key: ConfigurationKey
    let type: ValueType<Value>
    let fallback: Value

    init(
        _ pattern: String,
        _ type: ValueType<Value>,
        default fallback: Value,
        example: String,
        _ documentation: String
    ) {
        key = ConfigurationKey(
            pattern: pattern,
            type: type.name,
            isList: false,
            defaultText: type.write(fallback),
            isRequired: false,
            isSecret: false,
            isFileOnly: false,
            documentation: documentation,
            example: example
        )
        self.type = type
        self.fallback = fallback
    }
}

/// A declared key without a default.
struct OptionalSetting<Value: Sendable>: Sendable {
    let key: ConfigurationKey
    let type: ValueType<Value>

    init(
        _ pattern: String,
        _ type: ValueType<Value>,
        isRequired: Bool = false,
        isFileOnly: Bool = false,
        example: String,
        _ documentation: String
    ) {
        key = ConfigurationKey(
            pattern: pattern,
            type: type.name,
            isList: false,
            defaultText: nil,
            isRequired: isRequired,
            // The type decides, not a flag somebody may forget.
            isSecret: Value.self == Secret.self,
            isFileOnly: isFileOnly,
            documentation: documentation,
            example: example
        )
        self.type = type
    }
}

/// A declared key whose value is a list; empty by default.
struct ListSetting<Element: Sendable>: Sendable {
    let key: ConfigurationKey
    let type: ValueType<Element>

    init(_ pattern: String, _ type: ValueType<Element>, example: String, _ documentation: String) {
        key = ConfigurationKey(
            pattern: pattern,
            type: "list of: \(type.name)",
            isList: true,
            defaultText: nil,
            isRequired: false,
            isSecret: Element.self == EncryptionKey.self || Element.self == Secret.self,
            isFileOnly: false,
            documentation: documentation,
            example: example
        )
        self.type = type
    }
}
