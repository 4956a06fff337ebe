import Accounts
import JSON

/// A claim of an app's own: a part of what the operator keeps about a user, under the name that the app knows it by.
public struct MappedClaim: Sendable, Hashable {
    /// Where a claim may stand.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// In ID tokens.
        case idToken = "id_token"
        /// In access tokens: in a JWT itself, and for every form in what introspection answers.
        case accessToken = "access_token"
        /// In what userinfo answers.
        case userInfo = "userinfo"
    }

    /// Its name in tokens and answers.
    public let name: String
    /// Member names that lead to the value in the user's public metadata.
    public let path: [String]
    /// The scope that has to be granted for it.
    public let scope: String
    /// Where it stands.
    public let places: Set<Place>

    /// Most claims of one app.
    public static let maximumCount = 16
    /// Most bytes of all of them together, as JSON, in one token or answer: tokens travel in headers.
    public static let maximumBytes = 2048

    /// Names that mean something already, to us or to whoever reads a token: a value from elsewhere under one of them would be
    /// believed as if we had checked it.
    static let reserved: Set<String> = [
        // JWT and OpenID Connect Core §2 (RFC 7519 §4.1)
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash",
        "s_hash", "sid", "events", "sub_jwk", "sub_id", "_claim_names", "_claim_sources", "_sd", "_sd_alg",
        // What somebody checked about a person (OpenID Connect for Identity Assurance 1.0, RFC 8485)
        "verified_claims", "vot", "vtm",
        // What we say about a person ourselves
        "name", "email", "email_verified", "phone_number_verified", "roles", "permissions", "metadata",
        // Access tokens and introspection (RFC 9068, RFC 7662, RFC 8693, RFC 7800, RFC 9396)
        "active", "scope", "scp", "client_id", "username", "token_type", "act", "may_act", "cnf", "groups",
        "entitlements", "authorization_details",
    ]

    /// Creates a claim.
    public init(name: String, path: [String], scope: String, places: Set<Place>) {
        self.name = name
        self.path = path
        self.scope = scope
        self.places = places
    }

    /// Adds what these claims say about a user, in their order. What is missing or `null` is left out, and so is what would make them
    /// too large together; a claim that is there already is never replaced.
    ///
    /// - Parameters:
    ///   - scope: what was granted.
    ///   - claims: what the token or the answer has by then.
    static func add(
        _ mapped: [MappedClaim],
        of user: User,
        scope: [String],
        at place: Place,
        to claims: inout JSONObject
    ) {
        let wanted = mapped.filter { $0.places.contains(place) && scope.contains($0.scope) }
        // Most apps map nothing, and most users have nothing: then nothing is read.
        guard !wanted.isEmpty, user.publicMetadata != "{}",
            let metadata = try? JSONValue.parse(Array(user.publicMetadata.utf8))
        else { return }
        var left = maximumBytes
        for claim in wanted where claims[claim.name] == nil && !reserved.contains(claim.name) {
            var value: JSONValue? = metadata
            for name in claim.path { value = value?[name] }
            guard let value, !value.isNull else { continue }
            let size = claim.name.utf8.count + value.serializedBytes().count
            guard size <= left else { continue }
            left -= size
            claims[claim.name] = value
        }
    }
}
