import Accounts
import Cryptography
public import JSON

/// What apps read about us: OpenID Connect Discovery 1.0 §3 and RFC 8414 §2. Everything in it is exercised by a test, and nothing that
/// works is left out (J11).
public struct ServerMetadata: Sendable {
    private let issuer: String

    /// - Parameter issuer: the public URL, which is the issuer identifier.
    public init(issuer: String) { self.issuer = issuer }

    /// The document.
    public var json: JSONObject {
        var members = JSONObject()
        members["issuer"] = .string(issuer)
        members["authorization_endpoint"] = .string(issuer + "/oauth/authorize")
        members["token_endpoint"] = .string(issuer + "/oauth/token")
        members["jwks_uri"] = .string(issuer + "/oauth/jwks")
        members["userinfo_endpoint"] = .string(issuer + "/oauth/userinfo")
        members["introspection_endpoint"] = .string(issuer + "/oauth/introspect")
        members["revocation_endpoint"] = .string(issuer + "/oauth/revoke")
        members["pushed_authorization_request_endpoint"] = .string(issuer + "/oauth/par")
        members["end_session_endpoint"] = .string(issuer + "/oauth/logout")
        members["response_types_supported"] = ["code"]
        members["response_modes_supported"] = ["query"]
        members["grant_types_supported"] = Self.list(GrantType.allCases.map(\.rawValue))
        members["code_challenge_methods_supported"] = ["S256"]
        members["subject_types_supported"] = ["public"]
        members["id_token_signing_alg_values_supported"] = ["RS256", "ES256"]
        members["scopes_supported"] = Self.list(Scope.standard)
        members["acr_values_supported"] = Self.list(AuthenticationLevel.allCases.map(\.acr))
        members["claims_supported"] = Self.list([
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "name", "email",
            "email_verified", "roles", "permissions",
        ])
        members["prompt_values_supported"] = Self.list(AuthorizationRequest.Prompt.allCases.map(\.rawValue))
        let methods = Self.list(ClientAuthenticationMethod.allCases.map(\.rawValue))
        members["token_endpoint_auth_methods_supported"] = methods
        members["revocation_endpoint_auth_methods_supported"] = methods
        members["introspection_endpoint_auth_methods_supported"] = Self.list(
            ClientAuthenticationMethod.allCases.filter { $0 != .none }.map(\.rawValue)
        )
        let algorithms = Self.list(ClientAssertion.algorithms.map(\.rawValue).sorted())
        members["token_endpoint_auth_signing_alg_values_supported"] = algorithms
        members["revocation_endpoint_auth_signing_alg_values_supported"] = algorithms
        members["introspection_endpoint_auth_signing_alg_values_supported"] = algorithms
        members["authorization_response_iss_parameter_supported"] = true
        members["backchannel_logout_supported"] = true
        members["backchannel_logout_session_supported"] = true
        members["request_parameter_supported"] = false
        members["request_uri_parameter_supported"] = false
        members["claims_parameter_supported"] = false
        return members
    }

    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
