/// One thing that is wrong with the configuration: where, and what to do. Never carries the value, which may be a
/// secret in the wrong place.
public struct ConfigurationFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is; the raw values are stable.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The name is not a setting of Latchkey.
        case unknownKey = "unknown_key"
        /// The value is not of the setting's type, or outside its range.
        case invalidValue = "invalid_value"
        /// A required setting is not written anywhere.
        case missing
        /// Two settings contradict each other.
        case conflict
        /// The setting is not allowed in this mode or in this layer.
        case notAllowed = "not_allowed"
        /// A file that was named cannot be read.
        case unreadableFile = "unreadable_file"
        /// A file with a secret in it can be read or changed by every user of the machine.
        case exposedSecret = "exposed_secret"
        /// The file is not YAML, or an option is not `key=value`.
        case malformed
    }

    /// Kind of fault.
    public let code: Code
    /// Where it is.
    public let source: ConfigurationSource
    /// One sentence: what is wrong and, where it can be said, what would be right.
    public let message: String

    init(_ code: Code, at source: ConfigurationSource, _ message: String) {
        self.code = code
        self.source = source
        self.message = message
    }

    /// `place: message`.
    public var description: String { "\(source): \(message)" }
}

/// Everything that is wrong, at once: an operator should not have to start a service eleven times to find eleven typos.
public struct ConfigurationFaults: Error, Sendable, CustomStringConvertible {
    /// At least one, in the order file, environment, command line, missing; no repetitions.
    public let faults: [ConfigurationFault]

    init(_ faults: [ConfigurationFault]) {
        var seen: Set<ConfigurationFault> = []
        self.faults =
            faults
            .sorted { ConfigurationSource.precedes($0.source, $1.source) }
            .filter { seen.insert($0).inserted }
    }

    /// One line for each fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Something that is allowed and rarely meant.
public struct ConfigurationWarning: Sendable, Hashable, CustomStringConvertible {
    /// What it is about.
    public let source: ConfigurationSource
    /// One sentence.
    public let message: String

    init(at source: ConfigurationSource, _ message: String) {
        self.source = source
        self.message = message
    }

    /// `place: message`.
    public var description: String { "\(source): \(message)" }
}
