/// What the owner of an account sees of it.
public struct AccountOverview: Sendable {
    /// One linked identity.
    public struct Identity: Sendable {
        /// Its id.
        public let id: FederatedIdentityID
        /// Provider id.
        public let provider: String
        /// Issuer.
        public let issuer: String
        /// Handle at the provider, untrusted text.
        public let username: String?
        /// Address the provider reported last, untrusted text.
        public let email: String?
        /// When it was linked.
        public let linkedAt: Instant
        /// When it was last used to sign in.
        public let lastSignInAt: Instant

        /// Creates an identity.
        public init(
            id: FederatedIdentityID,
            provider: String,
            issuer: String,
            username: String?,
            email: String?,
            linkedAt: Instant,
            lastSignInAt: Instant
        ) {
            self.id = id
            self.provider = provider
            self.issuer = issuer
            self.username = username
            self.email = email
            self.linkedAt = linkedAt
            self.lastSignInAt = lastSignInAt
        }
    }

    /// One recorded decision.
    public struct Decision: Sendable {
        /// When.
        public let decidedAt: Instant
        /// Provider id.
        public let provider: String
        /// Stable code of the outcome.
        public let outcome: String
        /// Stable code of the reason.
        public let reason: String
        /// Stable code of the proof with which it was carried out, if it asked for one and got it.
        public let provenBy: String?

        /// Creates a decision.
        public init(
            decidedAt: Instant,
            provider: String,
            outcome: String,
            reason: String,
            provenBy: String? = nil
        ) {
            self.provenBy = provenBy
            self.decidedAt = decidedAt
            self.provider = provider
            self.outcome = outcome
            self.reason = reason
        }
    }

    /// Linked identities, oldest first.
    public let identities: [Identity]
    /// The latest decisions about this account, newest first, at most 20; plain returning sign-ins are left out.
    public let decisions: [Decision]

    /// Creates an overview.
    public init(identities: [Identity], decisions: [Decision]) {
        self.identities = identities
        self.decisions = decisions
    }
}
