import JSON

/// What the record of a change of an app says besides its id, its version and who made it: names, never what they stand for, and never a
/// secret.
public struct ClientDifference: Sendable, Hashable {
    /// Names of the members that are not what they were, sorted.
    public let members: [String]
    /// Fingerprints of secrets that count from now on.
    public let secretsMade: [String]
    /// Fingerprints of secrets that count no more.
    public let secretsRemoved: [String]

    /// Compares two definitions; nil where there is no app.
    public init(from old: String?, to new: String?) {
        let (before, after) = (Self.object(old), Self.object(new))
        let names = Set(before.members.map(\.name)).union(after.members.map(\.name))
        members = names.filter { before[$0] != after[$0] }.sorted()
        let (had, has) = (Self.fingerprints(before), Self.fingerprints(after))
        secretsMade = has.filter { !had.contains($0) }
        secretsRemoved = had.filter { !has.contains($0) }
    }

    /// Whether requests and codes that are under way were made by rules that do not hold any more. Replacing a secret stops nobody.
    public var endsRequests: Bool {
        !Self.rules.isDisjoint(with: members)
    }

    private static let rules: Set<String> = [
        "redirect_uris", "providers", "scopes", "grants", "public", "jwks", "first_party",
    ]

    private static func object(_ text: String?) -> JSONObject {
        text.flatMap { try? JSONValue.parse(Array($0.utf8)).object } ?? [:]
    }

    private static func fingerprints(_ definition: JSONObject) -> [String] {
        (definition["secret_hashes"]?.array ?? []).compactMap(\.string).map(ListedClient.fingerprint)
    }
}
