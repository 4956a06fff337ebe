public import YAML

/// Where a value was written: the layers, weakest first, each with the place an operator can go to.
public enum ConfigurationSource: Sendable, Hashable, CustomStringConvertible {
    /// Nobody wrote it: the built-in default, or nothing at all. Carries the key.
    case builtIn(key: String)
    /// A line of the configuration file.
    case file(SourceLocation)
    /// An environment variable, by name.
    case environment(String)
    /// A `--set` option, by key.
    case commandLine(String)

    /// How a message begins: `latchkey.yaml:3:9`, `LATCHKEY_SERVER_PORT`, `--set server.port`, or the key itself.
    public var description: String {
        switch self {
        case .builtIn(let key): key
        case .file(let location): location.description
        case .environment(let name): name
        case .commandLine(let key): "--set \(key)"
        }
    }

    /// How a listing of values names the place: `default` for what nobody wrote.
    public var label: String {
        if case .builtIn = self { "default" } else { description }
    }

    /// Order of a report: the file from top to bottom, then the environment, the command line, and what is missing.
    static func precedes(_ left: ConfigurationSource, _ right: ConfigurationSource) -> Bool {
        switch (left, right) {
        case (.file(let left), .file(let right)): left < right
        case (.environment(let left), .environment(let right)): left < right
        case (.commandLine(let left), .commandLine(let right)): left < right
        case (.builtIn(let left), .builtIn(let right)): left < right
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .file: 0
        case .environment: 1
        case .commandLine: 2
        case .builtIn: 3
        }
    }
}
