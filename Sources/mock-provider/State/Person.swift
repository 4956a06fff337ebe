import JSON

/// Someone with an account at a stand-in. Every field that an attacker can choose at the real provider can be chosen
/// here, types included.
struct Person: Sendable {
    /// Name used by the control API, cookies and `login_hint`.
    var id: String
    /// The provider's identifier: `sub` (OpenID), `id` (GitHub: a number; X: a string).
    var subject: String
    /// Display name.
    var name: String
    /// `login` at GitHub, `username` at X.
    var username: String
    /// Address, if the account has one.
    var email: String?
    /// `email_verified` exactly as it is sent: `"true"`, `"false"`, 1 and null are told apart; `nil` omits it (L-10).
    var emailVerified: JSONValue?
    /// Google's Workspace domain.
    var hostedDomain: String?
    /// GitHub's list of addresses, exactly as sent; `nil` derives it from the address.
    var emails: [JSONValue]?
    /// Avatar.
    var picture: String?
    /// Members added to, or replaced in, the ID token and the profile.
    var claims = JSONObject()
    /// Misbehaviours that follow this person, so that parallel flows can misbehave differently.
    var misbehaviours: [Misbehaviour] = []

    /// True only for the JSON `true`.
    var hasVerifiedEmail: Bool { emailVerified?.bool == true }

    /// `given_name`: the first word of the name.
    var givenName: String { name.split(separator: " ").first.map(String.init) ?? name }

    /// `family_name`: the rest of the name.
    var familyName: String { name.split(separator: " ").dropFirst().joined(separator: " ") }

    /// The subject as GitHub sends it: a number of any size, else the text.
    var numericSubject: JSONValue {
        if let value = Int64(subject) { return .number(JSONNumber(value)) }
        return .string(subject)
    }
}

extension Person {
    /// Reads a person; missing fields keep the values of `base`.
    /// - Throws: a sentence for the tester.
    static func parse(_ json: JSONValue, id: String, onto base: Person? = nil) throws(ControlFault) -> Person {
        guard let members = json.object else { throw ControlFault("a person is a JSON object") }
        var person =
            base ?? Person(id: id, subject: id, name: id, username: id, email: nil, emailVerified: nil)
        person.id = id
        for (name, value) in members.members {
            switch name {
            case "id": break
            case "subject", "sub": person.subject = try text(value, name, or: value.number?.text)
            case "name": person.name = try text(value, name)
            case "username", "login": person.username = try text(value, name)
            case "email": person.email = value.isNull ? nil : try text(value, name)
            case "email_verified": person.emailVerified = value.string == "absent" ? nil : value
            case "hd": person.hostedDomain = value.isNull ? nil : try text(value, name)
            case "emails": person.emails = value.array
            case "picture": person.picture = value.isNull ? nil : try text(value, name)
            case "claims": person.claims = value.object ?? JSONObject()
            case "misbehave": person.misbehaviours = try Misbehaviour.parse(list: value)
            default: throw ControlFault("a person has no member \(name)")
            }
        }
        return person
    }

    private static func text(
        _ value: JSONValue,
        _ name: String,
        or other: String? = nil
    ) throws(ControlFault) -> String {
        guard let text = value.string ?? other else { throw ControlFault("\(name) has to be a string") }
        return text
    }

    /// The person as the control API shows it.
    var json: JSONObject {
        var members: JSONObject = [
            "id": .string(id), "subject": .string(subject), "name": .string(name), "username": .string(username),
        ]
        members["email"] = email.map(JSONValue.string) ?? .null
        members["email_verified"] = emailVerified ?? "absent"
        members["hd"] = hostedDomain.map(JSONValue.string)
        members["emails"] = emails.map(JSONValue.array)
        members["picture"] = picture.map(JSONValue.string)
        if !claims.isEmpty { members["claims"] = .object(claims) }
        if !misbehaviours.isEmpty {
            members["misbehave"] = .array(misbehaviours.map { .string($0.description) })
        }
        return members
    }
}
