import Accounts
import JSON
import YAML

/// Reads `identity:` and `email:` of a provider file.
struct IdentityFile {
    /// The answers paths may start with.
    let answers: Set<String>
    let isOpenIDConnect: Bool
    let root: MappingReader

    func rule() -> IdentityRule? {
        guard let mapping = root.required("identity")?.mapping() else { return nil }
        let subject = subject(mapping)
        let type = mapping.optional("subject_type")?.choice(of: IdentityRule.SubjectType.self)
        let name = path(mapping.optional("name"))
        let username = path(mapping.optional("username"))
        let picture = path(mapping.optional("picture"))
        let requirements = (mapping.optional("require")?.list() ?? []).compactMap(requirement)
        mapping.finish()
        let email = root.optional("email")?.mapping().flatMap(emailRule)
        guard let subject else { return nil }
        return IdentityRule(
            subject: subject,
            subjectType: type ?? .string,
            name: name,
            username: username,
            picture: picture,
            requirements: requirements,
            email: email
        )
    }

    private func subject(_ mapping: MappingReader) -> ClaimPath? {
        guard isOpenIDConnect else { return path(mapping.required("subject")) }
        guard let value = mapping.optional("subject") else { return ClaimPath([ClaimPath.idToken, "sub"]) }
        let path = path(value)
        // Everything else is unsigned; the key has to come from the verified token.
        if let path, path.answer != ClaimPath.idToken {
            value.fail("the subject of an openid_connect provider has to come from id_token")
        }
        return path
    }

    private func requirement(_ value: ValueReader) -> IdentityRule.Requirement? {
        guard let mapping = value.mapping() else { return nil }
        let path = path(mapping.required("path"))
        let wanted = mapping.required("equals").flatMap(scalar)
        mapping.finish()
        guard let path, let wanted else { return nil }
        return IdentityRule.Requirement(path: path, value: wanted)
    }

    private func emailRule(_ mapping: MappingReader) -> EmailRule? {
        let source = source(mapping)
        let verification = verification(mapping, source)
        let spellings = mapping.optional("true_spellings")?.strings() ?? []
        let authoritativeFor = domains(mapping.optional("authoritative_for"))
        let hostedDomain = path(mapping.optional("hosted_domain"))
        let excluded = domains(mapping.optional("excluded_domains"))
        if verification == .never, !authoritativeFor.isEmpty || hostedDomain != nil {
            mapping.fail("verified", "an address that is never verified cannot be authoritative")
        }
        mapping.finish()
        guard let source, let verification else { return nil }
        return EmailRule(
            source: source,
            verification: verification,
            trueSpellings: Set(spellings),
            authoritativeFor: authoritativeFor,
            hostedDomain: hostedDomain,
            excludedDomains: excluded
        )
    }

    private func source(_ mapping: MappingReader) -> EmailRule.Source? {
        guard let list = mapping.optional("from_list") else {
            if mapping.contains("where") { mapping.fail("where", "\"where\" needs \"from_list\"") }
            return path(mapping.required("address")).map(EmailRule.Source.path)
        }
        let listPath = path(list, wholeAnswer: true)
        var conditions: [EmailRule.Condition] = []
        if let wanted = mapping.required("where")?.mapping() {
            conditions = wanted.names.compactMap { name in
                wanted.optional(name).flatMap(scalar).map {
                    EmailRule.Condition(members: name.split(separator: ".").map(String.init), value: $0)
                }
            }
        }
        let address = members(mapping.required("address"))
        guard let listPath, let address else { return nil }
        return .list(listPath, conditions: conditions, address: address)
    }

    /// `always`, `never`, or where the flag is: beside the address, because a flag elsewhere may be about another one.
    private func verification(_ mapping: MappingReader, _ source: EmailRule.Source?) -> EmailRule.Verification? {
        guard let value = mapping.required("verified") else { return nil }
        if case .scalar("always", _) = value.node.content { return .always }
        if case .scalar("never", _) = value.node.content { return .never }
        switch source {
        case .list: return members(value).map(EmailRule.Verification.flag)
        case .path(let address):
            guard let path = path(value) else { return nil }
            guard path.answer == address.answer else {
                value.fail("\"email.verified\" has to come from the same answer as the address")
                return nil
            }
            return .flag(path.members)
        case nil: return nil
        }
    }

    private func path(_ value: ValueReader?, wholeAnswer: Bool = false) -> ClaimPath? {
        guard let value, let parts = parts(value) else { return nil }
        guard let path = ClaimPath(parts), wholeAnswer || !path.members.isEmpty else {
            value.fail("\"\(value.path)\" has to be an answer and a member, such as user.id")
            return nil
        }
        guard answers.contains(path.answer) else {
            let known = answers.sorted().joined(separator: ", ")
            value.fail("\"\(value.path)\" starts with an answer that is not asked for; there are: \(known)")
            return nil
        }
        return path
    }

    private func members(_ value: ValueReader?) -> [String]? {
        guard let value, let parts = parts(value) else { return nil }
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty }) else {
            value.fail("\"\(value.path)\" has to be a member name, such as email")
            return nil
        }
        return parts
    }

    private func parts(_ value: ValueReader) -> [String]? {
        if case .sequence = value.node.content { return value.strings() }
        return value.string()?.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    private func scalar(_ value: ValueReader) -> JSONValue? {
        if case .scalar("true", quoted: false) = value.node.content { return true }
        if case .scalar("false", quoted: false) = value.node.content { return false }
        return value.string().map(JSONValue.string)
    }

    // In the canonical form addresses have, or a rule would silently never apply.
    private func domains(_ value: ValueReader?) -> Set<String> {
        Set(
            (value?.list() ?? []).compactMap { element in
                guard let text = element.string() else { return nil }
                guard EmailAddress("x@" + text)?.domain == text else {
                    element.fail("a domain has to be in lower case and, if international, in its xn-- form")
                    return nil
                }
                return text
            }
        )
    }
}
