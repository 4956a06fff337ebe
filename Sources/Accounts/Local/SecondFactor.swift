public import Jobs

/// A second factor as stored: the secret is sealed.
public struct StoredFactor: Sendable, Hashable {
    /// Whose.
    public let user: UserID
    /// The sealed secret.
    public let sealedSecret: [UInt8]
    /// The last time step that was accepted.
    public let lastStep: Int64
    /// Whether it is in force.
    public let isConfirmed: Bool
    /// Whether it was made in the last ten minutes.
    public let isRecent: Bool

    /// Creates a stored factor.
    public init(user: UserID, sealedSecret: [UInt8], lastStep: Int64, isConfirmed: Bool, isRecent: Bool) {
        self.isRecent = isRecent
        self.user = user
        self.sealedSecret = sealedSecret
        self.lastStep = lastStep
        self.isConfirmed = isConfirmed
    }
}

/// What proves the second step.
public enum SecondStep: Sendable, Hashable {
    /// A one-time password of this time step, compared already; the store accepts each step once (P-12).
    case timeStep(Int64)
    /// A recovery code's hash; the store uses it up.
    case recoveryCode(TokenHash)
}

/// Second factors.
public protocol SecondFactorStore: Sendable {
    /// The factor that a session waits for; nil when it does not wait, or is over.
    func factor(awaitedBy session: TokenHash) async throws(StoreFailure) -> StoredFactor?
    /// A user's factor, in force or not.
    func factor(of user: UserID) async throws(StoreFailure) -> StoredFactor?
    /// Passes the second step: the step is used up, and the waiting session opens under a new token. Nil when the step or the
    /// session is used up already.
    func pass(_ step: SecondStep, session: TokenHash, rotatingTo session: NewSession, event: AccountEvent, job: Job?)
        async throws(StoreFailure) -> StartedSession?
    /// Stores a secret that is being set up, in place of one that never was in force. False when one is in force, or the
    /// account has no proven address (O-5).
    func prepare(_ sealedSecret: [UInt8], of user: UserID) async throws(StoreFailure) -> Bool
    /// Puts this very prepared factor in force: the step is used up, every other session ends, this one gets the new token.
    func confirm(
        _ factor: StoredFactor,
        at step: Int64,
        recoveryCodes: [TokenHash],
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool
    /// Replaces the recovery codes. False when there is no factor in force or the session is over.
    func replaceRecoveryCodes(_ codes: [TokenHash], by session: TokenHash, event: AccountEvent, job: Job)
        async throws(StoreFailure) -> Bool
    /// Removes the factor for whoever passes its step once more; every other session ends. Refused while the password is too
    /// short to stand alone.
    func removeFactor(
        passing step: SecondStep,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> FactorRemoval
}

/// What became of a removal.
public enum FactorRemoval: Sendable, Hashable {
    /// Removed.
    case removed
    /// The password is too short to stand alone: choose a longer one first.
    case passwordTooShort
    /// The step is not right, or used up.
    case wrongStep
    /// There is none in force, or the session is over.
    case nothingToRemove
}

/// Everything local accounts keep.
public typealias LocalAccountStore = AccountMergeStore & CredentialStore & EmailChangeStore & IdentityChangeStore
    & ProofStore
    & RegistrationStore & SecondFactorStore & SessionListStore & ThrottleStore
