/// The result of one statement. All values lie in one buffer, so a result costs one allocation however many rows it has.
public struct Rows: Sendable {
    let columns: Columns
    /// For each value, row by row, where it starts and how long it is (-1 is NULL), each as four bytes in the machine's
    /// order; then the values.
    let cells: [UInt8]
    /// The number of rows in the result.
    public let count: Int
    /// The number of rows a command changed, or of rows in the result.
    public let affected: Int
    /// Whether the command was a COMMIT that the server answered with a rollback.
    let rolledBack: Bool

    init(columns: Columns, cells: [UInt8], count: Int, affected: Int, rolledBack: Bool = false) {
        self.columns = columns
        self.cells = cells
        self.count = count
        self.affected = affected
        self.rolledBack = rolledBack
    }

    /// No rows, none affected.
    static let none = Rows(columns: .none, cells: [], count: 0, affected: 0)

    /// The only row; any other number of rows is an error.
    public func one() throws(PostgresFailure) -> Row {
        guard count == 1, let row = first else {
            throw .decoding(column: "*", expected: "one row")
        }
        return row
    }
}

extension Rows: RandomAccessCollection {
    /// 0
    public var startIndex: Int { 0 }
    /// ``count``
    public var endIndex: Int { count }

    /// A row, counted from 0; like any collection's subscript it demands a valid index.
    public subscript(position: Int) -> Row { Row(rows: self, index: position) }
}

/// Names and types of a result's columns. Made once per prepared statement and shared by its results.
final class Columns: Sendable {
    let names: [String]
    let types: [SQLType]

    init(names: [String], types: [SQLType]) {
        self.names = names
        self.types = types
    }

    static let none = Columns(names: [], types: [])
}
