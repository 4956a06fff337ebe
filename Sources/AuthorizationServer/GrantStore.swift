public import Accounts
public import Jobs

/// What is left behind when a stolen refresh token ends a grant.
public struct ReplayRecord: Sendable {
    /// For the owner's and the operator's list.
    public let event: AccountEvent
    /// The mail that tells the owner.
    public let notice: Job

    /// Creates a record.
    public init(event: AccountEvent, notice: Job) {
        self.event = event
        self.notice = notice
    }
}

/// Codes, tokens and consents.
public protocol GrantStore: Sendable {
    /// Stores a code.
    func store(_ code: NewAuthorizationCode) async throws(StoreFailure)
    /// Redeems a code, in one statement: of many simultaneous callers exactly one succeeds, and every other ends what that one got.
    func redeem(_ redemption: CodeRedemption) async throws(StoreFailure) -> CodeOutcome
    /// Uses a refresh token, in one statement.
    func rotate(_ rotation: RefreshRotation) async throws(StoreFailure) -> RefreshOutcome
    /// Ends an app's session, with everything that hangs on it; false when there was none. After a replay it is written down and the
    /// owner is told, in the same commit.
    func endGrant(_ grant: SessionID, replay: ReplayRecord?) async throws(StoreFailure) -> Bool
    /// Ends an app's session because the app itself says so: it is the one that needs no notice of it. False when there was none.
    func giveUp(_ grant: SessionID) async throws(StoreFailure) -> Bool
    /// What a stored access token stands for; nil when it or its grant has ended.
    ///
    /// `completion` gets it once, on a thread that others wait for: it hands the answer on and never blocks.
    func accessToken(
        _ token: TokenHash,
        then completion: @escaping @Sendable (Result<LiveAccessToken?, StoreFailure>) -> Void
    )
    /// The live grant of this id: what a JWT or a hint names.
    func grant(_ id: SessionID) async throws(StoreFailure) -> LiveGrant?
    /// The live grant behind a refresh token.
    /// - Parameter includingUsed: also if the token has been used up.
    func grant(refreshToken: TokenHash, includingUsed: Bool) async throws(StoreFailure) -> LiveGrant?
    /// What a person allowed an app.
    func consents(of user: UserID, to client: ClientID) async throws(StoreFailure) -> Set<String>
    /// Writes down what a person allowed, in addition to what was allowed before.
    func consent(of user: UserID, to client: ClientID, scope: [String]) async throws(StoreFailure)
    /// Keeps a pushed request.
    func push(_ request: String, client: ClientID, handle: TokenHash, lifetime: Duration) async throws(StoreFailure)
    /// Takes a pushed request out, once.
    func takePushed(_ handle: TokenHash, client: ClientID) async throws(StoreFailure) -> String?
    /// Writes down that an assertion was used; false when it had been before. The database decides between two nodes.
    /// - Parameter until: when it is refused for its age.
    func spendAssertion(_ id: TokenHash, until: Instant) async throws(StoreFailure) -> Bool
    /// The present time, by the database's clock.
    func now() async throws(StoreFailure) -> Instant
}

extension GrantStore {
    /// What a stored access token stands for, for a task. Its cancellation is not looked at: a statement's own deadline ends the
    /// wait.
    public func accessToken(_ token: TokenHash) async throws(StoreFailure) -> LiveAccessToken? {
        try await withCheckedContinuation { continuation in
            accessToken(token) { continuation.resume(returning: $0) }
        }.get()
    }
}
