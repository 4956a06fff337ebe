/// Why a store could not answer. Never carries values.
public enum StoreFailure: String, Error, Sendable, CaseIterable {
    /// The database is away or overloaded; trying again in a moment may work. Nothing was changed.
    case unavailable
    /// The connection broke while a change was under way: it may or may not have happened.
    case uncertain
    /// The database answered with something that should not happen.
    case broken
}

/// Users, their addresses and identities, and the linking decisions about them.
public protocol AccountStore: Sendable {
    /// Everything the linking decision may look at, in one read.
    func situation(of question: LinkingQuestion) async throws(StoreFailure) -> LinkingSituation

    /// Carries out one change with its decision record and its session, all or nothing, in one commit.
    /// ``ChangeResult/situationChanged`` means that somebody else was faster and nothing was written:
    /// read the situation again and decide again.
    func carryOut(_ change: AccountChange) async throws(StoreFailure) -> ChangeResult

    /// What the account page shows.
    func overview(of user: UserID) async throws(StoreFailure) -> AccountOverview?
}

/// Sessions.
public protocol SessionStore: Sendable {
    /// The live session behind a token, by the database's clock: one round trip, always from the database.
    ///
    /// `completion` gets it once, on a thread that others wait for: it hands the answer on and never blocks.
    func session(
        _ token: TokenHash,
        lifetime: SessionLifetime,
        then completion: @escaping @Sendable (Result<LiveSession?, StoreFailure>) -> Void
    )
    /// Notes that a session is being used, to be written down soon; nobody waits for it.
    func touch(_ session: SessionID)
    /// Ends the session behind a token; false when there was none.
    func end(_ token: TokenHash) async throws(StoreFailure) -> Bool
    /// Ends all sessions of the user behind a token; returns how many.
    func endAll(ofUserBehind token: TokenHash) async throws(StoreFailure) -> Int
    /// Removes at most `limit` each of sessions, transactions and parked callbacks that are over; returns how many went.
    func removeExpired(limit: Int) async throws(StoreFailure) -> Int
}

extension SessionStore {
    /// The live session behind a token, for a task. Its cancellation is not looked at: a statement's own deadline ends the wait.
    public func session(_ token: TokenHash, lifetime: SessionLifetime) async throws(StoreFailure) -> LiveSession? {
        try await withCheckedContinuation { continuation in
            session(token, lifetime: lifetime) { continuation.resume(returning: $0) }
        }.get()
    }
}

/// Sign-ins in progress.
public protocol SignInTransactionStore: Sendable {
    /// Stores a transaction for `lifetime`, findable only by this state and this browser together.
    func begin(_ transaction: SignInTransaction, state: TokenHash, browser: TokenHash, lifetime: Duration)
        async throws(StoreFailure)
    /// Takes a transaction out, in one statement: of many simultaneous callers exactly one gets it.
    func consume(state: TokenHash, browser: TokenHash) async throws(StoreFailure) -> ConsumedTransaction
    /// Keeps the parameters of a cross-site POST callback for a minute.
    func park(_ parameters: String, provider: ProviderID, handle: TokenHash) async throws(StoreFailure)
    /// Takes parked parameters out, once.
    func unpark(_ handle: TokenHash, provider: ProviderID) async throws(StoreFailure) -> String?
}
