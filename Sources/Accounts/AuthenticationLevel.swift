/// How surely a session's person is who they say, by the number of different authenticators they used. Requested and told as an
/// Authentication Context Class Reference (`acr`, OpenID Connect Core §2).
public enum AuthenticationLevel: Int, Sendable, Comparable, CaseIterable {
    /// One: a password, a provider, or a mail.
    case oneFactor = 1
    /// Two that are different. A mailbox never counts twice (S-1).
    case twoFactors = 2

    /// The level that the methods of a sign-in reach: only a passed second step adds `mfa` to them.
    public init(methods: [String]) {
        self = methods.contains(AuthenticationMethod.multipleFactors.rawValue) ? .twoFactors : .oneFactor
    }

    /// The level of this name; nil for any other.
    public init?(acr: String) {
        guard let level = Self.allCases.first(where: { $0.acr == acr }) else { return nil }
        self = level
    }

    /// Its name: `urn:latchkey:acr:1` or `urn:latchkey:acr:2`.
    public var acr: String {
        switch self {
        case .oneFactor: "urn:latchkey:acr:1"
        case .twoFactors: "urn:latchkey:acr:2"
        }
    }

    /// Fewer factors are less.
    public static func < (left: AuthenticationLevel, right: AuthenticationLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
