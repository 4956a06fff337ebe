import Cryptography
import JSON

/// How one stand-in behaves when it behaves. The defaults are what the real provider does; the control API changes
/// them while the stand-in runs.
struct Settings: Sendable {
    /// Life of a code, in seconds: Google and GitHub 10 minutes, X 30 seconds.
    var codeLifetime: Int64
    /// Life of an access token, in seconds.
    var tokenLifetime: Int64
    /// `iss` of the callback and of the ID token.
    var issuer: String
    /// Whether callbacks carry `iss` (RFC 9207).
    var sendsIssuer: Bool
    /// Whether metadata says so; `nil` leaves the member out.
    var advertisesIssuer: Bool?
    /// Whether an authorization request without PKCE is refused.
    var requiresPKCE: Bool
    /// How ID tokens are signed.
    var signature: SignatureAlgorithm
    /// Whether metadata names the endpoints on this server instead of the real ones.
    var localEndpoints = true
    /// GitHub: access tokens expire after eight hours and come with a refresh token.
    var expiringTokens = false
    /// GitHub: the error for a wrong verifier, which is not documented.
    var verifierError = "bad_verification_code"
    /// X: what happens to `confirmed_email` without permission: `granted`, `omitted`, `partial_error`, `forbidden`.
    var emailPermission = "granted"
    /// X: 75 profile reads per person in 15 minutes.
    var limitsRate = false

    static func standard(_ kind: StandInKind) -> Settings {
        switch kind {
        case .google:
            Settings(
                codeLifetime: 600,
                tokenLifetime: 3599,
                issuer: "https://accounts.google.com",
                sendsIssuer: true,
                advertisesIssuer: true,
                requiresPKCE: false,
                signature: .rs256
            )
        case .github:
            Settings(
                codeLifetime: 600,
                tokenLifetime: 28_800,
                issuer: "https://github.com/login/oauth",
                sendsIssuer: true,
                advertisesIssuer: nil,
                requiresPKCE: false,
                signature: .es256
            )
        case .x:
            Settings(
                codeLifetime: 30,
                tokenLifetime: 7200,
                issuer: "https://x.com",
                sendsIssuer: false,
                advertisesIssuer: nil,
                requiresPKCE: true,
                signature: .es256
            )
        case .oidc:
            Settings(
                codeLifetime: 60,
                tokenLifetime: 3600,
                issuer: "",
                sendsIssuer: true,
                advertisesIssuer: true,
                requiresPKCE: false,
                signature: .es256
            )
        }
    }

    /// Applies the members of a JSON object.
    /// - Throws: a sentence for the tester; nothing is applied then.
    mutating func apply(_ changes: JSONObject) throws(ControlFault) {
        var next = self
        for (name, value) in changes.members {
            switch (name, value) {
            case ("code_lifetime", .number(let number)): next.codeLifetime = try seconds(number)
            case ("token_lifetime", .number(let number)): next.tokenLifetime = try seconds(number)
            case ("issuer", .string(let text)): next.issuer = text
            case ("sends_issuer", .bool(let flag)): next.sendsIssuer = flag
            case ("advertises_issuer", .bool(let flag)): next.advertisesIssuer = flag
            case ("advertises_issuer", .null): next.advertisesIssuer = nil
            case ("requires_pkce", .bool(let flag)): next.requiresPKCE = flag
            case ("signature", .string("RS256")): next.signature = .rs256
            case ("signature", .string("ES256")): next.signature = .es256
            case ("local_endpoints", .bool(let flag)): next.localEndpoints = flag
            case ("expiring_tokens", .bool(let flag)): next.expiringTokens = flag
            case ("verifier_error", .string(let text)): next.verifierError = text
            case ("email_permission", .string(let text)): next.emailPermission = text
            case ("limits_rate", .bool(let flag)): next.limitsRate = flag
            default: throw ControlFault("no setting \(name) takes this value")
            }
        }
        self = next
    }

    private func seconds(_ number: JSONNumber) throws(ControlFault) -> Int64 {
        guard let seconds = number.int64, abs(Double(seconds)) <= 1e10 else {
            throw ControlFault("a lifetime is a number of seconds")
        }
        return seconds
    }

    /// The settings as the control API shows and takes them.
    var json: JSONObject {
        [
            "code_lifetime": .number(JSONNumber(codeLifetime)), "token_lifetime": .number(JSONNumber(tokenLifetime)),
            "issuer": .string(issuer), "sends_issuer": .bool(sendsIssuer),
            "advertises_issuer": advertisesIssuer.map(JSONValue.bool) ?? .null, "requires_pkce": .bool(requiresPKCE),
            "signature": .string(signature.rawValue), "local_endpoints": .bool(localEndpoints),
            "expiring_tokens": .bool(expiringTokens), "verifier_error": .string(verifierError),
            "email_permission": .string(emailPermission), "limits_rate": .bool(limitsRate),
        ]
    }
}
