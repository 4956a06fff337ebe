import Cryptography
import JOSE
import JSON

/// Tokens without a redirect: what a native app would hold, and what an attacker would forge.
struct ControlMint {
    let standIn: StandIn

    /// A known person by id, or one described on the spot.
    static func person(_ json: JSONValue, _ standIn: StandIn) throws(ControlFault) -> Person {
        if let id = json.string {
            if id == "fresh" { return standIn.people.invent() }
            guard let person = standIn.people.find(id) else { throw ControlFault("nobody is called \(id)") }
            return person
        }
        let id = json["id"]?.string ?? json["subject"]?.string ?? "described"
        return try Person.parse(json, id: id, onto: standIn.people.find(id))
    }

    /// `{"person":…, "nonce":…, "client_id":…, "scope":…, "misbehave":[…]}` gives an `id_token` (OpenID Providers)
    /// and an `access_token` that works.
    func mint(_ body: JSONValue, _ origin: String) throws(ControlFault) -> JSONValue {
        guard let wanted = body["person"] else { throw ControlFault("person is missing") }
        let person = try Self.person(wanted, standIn)
        let name = body["client_id"]?.string ?? "\(standIn.kind)-client"
        let client = standIn.client(name) ?? Client(id: name, secret: "", redirectURIs: [])
        let scope = (body["scope"]?.string ?? Self.everyScope(standIn.kind)).split(separator: " ").map(String.init)
        let accessToken = RandomText.base64URL(32)
        standIn.tokens.issue(
            access: accessToken,
            Issued(
                person: person,
                clientID: client.id,
                scope: scope,
                expiresAt: standIn.clock.milliseconds + standIn.settings.tokenLifetime * 1000,
                family: RandomText.base64URL(16)
            )
        )
        var answer: JSONObject = ["access_token": .string(accessToken)]
        if standIn.kind == .google || standIn.kind == .oidc {
            let chosen = try body["misbehave"].map { value throws(ControlFault) in
                try Misbehaviour.parse(list: value, on: .idToken)
            }
            answer["id_token"] = .string(
                IDTokens.make(
                    for: person,
                    scope: scope,
                    audience: client,
                    nonce: body["nonce"]?.string,
                    accessToken: body["without_at_hash"]?.bool == true ? nil : accessToken,
                    lifetime: 3600,
                    at: standIn,
                    chosen: (chosen ?? []) + person.misbehaviours(on: .idToken),
                    origin: origin
                )
            )
        }
        return .object(answer)
    }

    /// `{"header":{…}, "payload":{…}}` signed with the current key, or with `"key":"foreign"`. Nothing is added.
    func sign(_ body: JSONValue) throws(ControlFault) -> JSONValue {
        guard let payload = body["payload"]?.object else { throw ControlFault("payload is missing") }
        let keys = standIn.keys
        let key = body["key"]?.string == "foreign" ? keys.foreign : keys.current
        let header =
            body["header"]?.object ?? [
                "alg": .string(key.algorithm.rawValue), "kid": .string(key.keyID), "typ": "JWT",
            ]
        let draft = IDTokenDraft(
            header: header,
            claims: payload,
            signing: .key(key.privateKey, key.algorithm),
            keys: keys,
            clientSecret: "",
            clientID: ""
        )
        return ["token": .string(draft.text())]
    }

    private static func everyScope(_ kind: StandInKind) -> String {
        switch kind {
        case .google, .oidc: "openid email profile"
        case .github: "user:email"
        case .x: "tweet.read users.read users.email"
        }
    }
}
