/// One declared setting. The table of these drives parsing, the refusal of unknown keys, `docs/configuration.md` and
/// `latchkey config show`: what is not in the table does not exist.
public struct ConfigurationKey: Sendable, Hashable {
    /// Dotted path; `<id>` stands for a provider's id, `<origin>` for an origin.
    public let pattern: String
    /// Kind of value, in words: `duration from 1s to 10m`.
    public let type: String
    /// Whether the value is a list: `[a, b]` in the file, `a,b` in the environment and on the command line.
    public let isList: Bool
    /// The default as one would write it; nil when there is none.
    public let defaultText: String?
    /// Whether the service refuses to start without it.
    public let isRequired: Bool
    /// Whether the value is a secret: redacted everywhere, and accepted as `<key>_file` too.
    public let isSecret: Bool
    /// Whether only the file can hold it.
    public let isFileOnly: Bool
    /// What it means, in sentences.
    public let documentation: String
    /// An acceptable value that differs from the default; for lists comma separated.
    public let example: String

    /// The levels of the path.
    var levels: [String] { pattern.split(separator: ".").map(String.init) }

    /// The name of the environment variable; `<ID>` stands for a provider's id. Nil when only the file can hold it.
    public var environmentName: String? {
        isFileOnly ? nil : ConfigurationPath(levels).environmentName
    }

    /// The path with its placeholder filled in.
    func path(_ name: String? = nil) -> ConfigurationPath {
        ConfigurationPath(levels.map { Self.isPlaceholder($0) ? name ?? $0 : $0 })
    }

    static func isPlaceholder(_ level: String) -> Bool { level.hasPrefix("<") }
}
