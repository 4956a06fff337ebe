public import Accounts

/// What a plan has to know of an enabled provider.
public struct PlanProvider: Sendable {
    /// Its id.
    public let id: ProviderID
    /// Issuer of its identities.
    public let issuer: String
    /// Domains whose mailboxes it runs.
    public let authoritativeDomains: Set<String>
    /// Whether it is only for adding to accounts.
    public let isLinkOnly: Bool
    /// What its word about an address at a domain is usually worth; nil where it tells none.
    public let evidence: @Sendable (String) -> EmailEvidence?

    /// Creates a provider.
    public init(
        id: ProviderID,
        issuer: String,
        authoritativeDomains: Set<String>,
        isLinkOnly: Bool,
        evidence: @escaping @Sendable (String) -> EmailEvidence?
    ) {
        self.id = id
        self.issuer = issuer
        self.authoritativeDomains = authoritativeDomains
        self.isLinkOnly = isLinkOnly
        self.evidence = evidence
    }
}
