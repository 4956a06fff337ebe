/// The policy's file as this node sees it.
public struct PolicyFile: Sendable {
    /// What is there at a moment.
    public enum Contents: Sendable, Hashable {
        /// No file.
        case absent
        /// A file that cannot be read, and why.
        case unreadable(String)
        /// Its text.
        case text(String)
    }

    /// Its path, for messages.
    public let path: String
    /// Whether the configuration names it. One that nobody named may be missing: the built-in policy takes its place.
    public let isRequired: Bool
    /// Looks at it.
    public let read: @Sendable () -> Contents

    /// Creates a file.
    public init(path: String, isRequired: Bool, read: @escaping @Sendable () -> Contents) {
        self.path = path
        self.isRequired = isRequired
        self.read = read
    }
}
