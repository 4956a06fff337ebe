/// A value that must not appear in logs, errors, URLs or metrics: every way of turning it into text prints
/// `<redacted>`. Reading it is an explicit act, ``reveal()``, that a reviewer can search for.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Wraps a value; do it where the value enters the process.
    public init(_ value: String) {
        self.value = value
    }

    /// The value itself. Hand it to the one call that needs it and to nothing else.
    public func reveal() -> String { value }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }

    /// A mirror without children, so that `dump` and string interpolation of enclosing values stay silent too.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Compares in time that depends on the lengths only.
    public static func == (left: Secret, right: Secret) -> Bool {
        ConstantTime.equal(Array(left.value.utf8), Array(right.value.utf8))
    }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
