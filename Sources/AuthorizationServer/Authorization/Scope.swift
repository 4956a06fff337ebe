/// Scopes (RFC 6749 §3.3).
public enum Scope {
    /// Asks for an ID token (OpenID Connect Core 1.0 §3.1.2.1).
    public static let openid = "openid"
    /// Asks for a grant that outlives the browser's session (OpenID Connect Core 1.0 §11).
    public static let offlineAccess = "offline_access"
    /// The name.
    public static let profile = "profile"
    /// The address.
    public static let email = "email"
    /// The roles.
    public static let roles = "roles"

    /// Those with a meaning here; an app may have others of its own, which are only passed through.
    public static let standard = [openid, profile, email, roles, offlineAccess]

    /// Whether a text is one scope of at most 64 characters.
    static func isToken(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) }
    }

    /// Reads `scope`; nil when it has something in it that is no scope. Repetitions count once.
    static func parse(_ text: String) -> [String]? {
        var scopes: [String] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: true) {
            guard isToken(String(part)), scopes.count < 32 else { return nil }
            if !scopes.contains(String(part)) { scopes.append(String(part)) }
        }
        return scopes
    }
}
