import Cryptography

extension LinkingPolicy {
    /// Everything that decides, in one canonical text: the same for two policies exactly when they decide alike by the
    /// same rules under the same names. Name and version of the policy are not part of it.
    public var canonicalText: String {
        var lines = ["latchkey-linking-policy 1", "sign_up \(signUp.rawValue)"]
        lines.append("dormant_after \(dormantAfter.map(String.init) ?? "never")")
        // Only where it says something: the texts of policies that were fingerprinted before it was known stay as they are.
        if let linkLapsesAfter { lines.append("link_lapses_after \(linkLapsesAfter)") }
        for rule in rules {
            lines.append("rule \(quoted(rule.name))")
            let when = rule.when
            add("email", when.email?.map(\.rawValue), to: &lines)
            add("account", when.account?.map(\.rawValue), to: &lines)
            add("recycled", when.recycled.map { [$0 ? "yes" : "no"] }, to: &lines)
            add("privileged", when.privileged.map { [$0 ? "yes" : "no"] }, to: &lines)
            add("dormant", when.dormant.map { [$0 ? "yes" : "no"] }, to: &lines)
            add("provider", when.providers?.map(\.description), to: &lines)
            add("domain", when.domains.map { Array($0) }, to: &lines)
            add("app", when.apps.map { Array($0) }, to: &lines)
            lines.append(" then \(rule.then)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// SHA-256 of ``canonicalText`` as 64 lower-case hexadecimal digits.
    public var hash: String {
        Hex.encode(SHA2.sha256(Array(canonicalText.utf8)))
    }

    private func add(_ key: String, _ values: [String]?, to lines: inout [String]) {
        guard let values else { return }
        // By UTF-8 bytes: the order must not depend on the Unicode version of the running system.
        let sorted = values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        lines.append(([" when", key] + sorted.map(quoted)).joined(separator: " "))
    }

    /// Quotes and line breaks inside names are escaped, so that no name can imitate a line of its own.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\{\(scalar.value)}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
