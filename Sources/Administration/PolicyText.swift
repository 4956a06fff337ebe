public import Accounts

extension LinkingPolicy {
    /// The policy as a file that says the same, for policies that nobody wrote.
    public var yaml: String {
        var lines = ["version: 1", "name: \(Self.quoted(name))", "sign_up: \(signUp.rawValue)"]
        lines.append("dormant_after: \(Self.time(dormantAfter))")
        lines.append("link_lapses_after: \(Self.time(linkLapsesAfter))")
        lines.append("rules:")
        for rule in rules {
            lines.append("  - name: \(Self.quoted(rule.name))")
            let parts = Self.parts(rule.when)
            if !parts.isEmpty { lines.append("    when: { \(parts.joined(separator: ", ")) }") }
            lines.append("    then: \(rule.then.code)")
            switch rule.then {
            case .linkAfterProof(let proofs):
                lines.append("    proofs: \(Self.list(proofs.map(\.rawValue)))")
            case .refuse(let reason): lines.append("    reason: \(reason.rawValue)")
            default: break
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func parts(_ when: LinkingCondition) -> [String] {
        var parts: [String] = []
        func add(_ key: String, _ values: [String]?) {
            if let values { parts.append("\(key): \(list(values))") }
        }
        func add(_ key: String, _ flag: Bool?) {
            if let flag { parts.append("\(key): \(flag)") }
        }
        add("email", when.email?.map(\.rawValue))
        add("account", when.account?.map(\.rawValue))
        add("recycled", when.recycled)
        add("privileged", when.privileged)
        add("dormant", when.dormant)
        add("provider", when.providers?.map(\.description))
        add("domain", when.domains.map { Array($0) })
        add("app", when.apps.map { Array($0) })
        return parts
    }

    private static func list(_ values: [String]) -> String {
        let sorted = values.sorted().map(quoted)
        return sorted.count == 1 ? sorted[0] : "[\(sorted.joined(separator: ", "))]"
    }

    private static func time(_ seconds: Int?) -> String { seconds.map { "\($0)s" } ?? "never" }

    /// A double-quoted scalar (YAML 1.2.2 §7.3.1).
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
