/// What somebody who asks about a session wants of it, beyond its being live.
public struct SessionDemand: Sendable, Hashable {
    /// At most this many seconds since the person last proved who they are; nil for any time.
    public let maximumAge: Int64?
    /// At least this level; nil for any.
    public let level: AuthenticationLevel?
    /// One of these roles; empty for anybody.
    public let roles: [String]

    /// What a session is worth to whoever asked.
    public enum Verdict: Sendable, Hashable {
        /// Good enough.
        case met
        /// The person has none of the roles; signing in again would not help.
        case roleMissing
        /// Too few factors; signing in again with the second step helps where there is one.
        case tooWeak
        /// The person has to prove again who they are.
        case tooOld
    }

    /// Nothing but a live session.
    public static let none = SessionDemand()

    /// Creates a demand.
    public init(maximumAge: Int64? = nil, level: AuthenticationLevel? = nil, roles: [String] = []) {
        self.maximumAge = maximumAge
        self.level = level
        self.roles = roles
    }

    /// Judges a session by the database's clock, at the moment it was read. What signing in again cannot mend comes first.
    public func verdict(on session: LiveSession) -> Verdict {
        guard roles.isEmpty || roles.contains(where: { session.user.roles.contains($0) }) else { return .roleMissing }
        if let level, session.level < level { return .tooWeak }
        if let maximumAge {
            let age = session.readAt.microseconds - session.authenticatedAt.microseconds
            let (limit, isEndless) = maximumAge.multipliedReportingOverflow(by: 1_000_000)
            guard isEndless || age <= limit else { return .tooOld }
        }
        return .met
    }
}
