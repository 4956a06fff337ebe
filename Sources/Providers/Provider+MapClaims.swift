public import Accounts
public import JSON
import OAuth
public import OpenIDConnect

extension Provider {
    /// Who the person is, from a verified ID token and the profile answers. Pure, and total: an answer of any shape gives an
    /// identity or a fault.
    ///
    /// - Parameters:
    ///   - idToken: The verified claims; needed for OpenID Connect, ignored otherwise.
    ///   - answers: By request name, as ``ProfileCollection/answers`` has them.
    public func mapClaims(
        idToken: IDTokenClaims?,
        answers: [String: JSONValue]
    ) throws(ClaimFault) -> AssertedIdentity {
        let values = try IdentityAnswers(idToken: idToken, answers: answers, isOpenIDConnect: isOpenIDConnect).values
        for requirement in identity.requirements {
            guard requirement.path.value(in: values) == requirement.value else { throw .accountState }
        }
        let subject = try subject(in: values)
        guard let key = FederatedIdentityKey(issuer: issuer, subject: subject) else { throw .subjectInvalid }
        return AssertedIdentity(
            provider: id,
            key: key,
            email: try identity.email?.email(in: values),
            displayName: shown(identity.name, in: values),
            username: shown(identity.username, in: values),
            pictureURL: picture(in: values)
        )
    }

    private func subject(in values: [String: JSONValue]) throws(ClaimFault) -> String {
        guard let value = identity.subject.value(in: values) else { throw .subjectMissing }
        if let text = identity.subjectType.text(of: value) { return text }
        if identity.subjectType == .integer, case .number = value { throw .subjectInvalid }
        throw .subjectWrongType
    }

    // What is only shown may be missing or odd without harm.
    private func shown(_ path: ClaimPath?, in values: [String: JSONValue]) -> String? {
        path?.value(in: values)?.string.flatMap(DisplayText.clean)
    }

    private func picture(in values: [String: JSONValue]) -> String? {
        // An EndpointURL is http or https, so `javascript:` and `data:` are out (F11), as is anything over 2,048 bytes.
        guard let text = identity.picture?.value(in: values)?.string, let url = EndpointURL(text), url.scheme == .https
        else { return nil }
        return url.description
    }
}

extension EmailRule {
    /// The address and its evidence; nil when there is none, when it is not one acceptable address, or when it is a relay.
    func email(in values: [String: JSONValue]) throws(ClaimFault) -> AssertedEmail? {
        guard let (holder, members) = holder(in: values), let value = ClaimPath.value(holder, members) else {
            return nil
        }
        guard let text = value.string else { throw .wrongType(claim: members.joined(separator: ".")) }
        guard let address = EmailAddress(text), !isExcluded(address.domain) else { return nil }
        guard isVerified(beside: holder) else { return AssertedEmail(address: address, evidence: .unverified) }
        let hosted = hostedDomain?.value(in: values)?.string.map { $0.lowercased().isExactly(address.domain) } ?? false
        let authoritative = hosted || authoritativeFor.contains(address.domain)
        return AssertedEmail(address: address, evidence: authoritative ? .authoritative : .verified)
    }

    /// The object that has the address and the flag about it.
    private func holder(in values: [String: JSONValue]) -> (JSONValue, address: [String])? {
        switch source {
        case .path(let path):
            return values[path.answer].map { ($0, path.members) }
        case .list(let path, let conditions, let address):
            let matching = (path.value(in: values)?.array ?? []).filter { element in
                conditions.allSatisfy { ClaimPath.value(element, $0.members) == $0.value }
            }
            // Two "primary" addresses are a contradiction; choosing one of them would be a guess.
            return matching.count == 1 ? matching.first.map { ($0, address) } : nil
        }
    }

    // Only the boolean counts, unless the file declares spellings: "false" is a non-empty string (L-10).
    private func isVerified(beside holder: JSONValue) -> Bool {
        switch verification {
        case .always: true
        case .never: false
        case .flag(let members):
            switch ClaimPath.value(holder, members) {
            case .bool(let flag): flag
            case .string(let text): trueSpellings.contains(where: { $0.isExactly(text) })
            default: false
            }
        }
    }

    func isExcluded(_ domain: String) -> Bool {
        excludedDomains.contains { domain == $0 || domain.hasSuffix("." + $0) }
    }
}
