import Accounts
import Cryptography
import JSON
import Jobs

/// What a logout token says: this session of this person with this app is over (OpenID Connect Back-Channel Logout 1.0 §2.4, K04).
struct LogoutToken: Sendable, Hashable {
    /// Whose session it was.
    let user: UserID
    /// The app's session: `sid` of the ID tokens it got.
    let session: SessionID

    /// How long it may be used, in seconds; it is read once, on arrival. The specification recommends two minutes at most.
    static let lifetime: Int64 = 120
    /// What makes it a logout token (§2.4).
    static let event = "http://schemas.openid.net/event/backchannel-logout"

    /// What the database stored with the session's end; nil when it is something else.
    init?(_ job: Job) {
        guard let members = job.payload.object, let user = members["sub"]?.string.flatMap({ UserID($0) }),
            let session = members["sid"]?.string.flatMap({ SessionID($0) })
        else { return nil }
        self.user = user
        self.session = session
    }

    /// The claims, for a token sent now. Never a `nonce` (§2.4): with one it could pass for an ID token.
    func claims(issuer: String, audience: ClientID, now: Int64) -> JSONObject {
        [
            "iss": .string(issuer),
            "aud": .string(audience.description),
            "iat": .number(JSONNumber(now)),
            "exp": .number(JSONNumber(now + Self.lifetime)),
            // New for each attempt: an app that remembers what it has seen would refuse the same one.
            "jti": .string(Base64URL.encode(Random.bytes(16))),
            "sub": .string(user.description),
            "sid": .string(session.description),
            "events": .object([Self.event: .object([:])]),
        ]
    }
}
