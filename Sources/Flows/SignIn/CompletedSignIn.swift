public import Accounts

/// How a sign-in ended, when no step failed.
public enum CompletedSignIn: Sendable {
    /// A session began.
    case signedIn(SignedInAtProvider)
    /// A way in was added; the session got a new token.
    case linked(SignedInAtProvider)
    /// The policy asks for a proof first: the way goes on at `/confirm`. The outcome's stable code.
    case awaitsProof(outcome: String)
    /// An identity proved the account of a pending link; nobody was signed in by it. The way goes on at `/confirm`.
    case proven
    /// The policy decided on something that starts no session now: said honestly.
    case stopped(StoppedSignIn)

    /// Stable word for logs and metrics: `signed_in`, `linked`, or the linking outcome that stopped it.
    public var name: String {
        switch self {
        case .signedIn: "signed_in"
        case .linked: "linked"
        case .awaitsProof(let outcome): outcome
        case .proven: "proven"
        case .stopped(let stop): stop.outcome
        }
    }
}

/// A sign-in through a provider that worked, as the edge answers it.
public struct SignedInAtProvider: Sendable {
    /// The session's token, for its cookie.
    public let token: SessionToken
    /// The secret the browser is known by from now on.
    public let device: DeviceToken
    /// Where to go.
    public let returnTo: String
    /// Whether the browser was signed in as somebody else before.
    public let switched: Bool
    /// Whether the session opens nothing until the second step.
    public let awaitsSecondFactor: Bool

    /// Where the receipt of a claim is shown to whoever claimed.
    static func receiptPath(_ receipt: ClaimReceiptID) -> String { "/account/receipts/\(receipt)" }
}

/// A decision that starts no session, as the person sees it.
public struct StoppedSignIn: Sendable, Hashable {
    /// Stable code of the outcome.
    public let outcome: String
    /// Stable code of the reason.
    public let reason: String
    /// Heading.
    public let title: String
    /// One sentence; `{provider}` stands for the provider's name, `{since}` for ``since``.
    public let sentence: String
    /// Where to go.
    public let nextStep: NextStep?
    /// Whether the account that the identity belongs to can be merged with the one that is signed in.
    public let offersMerge: Bool
    /// Since when the person waits, or when it was decided.
    public let since: Instant?
    /// Whether the person has to wait for somebody.
    public let isWaiting: Bool
    /// Whether a way in was to be added, so that the account page is where the person came from.
    public let isLinking: Bool
    /// HTTP status.
    public let status: Int
}
