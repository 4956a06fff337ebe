/// What an administrator does to a user.
public enum UserChange: Sendable, Hashable {
    /// May not sign in any more, and every session ends.
    case disable
    /// May sign in again.
    case enable
    /// Every session ends, or the one of this id.
    case endSessions(SessionID?)
    /// These roles instead of all others; valid names, each once.
    case setRoles([String])
    /// Texts of JSON objects; nil leaves what is there.
    case setMetadata(publicly: String?, privately: String?)
    /// Goes, with everything that belongs to the user.
    case delete
}

/// What became of a change.
public enum UserChangeResult: Sendable, Hashable {
    /// It is done; how many sessions ended.
    case done(endedSessions: Int)
    /// There is no such user, or no such session of theirs.
    case noSuchUser
    /// The account was merged into this one: change that one.
    case merged(UserID)
    /// Somebody else proved the account's address and claimed it: nobody is let in there again.
    case claimed
}

/// Users, for administrators. Nothing that a user can reach writes through this (L-12).
public protocol UserStore: Sendable {
    /// Whoever has proven an address.
    func owner(of address: EmailAddress) async throws(StoreFailure) -> UserID?
    /// Carries out a change, under the user's lock, writes the event, if there is one, and tells the apps who is banned, let in
    /// again or gone, and who did it: of a deletion that is the only trace.
    func change(
        _ user: UserID,
        _ change: UserChange,
        by author: String,
        event: AccountEvent?
    ) async throws(StoreFailure) -> UserChangeResult
}
