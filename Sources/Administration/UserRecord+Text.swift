import Accounts
public import JSON

extension UserRecord {
    /// For programs.
    public var json: JSONValue {
        [
            "id": .string("\(id)"), "asked_for": .string("\(asked)"), "is_alias": .bool(isAlias),
            "state": .string(state.rawValue), "display_name": .text(displayName), "roles": .texts(roles),
            "created_at": .string(createdAt.text), "last_sign_in_at": .text(lastSignInAt?.text),
            "addresses": .array(addresses.map(\.json)), "identities": .array(identities.map(\.json)),
            "has_password": .bool(hasPassword), "has_second_factor": .bool(hasSecondFactor),
            "sessions": .count(sessions), "former_ids": .texts(formerIDs.map(\.description)),
        ]
    }

    /// For people.
    public var lines: [String] {
        var lines = ["\(id)  \(state.rawValue)" + (displayName.map { "  \($0)" } ?? "")]
        if isAlias { lines.append("  \(asked) is a former id of this user: the account was merged into it") }
        lines.append("  since \(createdAt.text), last signed in \(lastSignInAt?.text ?? "never")")
        for address in addresses {
            let proven = address.verifiedAt.map { "proven \($0.text)" } ?? "unproven"
            lines.append("  address \(address.address)  \(proven)" + (address.isPrimary ? "  primary" : ""))
        }
        for identity in identities {
            let name = [identity.username, identity.email].compactMap { $0 }.joined(separator: " ")
            lines.append(
                "  identity \(identity.provider)  \(identity.subject)" + (name.isEmpty ? "" : "  \(name)")
                    + "  linked \(identity.linkedAt.text), last used \(identity.lastSignInAt.text)"
            )
        }
        let secrets = [hasPassword ? "a password" : nil, hasSecondFactor ? "a second step" : nil].compactMap { $0 }
        lines.append(
            "  has \(secrets.isEmpty ? "no password" : secrets.joined(separator: " and ")), \(sessions) session(s)"
        )
        if !roles.isEmpty { lines.append("  roles \(roles.joined(separator: ", "))") }
        for former in formerIDs { lines.append("  formerly also \(former)") }
        return lines
    }
}

extension UserRecord.Address {
    /// For programs.
    public var json: JSONValue {
        ["address": .string(address), "verified_at": .text(verifiedAt?.text), "primary": .bool(isPrimary)]
    }
}

extension UserRecord.Identity {
    /// For programs.
    public var json: JSONValue {
        [
            "id": .string("\(id)"), "provider": .string(provider), "issuer": .string(issuer),
            "subject": .string(subject),
            "username": .text(username), "email": .text(email), "linked_at": .string(linkedAt.text),
            "last_sign_in_at": .string(lastSignInAt.text),
        ]
    }
}
