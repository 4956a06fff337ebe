/// The page on which a person sees who they are here.
public struct AccountPage: Sendable, Hashable {
    /// An identity at a provider that signs this person in.
    public struct LinkedMethod: Sendable, Hashable {
        /// `Google`
        public let providerName: String
        /// Whose mark the row carries.
        public let brand: ProviderBrand
        /// The name at the provider, without `@`. X requires that its handle is shown.
        public let username: String?
        /// The address the provider gave.
        public let email: String?
        /// When it was linked.
        public let linkedOn: PageTime
        /// When it last signed the person in.
        public let lastUsedOn: PageTime?
        /// Whether the present session came through it.
        public let isCurrent: Bool
        /// Where removing it is asked for.
        public let removalPath: String
        /// Removing it.
        public let removal: Offer

        /// Creates a row.
        public init(
            providerName: String,
            brand: ProviderBrand,
            username: String?,
            email: String?,
            linkedOn: PageTime,
            lastUsedOn: PageTime?,
            isCurrent: Bool,
            removalPath: String = FormPath.account,
            removal: Offer = .possible
        ) {
            self.removalPath = removalPath
            self.removal = removal
            self.providerName = providerName
            self.brand = brand
            self.username = username
            self.email = email
            self.linkedOn = linkedOn
            self.lastUsedOn = lastUsedOn
            self.isCurrent = isCurrent
        }
    }

    /// The session this browser holds.
    public struct Session: Sendable, Hashable {
        /// When it began.
        public let signedInOn: PageTime
        /// The provider's name: `X`.
        public let authenticatedWith: String
        /// Whose mark stands beside it.
        public let brand: ProviderBrand
        /// The name at the provider, without `@`.
        public let username: String?
        /// When it ends at the latest.
        public let expiresOn: PageTime
        /// Creates a session's view.
        public init(
            signedInOn: PageTime,
            authenticatedWith: String,
            brand: ProviderBrand,
            username: String?,
            expiresOn: PageTime
        ) {
            self.signedInOn = signedInOn
            self.authenticatedWith = authenticatedWith
            self.brand = brand
            self.username = username
            self.expiresOn = expiresOn
        }
    }

    /// Something about a way in that can be taken back: what was added or removed lately, or blocked.
    public struct Reversible: Sendable, Hashable {
        /// When it happened.
        public let when: PageTime
        /// What happened.
        public let sentence: String
        /// What the link says.
        public let label: String
        /// Where taking it back is asked for.
        public let path: String

        /// Creates an entry.
        public init(when: PageTime, sentence: String, label: String, path: String) {
            self.when = when
            self.sentence = sentence
            self.label = label
            self.path = path
        }
    }

    /// One decision about this account, in a sentence.
    public struct Decision: Sendable, Hashable {
        /// When it was taken.
        public let when: PageTime
        /// What happened and why.
        public let sentence: String

        /// Creates an entry.
        public init(when: PageTime, sentence: String) {
            self.when = when
            self.sentence = sentence
        }
    }

    /// What the person calls themselves; comes from a provider, so it can be anything.
    public let displayName: String
    /// One or two letters for the round mark. See ``initials(of:)``.
    public let initials: String
    /// The address that stands for the account.
    public let primaryEmail: String?
    /// Whether that address has been proven.
    public let emailVerified: Bool
    /// The user's id.
    public let userID: String
    /// Roles, as the operator named them.
    public let roles: [String]
    /// The ways in.
    public let methods: [LinkedMethod]
    /// Ways in that were added or removed lately, newest first.
    public let changes: [Reversible]
    /// Ways in that the owner has blocked, newest first.
    public let blocked: [Reversible]
    /// Ways in that could be added; each posts to `/account/link/{provider}`.
    public let linkable: [ProviderButton]
    /// The address, where it can be changed here.
    public let email: Email?
    /// The password, where local accounts are switched on.
    public let password: Password?
    /// The second step, where there is one.
    public let secondFactor: SecondFactor?
    /// The present session.
    public let session: Session
    /// Where the person is signed in, the present browser first.
    public let devices: [Device]
    /// The latest decisions about this account, newest first.
    public let recentDecisions: [Decision]
    /// What to say first.
    public let notice: PageNotice?

    /// Creates a page.
    public init(
        displayName: String,
        initials: String,
        primaryEmail: String?,
        emailVerified: Bool,
        userID: String,
        roles: [String],
        methods: [LinkedMethod],
        linkable: [ProviderButton],
        changes: [Reversible] = [],
        blocked: [Reversible] = [],
        email: Email? = nil,
        password: Password? = nil,
        secondFactor: SecondFactor? = nil,
        session: Session,
        devices: [Device] = [],
        recentDecisions: [Decision],
        notice: PageNotice? = nil
    ) {
        self.displayName = displayName
        self.initials = initials
        self.primaryEmail = primaryEmail
        self.emailVerified = emailVerified
        self.userID = userID
        self.roles = roles
        self.methods = methods
        self.linkable = linkable
        self.changes = changes
        self.blocked = blocked
        self.email = email
        self.password = password
        self.secondFactor = secondFactor
        self.session = session
        self.devices = devices
        self.recentDecisions = recentDecisions
        self.notice = notice
    }

    /// The first letters of the first and the last word of a name, in capitals; empty when there are no letters.
    public static func initials(of name: String) -> String {
        let letters = name.split(whereSeparator: \.isWhitespace).compactMap { word in
            word.unicodeScalars.first { $0.properties.isAlphabetic }
        }
        guard let first = letters.first else { return "" }
        let chosen = letters.count > 1 ? [first, letters[letters.count - 1]] : [first]
        return chosen.map { $0.properties.titlecaseMapping }.joined()
    }
}
