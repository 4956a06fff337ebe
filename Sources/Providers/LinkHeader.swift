/// The `Link` header (RFC 8288), as far as paging needs it.
enum LinkHeader {
    /// The target of the first link of a relation: `<https://…?page=2>; rel="next"`.
    static func target(of relation: String, in header: String) -> String? {
        var rest = header[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = rest[rest.index(after: open)..<close]
            let after = rest[rest.index(after: close)...]
            // Parameters reach to the next link; a comma inside quotes does not occur in `rel`.
            let end = after.firstIndex(of: "<") ?? after.endIndex
            if relations(in: after[..<end]).contains(relation) { return String(target) }
            rest = after[end...]
        }
        return nil
    }

    private static func relations(in parameters: Substring) -> [String] {
        for parameter in parameters.split(whereSeparator: { $0 == ";" || $0 == "," }) {
            let parts = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.count == 2, parts[0].lowercased() == "rel" else { continue }
            let value = parameter.drop { $0 != "=" }.dropFirst()
            return value.split { $0 == " " || $0 == "\"" || $0 == "\t" }.map { $0.lowercased() }
        }
        return []
    }
}
