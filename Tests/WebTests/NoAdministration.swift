import Accounts
import Administration

import struct Foundation.UUID

/// The operator's side over a store that is always away.
struct NoAdministration: PolicyStore, DecisionStore, ReplayStore, EventLog, UserDirectory {
    static let services = AdministrationServices(
        policies: NoAdministration(),
        decisions: NoAdministration(),
        replays: NoAdministration(),
        accounts: NoStore(),
        events: NoAdministration(),
        directory: NoAdministration(),
        providers: [],
        privilegedRoles: []
    )

    func events(after sequence: Int64, limit: Int) async throws(StoreFailure) -> EventPage? { throw .unavailable }
    func user(_ id: UserID) async throws(StoreFailure) -> UserRecord? { throw .unavailable }
    func users(at address: EmailAddress) async throws(StoreFailure) -> [UserID] { throw .unavailable }
    func snapshot() async throws(StoreFailure) -> PolicySnapshot { throw .unavailable }
    func version(_ number: Int) async throws(StoreFailure) -> PolicyVersion? { throw .unavailable }
    func versions() async throws(StoreFailure) -> [PolicyVersion] { throw .unavailable }
    func knows(policyHash: String) async throws(StoreFailure) -> Bool { throw .unavailable }
    func append(_ draft: PolicyDraft, after base: Int) async throws(StoreFailure) -> PolicyAppend { throw .unavailable }
    func setShadow(_ shadow: StoredShadow?) async throws(StoreFailure) { throw .unavailable }
    func changes() -> AsyncStream<PolicySignal> { AsyncStream { $0.finish() } }
    func decisions(_ filter: DecisionFilter) async throws(StoreFailure) -> [RecordedDecision] { throw .unavailable }
    func decision(_ id: DecisionID) async throws(StoreFailure) -> RecordedDecision? { throw .unavailable }
    func shadowCounts(policyHash: String) async throws(StoreFailure) -> [ShadowCount] { throw .unavailable }
    func replaySizes(days: Int) async throws(StoreFailure) -> (decisions: Int, users: Int) { throw .unavailable }
    func decisionGroups(after: ReplayCursor?, days: Int, domains: [String], apps: [String])
        async throws(StoreFailure) -> ReplayChunk<DecisionKey>
    { throw .unavailable }
    func addressGroups(after: ReplayCursor?, question: AddressQuestion)
        async throws(StoreFailure) -> ReplayChunk<AddressKey>
    { throw .unavailable }
    func keep(_ plan: PolicyPlan, summary: String, author: String) async throws(StoreFailure) { throw .unavailable }
    func planSummary(_ id: UUID) async throws(StoreFailure) -> String? { throw .unavailable }
}

/// Users over a store that is always away.
struct NoUsers: UserStore {
    func owner(of address: EmailAddress) async throws(StoreFailure) -> UserID? { throw .unavailable }
    func change(
        _ user: UserID,
        _ change: UserChange,
        by author: String,
        event: AccountEvent?
    ) async throws(StoreFailure) -> UserChangeResult { throw .unavailable }
}
