import Accounts
import Administration
public import AuthorizationServer
public import JSON

extension ListedClient {
    /// For programs: what the administration interface answers and the command line prints.
    public var json: JSONObject {
        JSONObject([
            ("id", .string("\(id)")), ("source", .string(stored == nil ? "file" : "api")),
            ("version", stored.map { .number(JSONNumber($0.version)) } ?? .null),
            ("definition", .object(definition)), ("secrets", .texts(fingerprints)), ("faults", .texts(faults)),
            ("created_at", .text(stored?.createdAt.text)), ("created_by", .text(stored?.createdBy)),
            ("changed_at", .text(stored?.changedAt.text)), ("changed_by", .text(stored?.changedBy)),
        ])
    }
}
