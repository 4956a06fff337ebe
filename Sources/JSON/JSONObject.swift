/// The members of an object, in the order in which they were written. Names are unique and compared byte by byte.
///
/// Swift compares strings by Unicode equivalence, so `"K" == "\u{212A}"` (the kelvin sign). For a protocol name that
/// would be a second spelling; here it is not one.
public struct JSONObject: Sendable {
    /// The names, in order.
    public private(set) var names: [String] = []
    /// The values, in the same order.
    private(set) var values: [JSONValue] = []
    /// Only for large objects, so that hostile ones with thousands of names do not cost quadratic time.
    private var positions: [ExactString: Int] = [:]

    /// Up to this many members a linear search is faster than hashing.
    private static let indexedFrom = 16

    /// An object without members.
    public init() {}

    /// An object with these members; a repeated name keeps its first place and its last value.
    public init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    /// The number of members.
    public var count: Int { names.count }

    /// True when there are no members.
    public var isEmpty: Bool { names.isEmpty }

    /// The members, in order.
    public var members: [(name: String, value: JSONValue)] {
        zip(names, values).map { (name: $0, value: $1) }
    }

    /// The value under this name. Setting `nil` removes the member; use `.null` for the JSON null.
    public subscript(_ name: String) -> JSONValue? {
        get { position(of: name).map { values[$0] } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    /// Adds a member, unless the name is taken.
    mutating func insert(_ name: String, _ value: JSONValue) -> Bool {
        guard position(of: name) == nil else { return false }
        append(name, value)
        return true
    }

    /// True when a member has this name.
    func contains(_ name: String) -> Bool { position(of: name) != nil }

    private func position(of name: String) -> Int? {
        guard names.count < Self.indexedFrom else { return positions[ExactString(name)] }
        return names.firstIndex { ExactString($0) == ExactString(name) }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        names.append(name)
        values.append(value)
        if names.count == Self.indexedFrom {
            rebuildPositions()
        } else if names.count > Self.indexedFrom {
            positions[ExactString(name)] = names.count - 1
        }
    }

    private mutating func remove(at position: Int) {
        names.remove(at: position)
        values.remove(at: position)
        rebuildPositions()
    }

    private mutating func rebuildPositions() {
        positions = [:]
        guard names.count >= Self.indexedFrom else { return }
        for (position, name) in names.enumerated() { positions[ExactString(name)] = position }
    }
}

extension JSONObject: Hashable {
    /// Equal when both have the same names with equal values; the order does not matter.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count
            && zip(left.names, left.values).allSatisfy { name, value in right[name] == value }
    }

    /// Hashes the members, whatever their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (name, value) in zip(names, values) {
            var member = Hasher()
            member.combine(ExactString(name))
            member.combine(value)
            sum ^= member.finalize()
        }
        hasher.combine(names.count)
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object written as a literal; a repeated name keeps its last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
