import YAML

/// `claims:` in the file of an app.
///
/// ```yaml
/// claims:
///   plan: {from: metadata.billing.plan, scope: profile, in: [id_token, userinfo]}
/// ```
enum MappedClaimsFile {
    /// Reads it; faults go to the report.
    /// - Parameter scopes: what the app may have.
    static func read(_ value: ValueReader, scopes: Set<String>) -> [MappedClaim] {
        guard let mapping = value.mapping() else { return [] }
        if mapping.names.count > MappedClaim.maximumCount {
            value.fail("an app has at most \(MappedClaim.maximumCount) claims of its own")
        }
        return mapping.names.compactMap { name in
            // Asked for in any case, so that it does not count as an unknown key.
            let entry = mapping.optional(name)
            guard isName(name) else {
                mapping.fail(name, "a claim's name is 1 to 64 of A-Z, a-z, 0-9 and _ - . : /")
                return nil
            }
            guard !MappedClaim.reserved.contains(name) else {
                mapping.fail(name, "\"\(name)\" has a meaning of its own in tokens and cannot come from metadata")
                return nil
            }
            return entry.flatMap { claim(name, $0, scopes: scopes) }
        }
    }

    private static func claim(_ name: String, _ value: ValueReader, scopes: Set<String>) -> MappedClaim? {
        guard let mapping = value.mapping() else { return nil }
        defer { mapping.finish() }
        let path = mapping.required("from").flatMap(path)
        let scope = mapping.optional("scope").map { $0.string() } ?? Scope.profile
        if let scope, !scopes.contains(scope) {
            let named = scope.prefix(64)
            mapping.fail("scope", "the app may not have the scope \"\(named)\", so nobody would ever see this")
        }
        let places = mapping.optional("in").map { list in
            let places = (list.list() ?? []).compactMap { $0.choice(of: MappedClaim.Place.self) }
            if places.isEmpty { list.fail("a claim has to be somewhere: id_token, access_token or userinfo") }
            return Set(places)
        }
        guard let path, let scope else { return nil }
        return MappedClaim(name: name, path: path, scope: scope, places: places ?? [.idToken, .userInfo])
    }

    /// `metadata.a.b`, or a list when a member's name has dots of its own. Public metadata only: what is private stays with
    /// administrators, whatever the file of an app says.
    private static func path(_ value: ValueReader) -> [String]? {
        let parts: [String]
        if case .sequence = value.node.content {
            guard let list = value.strings() else { return nil }
            parts = list
        } else {
            guard let text = value.string() else { return nil }
            parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        guard parts.first == "metadata", (2...8).contains(parts.count),
            parts.allSatisfy({ (1...64).contains($0.utf8.count) })
        else {
            value.fail("\"from\" is metadata and one to seven names in it, like metadata.plan or [metadata, \"a.b\"]")
            return nil
        }
        return Array(parts.dropFirst())
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39: true
                // - . / : _
                case 0x2D...0x2F, 0x3A, 0x5F: true
                default: false
                }
            }
    }
}
