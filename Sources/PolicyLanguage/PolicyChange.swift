import Accounts

/// One thing that differs between two policies.
public struct PolicyChange: Sendable, Hashable {
    /// What kind of thing. The raw value is the stable code.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// `sign_up`
        case signUp = "sign_up"
        /// `dormant_after`
        case dormantAfter = "dormant_after"
        /// `link_lapses_after`
        case linkLapsesAfter = "link_lapses_after"
        /// A rule under a new name, with a condition and an outcome that no removed rule had.
        case ruleAdded = "rule_added"
        /// A rule whose name is gone, and its condition and outcome with it.
        case ruleRemoved = "rule_removed"
        /// The same condition and outcome under another name.
        case ruleRenamed = "rule_renamed"
        /// The same name, and another condition or outcome.
        case ruleChanged = "rule_changed"
        /// The same rule before or behind others than earlier.
        case ruleMoved = "rule_moved"
    }

    /// One part that differs, in the words of the file.
    public struct Part: Sendable, Hashable {
        /// Its key in the file: `email`, `then`, `proofs`, `position`, …
        public let name: String
        /// The earlier value; nil when there was none.
        public let from: String?
        /// The later value; nil when there is none.
        public let to: String?
    }

    /// What kind of thing differs.
    public let kind: Kind
    /// The rule's name, the later one of a renamed rule; nil when no rule is meant.
    public let rule: String?
    /// What differs about it; for an added or removed rule, all its parts.
    public let parts: [Part]

    /// The change in plain words, on one line.
    public var line: String {
        let name = "“\(rule ?? "")”"
        func values(_ value: (Part) -> String?) -> String {
            parts.compactMap { part in value(part).map { "\(part.name) \($0)" } }.joined(separator: ", ")
        }
        switch kind {
        case .signUp, .dormantAfter, .linkLapsesAfter:
            let (from, to) = (parts.first?.from ?? "never", parts.first?.to ?? "never")
            return "\(kind.rawValue) was \(from) and is \(to)"
        case .ruleAdded: return "rule \(name) is new: \(values(\.to))"
        case .ruleRemoved: return "rule \(name) is gone: \(values(\.from))"
        case .ruleRenamed: return "rule “\(parts.first?.from ?? "")” is now called \(name)"
        case .ruleMoved:
            return "rule \(name) was number \(parts.first?.from ?? "") and is number \(parts.first?.to ?? "")"
        case .ruleChanged:
            let differences = parts.map { part in
                switch (part.from, part.to) {
                case (let from?, let to?): "\(part.name) was \(from) and is \(to)"
                case (nil, let to?): "\(part.name) is now \(to)"
                case (let from?, nil): "\(part.name) was \(from) and no longer matters"
                case (nil, nil): part.name
                }
            }
            return "rule \(name): \(differences.joined(separator: "; "))"
        }
    }
}

extension LinkingRule {
    /// Everything the rule says, in the keys and words of the file. Two rules with the same parts decide alike.
    var parts: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        func add(_ name: String, _ values: [String]?) {
            guard let values else { return }
            result.append((name, values.sorted().joined(separator: " or ")))
        }
        func add(_ name: String, _ flag: Bool?) { add(name, flag.map { ["\($0)"] }) }
        add("email", when.email?.map(\.rawValue))
        add("account", when.account?.map(\.rawValue))
        add("recycled", when.recycled)
        add("privileged", when.privileged)
        add("dormant", when.dormant)
        add("provider", when.providers?.map(\.description))
        add("domain", when.domains.map { Array($0) })
        add("app", when.apps.map { Array($0) })
        result.append(("then", then.code))
        switch then {
        case .linkAfterProof(let proofs): add("proofs", proofs.map(\.rawValue))
        case .refuse(let reason): add("reason", [reason.rawValue])
        default: break
        }
        return result
    }
}
