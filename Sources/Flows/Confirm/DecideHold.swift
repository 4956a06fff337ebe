public import Accounts
import Jobs

/// An administrator's word about an arrival that the linking policy held: for the command and the administration interface alike.
public struct DecideHold: Sendable {
    /// What an arrival becomes.
    public enum Answer: Sendable, Hashable {
        /// A way in to this user's account.
        case link(UserID)
        /// A user of its own, without the address.
        case separate
        /// Nothing, and why.
        case deny(String)
    }

    private let store: any HeldArrivalStore
    private let providerNames: [String: String]
    private let undoFor: Duration
    private let unixTime: @Sendable () -> Int64

    /// - Parameters:
    ///   - providerNames: names of the providers by id, for mails.
    ///   - undoFor: how long the owner of an account can undo a link.
    public init(
        store: any HeldArrivalStore,
        providerNames: [String: String],
        undoFor: Duration = .seconds(7 * 86_400),
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.providerNames = providerNames
        self.undoFor = undoFor
        self.unixTime = unixTime
    }

    /// The arrivals of a status, oldest first.
    public func list(_ status: HeldArrival.Status = .pending, limit: Int) async throws(StoreFailure) -> [HeldArrival] {
        try await store.heldArrivals(status, limit: limit)
    }

    /// One arrival.
    public func arrival(_ id: HeldArrivalID) async throws(StoreFailure) -> HeldArrival? {
        try await store.heldArrival(id)
    }

    /// Decides. The account's owner is told about a way in that was added, and whoever arrived about the answer, if the provider
    /// has verified that the address is theirs.
    public func callAsFunction(
        _ id: HeldArrivalID,
        _ answer: Answer,
        by administrator: String
    ) async throws(StoreFailure) -> HoldResult {
        guard let held = try await store.heldArrival(id) else { return .notPending }
        let provider = held.identity.provider.description
        let name = providerNames[provider] ?? provider
        var work: [MailWork] = []
        let undoable = NewIdentityChange(id: freshID(), undoFor: undoFor)
        if case .link = answer { work.append(.identityChanged(undoable.id, provider: name)) }
        if let email = held.identity.email, email.evidence >= .verified {
            let isApproved = if case .deny = answer { false } else { true }
            work.append(.requestDecided(email.address, provider: name, isApproved: isApproved))
        }
        let jobs = work.map { work in
            let id: ID<Job> = freshID()
            return work.job(id: id.uuid)
        }
        switch answer {
        case .link(let user):
            return try await store.approve(
                id,
                .link(user, freshID(), undoable: undoable),
                by: administrator,
                jobs: jobs
            )
        case .separate:
            return try await store.approve(id, .separate(freshID(), freshID()), by: administrator, jobs: jobs)
        case .deny(let note):
            return try await store.deny(id, because: String(note.prefix(1000)), by: administrator, jobs: jobs)
        }
    }

    private func freshID<Kind>() -> ID<Kind> {
        .fresh(milliseconds: UInt64(clamping: unixTime()) * 1000)
    }
}
