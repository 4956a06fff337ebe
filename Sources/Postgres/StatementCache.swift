import Glibc

/// What identifies a statement to prepare: its text and its parameters' types. Holds no values.
struct StatementKey: Hashable {
    let text: [UInt8]
    let parameters: [SQL.Parameter]

    init(_ statement: SQL) {
        text = statement.bytes
        parameters = statement.parameters
    }

    static func == (left: StatementKey, right: StatementKey) -> Bool {
        left.text.isSame(as: right.text) && left.parameters.elementsEqual(right.parameters) { $0.type == $1.type }
    }

    func hash(into hasher: inout Hasher) { unsafe text.withUnsafeBytes { unsafe hasher.combine(bytes: $0) } }
}

/// A statement one connection has prepared, or is about to.
final class PreparedStatement {
    let name: String
    let key: StatementKey
    /// Whether the server has said that it is prepared.
    var isConfirmed = false
    /// Names and types of its result, once known.
    var columns: Columns?
    fileprivate var lastUse: UInt64 = 0

    init(name: String, key: StatementKey) {
        self.name = name
        self.key = key
    }
}

/// The prepared statements of one connection: at most so many, the least recently used goes first. Names are never
/// used twice, so a late answer cannot be taken for another statement's.
struct StatementCache {
    let capacity: Int
    private var statements: [StatementKey: PreparedStatement] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    var count: Int { statements.count }

    /// The prepared statement, when there is one.
    mutating func find(_ key: StatementKey) -> PreparedStatement? {
        guard let found = statements[key] else { return nil }
        uses += 1
        found.lastUse = uses
        return found
    }

    /// A new statement, and the one that had to go for it.
    mutating func make(_ key: StatementKey) -> (made: PreparedStatement, evicted: PreparedStatement?) {
        var evicted: PreparedStatement?
        if statements.count >= capacity, let oldest = statements.values.min(by: { $0.lastUse < $1.lastUse }) {
            statements[oldest.key] = nil
            evicted = oldest
        }
        names += 1
        uses += 1
        let made = PreparedStatement(name: "s\(names)", key: key)
        made.lastUse = uses
        statements[key] = made
        return (made, evicted)
    }

    /// Forgets a statement, unless a newer one has taken its place.
    mutating func forget(_ statement: PreparedStatement) {
        if statements[statement.key] === statement { statements[statement.key] = nil }
    }
}

extension [UInt8] {
    /// At once, where `==` looks at one byte after the other: the texts of statements have thousands.
    fileprivate func isSame(as other: [UInt8]) -> Bool {
        unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { others in
                guard own.count == others.count, let first = own.baseAddress, let second = others.baseAddress else {
                    return own.count == others.count
                }
                return unsafe memcmp(first, second, own.count) == 0
            }
        }
    }
}
