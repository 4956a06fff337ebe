/// Everything the linking decision may look at: no identifiers, no clock, no look-ups. The store fills these in, so
/// the decision is a finite function that can be tried on every case there is.
///
/// What the store has to know to fill them in, beyond the names:
///
/// - At a **sign-in**, the person is whoever holds the arriving identity; a session that happens to be in the browser says
///   nothing about whose address it is (an attacker can plant their own). So `account` is then never `mine`, and
///   `recycled`, `privileged` and `dormant` speak of the account that holds the address.
/// - While **linking**, the account that would be reached is the session's own, whoever holds the address: equality of
///   addresses decides nothing, and no address ever moves. `recycled`, `privileged` and `dormant` then speak of the
///   session's user; `account` only says whether the address is theirs, somebody else's or free.
public struct LinkingFacts: Sendable, Hashable {
    /// What the person set out to do.
    public enum Intent: String, Sendable, CaseIterable {
        /// Sign in, or sign up.
        case signIn = "sign_in"
        /// Add a sign-in method while signed in.
        case link
    }

    /// The session in the browser that set out.
    public enum Session: String, Sendable, CaseIterable {
        /// None, or one that ended in the meantime.
        case none
        /// Alive, and its user proved who they are recently.
        case fresh
        /// Alive, but its user must prove who they are again before linking.
        case stale
    }

    /// Who owns this (issuer, subject).
    public enum Identity: String, Sendable, CaseIterable {
        /// Nobody.
        case unknown
        /// The session's user.
        case mine
        /// A user; without a session, whoever owns it is `other`.
        case other
        /// A disabled user.
        case disabled
        /// A user, who has not used the link for longer than the policy's ``LinkingPolicy/linkLapsesAfter``; only at a
        /// sign-in (L-19).
        case lapsed
        /// Nobody, and the account that it would reach has refused it: its owner once said that it was not theirs.
        case blocked
    }

    /// What the provider vouches for.
    public enum Email: String, Sendable, CaseIterable {
        /// No address that could be used for linking: none given, or a relay or noreply address.
        case none
        /// An address, and no word that it was ever proven.
        case unverified
        /// The provider verified the address at some time, but does not run the mailbox.
        case verified
        /// The provider runs the mailbox.
        case authoritative

        /// From what the provider asserted.
        public init(_ evidence: EmailEvidence?) {
            switch evidence {
            case nil: self = .none
            case .unverified?: self = .unverified
            case .verified?: self = .verified
            case .authoritative?: self = .authoritative
            }
        }
    }

    /// Who holds that address here.
    public enum Account: String, Sendable, CaseIterable {
        /// Nobody, or the provider gave no address.
        case none
        /// The session's user; only while linking.
        case mine
        /// One user, who has proven it. Unproven registrations of the same address beside them count for nothing.
        case verified
        /// One user or several, and none of them has proven it.
        case unverified
        /// One user, who is disabled.
        case disabled
        /// Two or more users who have each proven it: the database forbids it, an import may still have brought it.
        case several
    }

    /// What the person set out to do.
    public var intent: Intent
    /// The session in the browser that set out.
    public var session: Session
    /// Who owns the identity.
    public var identity: Identity
    /// What the provider vouches for.
    public var email: Email
    /// Who holds the address.
    public var account: Account
    /// Another subject of the same issuer is already linked to the account: the mailbox may have changed hands.
    public var recycled: Bool
    /// The account holds a role the operator marked privileged, or, at a sign-in, has a second step.
    public var privileged: Bool
    /// Nobody signed in to the account for longer than the policy's ``LinkingPolicy/dormantAfter``.
    public var dormant: Bool

    /// Creates facts; the three warnings default to false.
    public init(
        intent: Intent,
        session: Session,
        identity: Identity,
        email: Email,
        account: Account,
        recycled: Bool = false,
        privileged: Bool = false,
        dormant: Bool = false
    ) {
        self.intent = intent
        self.session = session
        self.identity = identity
        self.email = email
        self.account = account
        self.recycled = recycled
        self.privileged = privileged
        self.dormant = dormant
    }

    /// Every combination, 6,912 in all, whether it can occur or not, in a fixed order.
    public static let all: [LinkingFacts] = {
        var result: [LinkingFacts] = []
        for intent in Intent.allCases {
            for session in Session.allCases {
                for identity in Identity.allCases {
                    for email in Email.allCases {
                        for account in Account.allCases {
                            for bits in 0..<8 {
                                result.append(
                                    LinkingFacts(
                                        intent: intent,
                                        session: session,
                                        identity: identity,
                                        email: email,
                                        account: account,
                                        recycled: bits & 4 != 0,
                                        privileged: bits & 2 != 0,
                                        dormant: bits & 1 != 0
                                    )
                                )
                            }
                        }
                    }
                }
            }
        }
        return result
    }()

    /// The combinations that can occur.
    public static let possible: [LinkingFacts] = all.filter(\.isPossible)
}
