import Accounts
import Cryptography
import OAuth
import Testing

@testable import AuthorizationServer

@Suite("Token exchange request")
struct ExchangeRequestTests {
    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let idToken = "urn:ietf:params:oauth:token-type:id_token"

    private static func read(_ parameters: [(name: String, value: String)]) throws -> ExchangeRequest {
        try ExchangeRequest(try FormURLEncoded.parse(FormURLEncoded.encode(parameters)).omittingEmpty())
    }

    private static func code(_ parameters: [(name: String, value: String)]) -> String? {
        do {
            _ = try read(parameters)
            return nil
        } catch { return (error as? OAuthFailure)?.code.rawValue ?? (error as? FormFault)?.rawValue }
    }

    @Test("X-1 subject_issuer says whose token it is, and the token is not asked")
    func signIn() throws {
        let google = try #require(ProviderID("google"))
        let base = [("subject_token", "t"), ("subject_issuer", "google")]
        #expect(
            try Self.read(base + [("subject_token_type", Self.idToken), ("scope", "openid email")])
                == .signIn(google, .idToken(Secret("t")), scope: ["openid", "email"])
        )
        for more in [[], [("requested_token_type", Self.accessToken)]] {
            #expect(
                try Self.read(base + [("subject_token_type", Self.accessToken)] + more)
                    == .signIn(google, .accessToken(Secret("t")), scope: nil)
            )
        }
    }

    @Test("a token of ours for one of a provider: audience and requested_token_type, and no subject_issuer")
    func upstream() throws {
        let request = try Self.read([
            ("subject_token", "t"), ("subject_token_type", Self.accessToken), ("audience", "github"),
            ("requested_token_type", Self.accessToken),
        ])
        let github = try #require(ProviderID("github"))
        #expect(
            request == .upstreamToken(UpstreamTokenRequest(subject: Secret("t"), provider: github, scope: nil))
        )
    }

    @Test("J08 everything else is refused, in the words of RFC 8693 §2.2.2")
    func refused() {
        let subject = [("subject_token", "t"), ("subject_token_type", Self.idToken)]
        let own = [("subject_token", "t"), ("subject_token_type", Self.accessToken)]
        let wanted = ("requested_token_type", Self.accessToken)
        let rows: [([(String, String)], String)] = [
            ([], "invalid_request"),
            ([("subject_token", "t")], "invalid_request"),
            (subject, "invalid_request"),
            ([("subject_token", ""), ("subject_token_type", Self.idToken)], "invalid_request"),
            (subject + [("subject_issuer", "https://accounts.google.com")], "invalid_request"),
            (subject + [("subject_issuer", "google"), ("audience", "google")], "invalid_request"),
            (subject + [("subject_issuer", "google"), ("actor_token", "a")], "invalid_request"),
            (subject + [("subject_issuer", "google"), ("actor_token_type", Self.idToken)], "invalid_request"),
            (subject + [("subject_issuer", "google"), ("resource", "https://a.example")], "invalid_target"),
            (subject + [("subject_issuer", "google"), ("scope", "\"")], "invalid_scope"),
            (subject + [("subject_issuer", "google"), ("requested_token_type", Self.idToken)], "invalid_request"),
            (subject + [("subject_issuer", "google"), ("requested_token_type", "x")], "invalid_request"),
            (subject + [("audience", "google"), wanted], "invalid_request"),
            (own + [("audience", "google")], "invalid_request"),
            (own + [("audience", "https://api.github.com"), wanted], "invalid_target"),
            (subject + [("subject_issuer", "google"), ("subject_token", "u")], "duplicate_parameter"),
            (subject + [("subject_issuer", "google"), ("subject_issuer", "github")], "duplicate_parameter"),
        ]
        for (parameters, error) in rows {
            #expect(Self.code(parameters.map { (name: $0.0, value: $0.1) }) == error, "\(parameters)")
        }
        for type in ["jwt", "refresh_token", "saml1", "saml2"] {
            let parameters = [
                ("subject_token", "t"), ("subject_token_type", "urn:ietf:params:oauth:token-type:" + type),
                ("subject_issuer", "google"),
            ]
            #expect(Self.code(parameters.map { (name: $0.0, value: $0.1) }) == "invalid_request", "\(type)")
        }
    }
}
