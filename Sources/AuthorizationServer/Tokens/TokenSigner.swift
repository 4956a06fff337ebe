public import Cryptography
public import JSON

/// Signs what apps check by themselves, and recognises it again.
public protocol TokenSigner: Sendable {
    /// A compact JWS under the current key of an algorithm (RFC 7515 §7.1).
    /// - Parameter type: the header's `typ`: `JWT`, `at+jwt` (RFC 9068 §2.1), `logout+jwt`.
    func sign(_ claims: JSONObject, type: String, algorithm: SignatureAlgorithm) throws(OAuthFailure) -> String
    /// The claims of a token that one of our published keys signed; nil for anything else. Times are not looked at.
    func verified(_ token: String, type: String) -> JSONObject?
}
