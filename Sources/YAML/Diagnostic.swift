/// A place in a text file. Lines and columns count from 1, columns in Unicode scalars.
public struct SourceLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The file as the operator named it.
    public let file: String
    /// Line, from 1.
    public let line: Int
    /// Column, from 1.
    public let column: Int

    /// Creates a location.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, the form editors and terminals make clickable.
    public var description: String { "\(file):\(line):\(column)" }

    /// By file, then line, then column.
    public static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// One fault in a file: where, and what is wrong.
public struct Diagnostic: Sendable, Hashable, Error, CustomStringConvertible {
    /// Where.
    public let location: SourceLocation
    /// What is wrong and, where it can be said, what would be right. One line.
    public let message: String

    /// Creates a diagnostic.
    public init(_ location: SourceLocation, _ message: String) {
        self.location = location
        self.message = message
    }

    /// `file:line:column: message`.
    public var description: String { "\(location): \(message)" }
}

/// Collects the faults of one or several files, so that an operator sees all of them at once.
public final class DiagnosticReport {
    private var collected: [Diagnostic] = []

    /// Creates an empty report.
    public init() {}

    /// Adds a fault.
    public func add(_ location: SourceLocation, _ message: String) {
        collected.append(Diagnostic(location, message))
    }

    /// Everything found so far, in reading order, without repetitions.
    public var diagnostics: [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return collected.sorted { $0.location < $1.location }.filter { seen.insert($0).inserted }
    }

    /// Number of faults so far; compare before and after to see whether a step was clean.
    public var count: Int { collected.count }

    /// Whether nothing is wrong so far.
    public var isEmpty: Bool { collected.isEmpty }
}
