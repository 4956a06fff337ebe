extension AccountPage {
    /// A place where the person is signed in.
    public struct Device: Sendable, Hashable {
        /// `Firefox on Linux`
        public let name: String
        /// The network it began from.
        public let network: String?
        /// When it was last used.
        public let lastUsedOn: PageTime
        /// Whether it is this very browser.
        public let isCurrent: Bool
        /// Where ending it is posted to.
        public let endPath: String

        /// Creates an entry.
        public init(name: String, network: String?, lastUsedOn: PageTime, isCurrent: Bool, endPath: String) {
            self.name = name
            self.network = network
            self.lastUsedOn = lastUsedOn
            self.isCurrent = isCurrent
            self.endPath = endPath
        }
    }

    /// Whether something can be done now.
    public enum Offer: Sendable, Hashable {
        /// Yes: the page shows the way.
        case possible
        /// No: a sentence that says why, and what to do first.
        case impossible(String)
    }

    /// The password of the account.
    public struct Password: Sendable, Hashable {
        /// Whether there is one.
        public let isSet: Bool
        /// When it was set or last changed.
        public let changedOn: PageTime?
        /// Setting or changing it.
        public let change: Offer
        /// Removing it; looked at only where there is one.
        public let removal: Offer

        /// Creates the section.
        public init(isSet: Bool, changedOn: PageTime?, change: Offer = .possible, removal: Offer = .possible) {
            self.isSet = isSet
            self.changedOn = changedOn
            self.change = change
            self.removal = removal
        }
    }

    /// A change of address that waits for the new mailbox.
    public struct PendingEmail: Sendable, Hashable {
        /// The address to be.
        public let address: String
        /// Until when its mailbox can prove itself.
        public let expiresOn: PageTime

        /// Creates a pending change.
        public init(address: String, expiresOn: PageTime) {
            self.address = address
            self.expiresOn = expiresOn
        }
    }

    /// The address of the account; the address itself is ``AccountPage/primaryEmail``.
    public struct Email: Sendable, Hashable {
        /// A change that waits; it can be taken back.
        public let pending: PendingEmail?
        /// Asking for another address.
        public let change: Offer

        /// Creates the section.
        public init(pending: PendingEmail? = nil, change: Offer = .possible) {
            self.pending = pending
            self.change = change
        }
    }

    /// The second step of a sign-in.
    public struct SecondFactor: Sendable, Hashable {
        /// Since when it is on; nil when it is off.
        public let since: PageTime?
        /// Recovery codes that were not used yet.
        public let codesLeft: Int
        /// Setting it up; looked at only where it is off.
        public let setUp: Offer
        /// New recovery codes; looked at only where it is on.
        public let renewal: Offer
        /// Turning it off; looked at only where it is on.
        public let removal: Offer

        /// Creates the section.
        public init(
            since: PageTime?,
            codesLeft: Int = 0,
            setUp: Offer = .possible,
            renewal: Offer = .possible,
            removal: Offer = .possible
        ) {
            self.since = since
            self.codesLeft = codesLeft
            self.setUp = setUp
            self.renewal = renewal
            self.removal = removal
        }
    }
}
