/// The key of a federated identity: who says it, and about whom. Never an e-mail address, never a mapped field
/// (nOAuth; Grafana CVE-2023-3128).
public struct FederatedIdentityKey: Sendable, Hashable {
    /// The issuer from the provider's file, an https URL such as `https://accounts.google.com`; never from a token.
    public let issuer: String
    /// The issuer's own stable identifier of the person: 1 to 255 visible ASCII characters, case-sensitive.
    public let subject: String

    /// Nil for an empty, over-long or non-ASCII subject or an empty issuer: a null or empty subject must never
    /// become a key component (Keycloak CVE-2026-82968).
    public init?(issuer: String, subject: String) {
        guard !issuer.isEmpty, issuer.utf8.count <= 512, (1...255).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.issuer = issuer
        self.subject = subject
    }
}

/// How much a provider's word about an address is worth.
public enum EmailEvidence: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The provider says, or cannot say, whether the address was ever proven.
    case unverified
    /// The provider verified the address at some time, but does not run the mailbox.
    case verified
    /// The provider runs the mailbox.
    case authoritative

    private var strength: Int {
        switch self {
        case .unverified: 0
        case .verified: 1
        case .authoritative: 2
        }
    }

    /// Weaker evidence is less.
    public static func < (left: EmailEvidence, right: EmailEvidence) -> Bool { left.strength < right.strength }
}

/// An address a provider vouched for, and how well. Relay and noreply addresses never get here.
public struct AssertedEmail: Sendable, Hashable {
    /// Canonical address.
    public let address: EmailAddress
    /// What the provider's word is worth for this address.
    public let evidence: EmailEvidence

    /// Creates an asserted address.
    public init(address: EmailAddress, evidence: EmailEvidence) {
        self.address = address
        self.evidence = evidence
    }
}

/// What a provider said about the person, after every check of its answer has passed. Only `Providers` makes these,
/// and only from a verified answer: mapped profile fields cannot redefine the key.
public struct AssertedIdentity: Sendable, Hashable {
    /// The provider whose file was used.
    public let provider: ProviderID
    /// Who it is.
    public let key: FederatedIdentityKey
    /// The one address usable for linking, if any.
    public let email: AssertedEmail?
    /// Name to show: untrusted text, without control or bidirectional formatting characters, at most 200 characters.
    public let displayName: String?
    /// Handle at the provider (`octocat`, `XDevelopers`), same restrictions; X requires it to be shown.
    public let username: String?
    /// https URL of a picture, at most 2,048 bytes; never fetched by Latchkey.
    public let pictureURL: String?

    /// Creates an asserted identity.
    public init(
        provider: ProviderID,
        key: FederatedIdentityKey,
        email: AssertedEmail?,
        displayName: String? = nil,
        username: String? = nil,
        pictureURL: String? = nil
    ) {
        self.provider = provider
        self.key = key
        self.email = email
        self.displayName = displayName
        self.username = username
        self.pictureURL = pictureURL
    }
}
