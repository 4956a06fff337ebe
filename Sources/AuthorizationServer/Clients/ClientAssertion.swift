import Accounts
import Cryptography
import JOSE
import JSON
import OAuth

/// What an app proves itself with instead of a secret: a JWT that it signed with a key of its own, good for one request
/// (RFC 7523 §3; `private_key_jwt`, OpenID Connect Core 1.0 §9).
public struct ClientAssertion: Sendable, Hashable {
    /// The only `client_assertion_type` (RFC 7523 §2.2).
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// What may sign one. None of them is symmetric: the file of an app holds no secret that could be read out of it.
    static let algorithms: Set<SignatureAlgorithm> = [.es256, .ps256, .rs256]
    /// How far ahead `exp` may be, in seconds: for so long a use has to be remembered. An hour is what Authlib gives each, and
    /// nobody can use one a second time in it.
    static let longestLifetime: Int64 = 3600
    /// How far clocks may be apart, in seconds.
    static let skew: Int64 = 60

    /// Why an assertion proves nothing.
    enum Fault: Error, Sendable, Hashable, CaseIterable {
        /// Not signed with one of the app's keys, in one of the algorithms.
        case signature
        /// `iss` or `sub` is not the app.
        case subject
        /// `aud` is not this issuer.
        case audience
        /// `exp` is missing or over.
        case expired
        /// `exp` is too far ahead.
        case tooLong
        /// `iat` or `nbf` is still to come.
        case notYetValid
        /// `jti` is missing or too long.
        case identifier
        /// It was used before.
        case used

        /// What the app is told. Whoever could not sign hears nothing that an unknown app would not hear as well.
        var failure: OAuthFailure {
            switch self {
            case .signature: .wrongCredentials
            case .subject: .invalidClient("iss and sub of the assertion have to be the client_id")
            case .audience: .invalidClient("aud of the assertion has to be the issuer or the token endpoint, alone")
            case .expired: .invalidClient("the assertion has no exp or has expired")
            case .tooLong: .invalidClient("exp of the assertion is more than an hour ahead")
            case .notYetValid: .invalidClient("the assertion is not valid yet")
            case .identifier: .invalidClient("the assertion needs a jti of at most 255 bytes")
            case .used: .invalidClient("the assertion was used before")
            }
        }
    }

    /// A good assertion: what has to be remembered of it, so that it is good once.
    struct Use: Sendable, Hashable {
        /// SHA-256 of the app's id, a NUL and `jti`: apps choose their own.
        let id: TokenHash
        /// After this it is refused for its age.
        let until: Instant
    }

    /// The JWT.
    let text: String

    /// Whose it says it is, which nobody has checked: good for finding the keys to check it with, and for nothing else.
    var claimedClient: ClientID? {
        guard let payload = try? JWS.unverifiedPayload(text, maximumBytes: Self.maximumBytes) else { return nil }
        return (try? JSONValue.parse(payload))?["sub"]?.string.flatMap { ClientID($0) }
    }

    private static let maximumBytes = 4096

    /// Checks it, all but whether it was used before.
    ///
    /// - Parameters:
    ///   - audiences: what `aud` may be; one of them, and nothing beside it: what two servers accept, one of them can pass on to
    ///     the other (C18).
    ///   - now: seconds since 1970.
    func verify(client: Client, audiences: Set<String>, now: Int64) throws(Fault) -> Use {
        guard
            let token = try? JWS.verify(
                text,
                keys: JWKSet(client.keys),
                allowing: Self.algorithms,
                maximumBytes: Self.maximumBytes
            ),
            // Something else that the app signed with this key is not meant for us (RFC 8725 §3.11).
            [nil, "JWT", "client-authentication+jwt"].contains(token.header.typ),
            let claims = try? JSONValue.parse(token.payload).object
        else { throw .signature }
        let name = client.id.description
        guard claims["iss"]?.string?.isExactly(name) == true, claims["sub"]?.string?.isExactly(name) == true else {
            throw .subject
        }
        let audience = claims["aud"]?.array.map { $0.count == 1 ? $0[0].string : nil } ?? claims["aud"]?.string
        guard let audience, audiences.contains(where: { $0.isExactly(audience) }) else { throw .audience }
        guard let expiry = claims["exp"]?.int64, expiry > now - Self.skew else { throw .expired }
        guard expiry <= now + Self.longestLifetime + Self.skew else { throw .tooLong }
        for name in ["iat", "nbf"] {
            guard let time = claims[name] else { continue }
            guard let seconds = time.int64, seconds <= now + Self.skew else { throw .notYetValid }
        }
        guard let identifier = claims["jti"]?.string, (1...255).contains(identifier.utf8.count),
            let id = TokenHash(stored: SHA2.sha256(Array(name.utf8) + [0] + Array(identifier.utf8)))
        else { throw .identifier }
        return Use(id: id, until: Instant(microseconds: (expiry + Self.skew) * 1_000_000))
    }
}
