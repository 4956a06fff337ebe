import JOSE
import JSON
import YAML

/// `jwks:` in the file of an app: its public keys, written out (RFC 7517 §5). Never an address to fetch them from: whoever answers
/// there could sign in as the app.
enum ClientKeysFile {
    /// How many keys an app may have, so that one can replace another.
    static let maximumKeys = 5
    /// What only the private half of a key has (RFC 7518 §6.2.2, §6.3.2 and §6.4).
    private static let privateMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads it; faults go to the report.
    static func read(_ value: ValueReader) -> [JWK] {
        guard let mapping = value.mapping() else { return [] }
        defer { mapping.finish() }
        guard let list = mapping.required("keys"), let entries = list.list() else { return [] }
        guard (1...maximumKeys).contains(entries.count) else {
            list.fail("an app has 1 to \(maximumKeys) keys")
            return []
        }
        let keys = entries.compactMap(key)
        let names = keys.map { $0.kid ?? "" }
        if entries.count > 1, names.contains("") || Set(names).count < names.count {
            list.fail("of several keys each needs a \"kid\" of its own")
        }
        return keys
    }

    private static func key(_ entry: ValueReader) -> JWK? {
        guard case .mapping(let members) = entry.node.content else {
            entry.fail("a key is a mapping of \"kty\" and what belongs to it (RFC 7517)")
            return nil
        }
        // Said before anything else: whoever reads this file could sign in as the app.
        if let secret = members.first(where: { privateMembers.contains($0.name) }) {
            entry.report.add(secret.location, "this is a private key: write down the public one, and make a new pair")
            return nil
        }
        let set = try? JWKSet.parse(["keys": [json(entry.node)]])
        guard let key = set?.keys.first else {
            entry.fail("this key cannot be used: \(set?.skipped.first?.reason.description ?? "malformed")")
            return nil
        }
        guard ClientAssertion.algorithms.contains(where: key.allows) else {
            entry.fail("a key has to be of P-256 for ES256, or of RSA with 2048 bits at least for PS256 or RS256")
            return nil
        }
        return key
    }

    /// Every member of a key is text, or a list of texts.
    private static func json(_ node: YAMLNode) -> JSONValue {
        switch node.content {
        case .empty: .null
        case .scalar(let text, _): .string(text)
        case .sequence(let nodes): .array(nodes.map(json))
        case .mapping(let members): .object(JSONObject(members.map { ($0.name, json($0.value)) }))
        }
    }
}
