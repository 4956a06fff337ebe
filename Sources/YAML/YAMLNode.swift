/// A value of a document together with its place. Scalars stay text: YAML 1.1 would turn `no` into false, `12:34` into
/// 754 and `0123` into 83, so every conversion is ours and explicit (``ValueReader``).
public struct YAMLNode: Sendable, Hashable {
    /// What the value is.
    public indirect enum Content: Sendable, Hashable {
        /// Nothing after the colon, `~` or `null`, unquoted.
        case empty
        /// Text; `quoted` also for block scalars.
        case scalar(String, quoted: Bool)
        /// `- a`, `- b` or `[a, b]`.
        case sequence([YAMLNode])
        /// Keys in order; no key occurs twice.
        case mapping([YAMLMember])
    }

    /// The value.
    public let content: Content
    /// Where it starts.
    public let location: SourceLocation

    /// Creates a value that was read from something other than a YAML document.
    public init(content: Content, location: SourceLocation) {
        self.content = content
        self.location = location
    }

    /// How a message names the kind of value.
    var kind: String {
        switch content {
        case .empty: "nothing"
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// One `key: value` of a mapping.
public struct YAMLMember: Sendable, Hashable {
    /// The key.
    public let name: String
    /// Where the key stands.
    public let location: SourceLocation
    /// The value.
    public let value: YAMLNode

    /// Creates a member.
    public init(name: String, location: SourceLocation, value: YAMLNode) {
        self.name = name
        self.location = location
        self.value = value
    }
}
