import Cryptography

/// PKCE as the stand-ins check it (RFC 7636 §4.6).
enum ProofKey {
    /// What comparing a verifier with the challenge of the authorization request comes to.
    enum Verdict: Sendable {
        /// They belong together, or there was neither.
        case good
        /// A challenge was sent, and now the verifier is missing.
        case missing
        /// They do not belong together, or a verifier came without a challenge: a downgrade (RFC 9700 §2.1.1).
        case wrong
    }

    /// Compares. Method names are case-sensitive: with `s256` no verifier fits, as X's developers found out (A04).
    static func check(verifier: String?, challenge: String?, method: String?) -> Verdict {
        switch (challenge, verifier) {
        case (nil, nil): .good
        case (nil, .some): .wrong
        case (.some, nil): .missing
        case (let challenge?, let verifier?): matches(verifier, challenge, method ?? "plain") ? .good : .wrong
        }
    }

    private static func matches(_ verifier: String, _ challenge: String, _ method: String) -> Bool {
        guard (43...128).contains(verifier.utf8.count) else { return false }
        return switch method {
        case "S256": Base64URL.encode(SHA2.sha256(Array(verifier.utf8))) == challenge
        case "plain": verifier == challenge
        default: false
        }
    }
}
