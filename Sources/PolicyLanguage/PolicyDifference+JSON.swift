import Accounts
public import JSON

extension PolicyDifference {
    /// The difference for programs: `changes` (`kind`, `rule`, `parts` of `name`, `from`, `to`), `cases` (`from`, `to`,
    /// `count`, `example`, `facts`), and whether the cases are all there are.
    public var json: JSONValue {
        let changes = self.changes.map { change -> JSONValue in
            let parts = change.parts.map { part -> JSONValue in
                [
                    "name": .string(part.name), "from": part.from.map { .string($0) } ?? .null,
                    "to": part.to.map { .string($0) } ?? .null,
                ]
            }
            return [
                "kind": .string(change.kind.rawValue), "rule": change.rule.map { .string($0) } ?? .null,
                "parts": .array(parts), "line": .string(change.line),
            ]
        }
        let cases = self.cases.changes.map { change -> JSONValue in
            [
                "from": .string("\(change.before.outcome)"), "to": .string("\(change.after.outcome)"),
                "count": .number(JSONNumber(Int64(change.count))), "example": .string(change.sentence),
                "facts": .string("\(change.before.facts)"),
            ]
        }
        return ["changes": .array(changes), "cases": .array(cases), "complete": .bool(self.cases.isComplete)]
    }
}
