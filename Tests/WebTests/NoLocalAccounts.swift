import Accounts
import Flows
import Jobs

import struct Foundation.UUID

/// Local accounts over a store that is always away.
struct NoLocalAccounts: LocalAccountStore {
    static func services(_ lifetime: SessionLifetime) -> LocalAccountServices {
        LocalAccountServices(
            settings: .init(
                isEnabled: true,
                policy: LivePolicy(PolicyInForce(.standard, version: 1)),
                sessionLifetime: lifetime,
                serviceName: "Test",
                publicOrigin: "https://login.example",
                defaultReturnAddress: "/account",
                providerNames: [:],
                signInIssuers: [:]
            ),
            store: NoLocalAccounts(),
            sessions: NoStore(),
            hasher: NoHasher(),
            rules: PasswordRules(blockList: .empty),
            breaches: nil,
            keyRing: nil,
            unixTime: { 0 }
        )
    }

    func take(_ keys: [ThrottleKey]) async throws(StoreFailure) -> ThrottleVerdict { throw .unavailable }
    func begin(_ registration: PendingRegistration, lifetime: Duration, job: Job) async throws(StoreFailure) {
        throw .unavailable
    }
    func mailing(of registration: RegistrationID) async throws(StoreFailure) -> (address: EmailAddress, isHeld: Bool)? {
        throw .unavailable
    }
    func registration(of address: EmailAddress, begunIn browser: TokenHash)
        async throws(StoreFailure) -> RegistrationID?
    { throw .unavailable }
    func add(token: TokenHash, to registration: RegistrationID) async throws(StoreFailure) -> Bool {
        throw .unavailable
    }
    func registration(behind token: TokenHash) async throws(StoreFailure) -> PendingRegistration? { throw .unavailable }
    func activate(_ token: TokenHash, as user: UserID, session: NewSession, event: AccountEvent)
        async throws(StoreFailure) -> Activation
    { throw .unavailable }
    func lookUp(_ lookup: CredentialLookup) async throws(StoreFailure) -> (ThrottleVerdict, FoundCredential?) {
        throw .unavailable
    }
    func credential(of user: UserID) async throws(StoreFailure) -> FoundCredential? { throw .unavailable }
    func signIn(
        _ credential: FoundCredential,
        rehashed: StoredPassword?,
        session: NewSession,
        forgiven: [ThrottleKey],
        event: AccountEvent
    ) async throws(StoreFailure) -> StartedSession? { throw .unavailable }
    func setPassword(
        _ password: NewPassword,
        knowing: FoundCredential?,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool { throw .unavailable }
    func removePassword(
        by session: TokenHash,
        rotatingTo token: TokenHash,
        while ways: WaysIn,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> PasswordRemoval { throw .unavailable }
    func begin(_ merge: AccountMergeID, by session: TokenHash, proof: MergeProof, freshFor: Duration)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func pendingMerge(of session: TokenHash) async throws(StoreFailure) -> PendingMerge? { throw .unavailable }
    func passSecondFactor(_ step: SecondStep, ofMergeBy session: TokenHash, event: AccountEvent, job: Job?)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func cancelMerge(by session: TokenHash) async throws(StoreFailure) { throw .unavailable }
    func merge(_ request: MergeRequest) async throws(StoreFailure) -> MergeResult { throw .unavailable }
    func unlink(_ identity: FederatedIdentityID, _ request: IdentityRequest)
        async throws(StoreFailure) -> IdentityChangeResult
    { throw .unavailable }
    func identityChanges(of user: UserID) async throws(StoreFailure) -> [IdentityChange] { throw .unavailable }
    func undo(_ change: IdentityChangeID, _ request: IdentityRequest)
        async throws(StoreFailure) -> IdentityChangeResult
    { throw .unavailable }
    func mailing(of change: IdentityChangeID) async throws(StoreFailure) -> IdentityChange? { throw .unavailable }
    func add(token: TokenHash, to change: IdentityChangeID) async throws(StoreFailure) -> Bool { throw .unavailable }
    func identityChange(behind token: TokenHash) async throws(StoreFailure) -> IdentityChange? { throw .unavailable }
    func undo(
        _ token: TokenHash,
        reaching ways: WaysIn,
        canReset: Bool,
        event: @Sendable (IdentityChange.Kind) -> AccountEvent,
        job: @Sendable (UserID) -> Job
    ) async throws(StoreFailure) -> IdentityChangeResult { throw .unavailable }
    func blockedIdentities(of user: UserID) async throws(StoreFailure) -> [BlockedIdentity] { throw .unavailable }
    func allow(_ blocked: BlockedIdentityID, by session: TokenHash, event: AccountEvent)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func endOtherSessions(of session: TokenHash, rotatingTo token: TokenHash, event: AccountEvent)
        async throws(StoreFailure) -> Int?
    { throw .unavailable }
    func credentials(of user: UserID) async throws(StoreFailure) -> CredentialOverview { throw .unavailable }
    func enqueue(_ job: Job) async throws(StoreFailure) { throw .unavailable }
    func recipient(at address: EmailAddress) async throws(StoreFailure) -> MailRecipient? { throw .unavailable }
    func address(of user: UserID) async throws(StoreFailure) -> EmailAddress? { throw .unavailable }
    func add(_ proof: Proof, token: TokenHash, code: TokenHash?, lifetime: Duration, since job: UUID?)
        async throws(StoreFailure)
    { throw .unavailable }
    func proof(_ token: TokenHash, for purpose: ProofPurpose) async throws(StoreFailure) -> Proof? {
        throw .unavailable
    }
    func reset(_ token: TokenHash, to password: NewPassword, event: AccountEvent, job: Job)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func signIn(_ token: TokenHash, browser: TokenHash, session: NewSession, event: AccountEvent)
        async throws(StoreFailure) -> StartedSession?
    { throw .unavailable }
    func tryCode(browser: TokenHash, code: @Sendable (TokenHash) -> TokenHash)
        async throws(StoreFailure) -> MailedCodeVerdict
    { throw .unavailable }
    func begin(
        _ change: EmailChangeID,
        to address: EmailAddress,
        of user: UserID,
        lifetime: Duration,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) { throw .unavailable }
    func cancelEmailChange(of user: UserID) async throws(StoreFailure) { throw .unavailable }
    func mailing(of change: EmailChangeID) async throws(StoreFailure)
        -> (user: UserID, address: EmailAddress, oldAddress: EmailAddress?, isHeld: Bool)?
    { throw .unavailable }
    func complete(
        _ token: TokenHash,
        by session: TokenHash,
        rotatingTo newToken: TokenHash,
        event: AccountEvent,
        job: @Sendable (_ user: UserID, _ old: EmailAddress, _ new: EmailAddress) -> Job
    ) async throws(StoreFailure) -> EmailChangeResult { throw .unavailable }
    func undo(_ token: TokenHash, event: AccountEvent) async throws(StoreFailure) -> EmailChangeResult {
        throw .unavailable
    }
    func factor(awaitedBy session: TokenHash) async throws(StoreFailure) -> StoredFactor? { throw .unavailable }
    func factor(of user: UserID) async throws(StoreFailure) -> StoredFactor? { throw .unavailable }
    func pass(_ step: SecondStep, session: TokenHash, rotatingTo new: NewSession, event: AccountEvent, job: Job?)
        async throws(StoreFailure) -> StartedSession?
    { throw .unavailable }
    func prepare(_ sealedSecret: [UInt8], of user: UserID) async throws(StoreFailure) -> Bool { throw .unavailable }
    func confirm(
        _ factor: StoredFactor,
        at step: Int64,
        recoveryCodes: [TokenHash],
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool { throw .unavailable }
    func replaceRecoveryCodes(_ codes: [TokenHash], by session: TokenHash, event: AccountEvent, job: Job)
        async throws(StoreFailure) -> Bool
    { throw .unavailable }
    func removeFactor(
        passing step: SecondStep,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> FactorRemoval { throw .unavailable }
}

/// Hashes nothing.
struct NoHasher: PasswordHasher {
    func hash(_ password: Password) async throws(HashingFailure) -> StoredPassword { throw .stopped }
    func verify(_ password: Password, against stored: StoredPassword?) async throws(HashingFailure) -> PasswordVerdict {
        throw .stopped
    }
}
