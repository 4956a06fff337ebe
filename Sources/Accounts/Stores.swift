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
    func session(_ token: TokenHash, lifetime: SessionLifetime) async throws(StoreFailure) -> LiveSession?
    /// Writes down that a session was used now.
    func touch(_ session: SessionID) async throws(StoreFailure)
    /// Ends the session behind a token; false when there was none.
    func end(_ token: TokenHash) async throws(StoreFailure) -> Bool
    /// Ends all sessions of the user behind a token; returns how many.
    func endAll(ofUserBehind token: TokenHash) async throws(StoreFailure) -> Int
    /// Removes at most `limit` each of sessions, transactions and parked callbacks that are over; returns how many went.
    func removeExpired(limit: Int) async throws(StoreFailure) -> Int
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
