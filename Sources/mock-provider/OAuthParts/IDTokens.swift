import Cryptography
import JOSE
import JSON

/// ID tokens (OpenID Connect Core §2).
enum IDTokens {
    /// `at_hash`: the left half of the access token's SHA-256 (OpenID Connect Core §3.1.3.6).
    static func accessTokenHash(_ token: String) -> String {
        Base64URL.encode(Array(SHA2.sha256(Array(token.utf8)).prefix(16)))
    }

    /// The claims about a person that these scopes give access to.
    static func personClaims(_ person: Person, scope: [String]) -> JSONObject {
        var claims = JSONObject()
        claims["hd"] = person.hostedDomain.map(JSONValue.string)
        if scope.contains("email"), let email = person.email {
            claims["email"] = .string(email)
            claims["email_verified"] = person.emailVerified
        }
        if scope.contains("profile") {
            claims["name"] = .string(person.name)
            claims["picture"] = person.picture.map(JSONValue.string)
            claims["given_name"] = .string(person.givenName)
            if !person.familyName.isEmpty { claims["family_name"] = .string(person.familyName) }
        }
        return claims
    }

    /// A signed token for this consent.
    /// - Parameters:
    ///   - audience: `aud` and `azp`.
    ///   - lifetime: `exp - iat`, in seconds.
    static func make(
        for person: Person,
        scope: [String],
        audience: Client,
        nonce: String?,
        accessToken: String?,
        lifetime: Int64,
        at standIn: StandIn,
        chosen: [Misbehaviour],
        origin: String
    ) -> String {
        let now = standIn.clock.seconds
        let key = standIn.keys.current
        var claims: JSONObject = ["iss": .string(standIn.issuer)]
        if standIn.kind == .google { claims["azp"] = .string(audience.id) }
        claims["aud"] = .string(audience.id)
        claims["sub"] = .string(person.subject)
        for (name, value) in personClaims(person, scope: scope).members { claims[name] = value }
        claims["at_hash"] = accessToken.map { .string(accessTokenHash($0)) }
        claims["nonce"] = nonce.map(JSONValue.string)
        claims["iat"] = .seconds(now)
        claims["exp"] = .seconds(now + lifetime)
        for (name, value) in person.claims.members { claims[name] = value }
        var draft = IDTokenDraft(
            header: [
                "alg": .string(key.algorithm.rawValue), "kid": .string(key.keyID), "typ": "JWT",
            ],
            claims: claims,
            signing: .key(key.privateKey, key.algorithm),
            keys: standIn.keys,
            clientSecret: audience.secret,
            clientID: audience.id
        )
        standIn.twist(&draft, with: IDTokenTwists.all, chosen: chosen, origin: origin)
        return draft.text()
    }
}
