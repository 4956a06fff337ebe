public import Accounts
import OAuth

/// The address that carries an answer back to the app: always with `iss`, so that an app of several servers cannot be made to
/// take the answer of one for another's (RFC 9207, J06).
public struct AuthorizationAnswer: Sendable {
    private let issuer: String

    /// - Parameter issuer: our own.
    public init(issuer: String) { self.issuer = issuer }

    /// Success (RFC 6749 §4.1.2).
    public func location(of code: AuthorizationCode, to redirectURI: String, state: String?) -> String {
        location(redirectURI, [("code", code.reveal())], state)
    }

    /// An error (RFC 6749 §4.1.2.1).
    public func location(of failure: OAuthFailure, to redirectURI: String, state: String?) -> String {
        location(redirectURI, [("error", failure.code.rawValue), ("error_description", failure.description)], state)
    }

    private func location(_ uri: String, _ members: [(name: String, value: String)], _ state: String?) -> String {
        var parameters = members
        if let state { parameters.append(("state", state)) }
        parameters.append(("iss", issuer))
        // A registered query stays (RFC 6749 §3.1.2).
        return uri + (uri.contains("?") ? "&" : "?") + FormURLEncoded.encode(parameters)
    }
}
