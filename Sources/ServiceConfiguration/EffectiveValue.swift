/// One setting as it is in force, for `latchkey config show`: nothing in it is secret.
public struct EffectiveValue: Sendable, Hashable, CustomStringConvertible {
    /// Dotted path.
    public let path: String
    /// The value as one would write it, `<redacted>` for a secret, nil when it is not set.
    public let text: String?
    /// Where it was written.
    public let source: ConfigurationSource

    /// `server.port = 8080 (default)`.
    public var description: String {
        text.map { "\(path) = \($0) (\(source.label))" } ?? "\(path) is not set"
    }
}
