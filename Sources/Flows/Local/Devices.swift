public import Accounts

/// Where somebody is signed in: to see it, and to end one session or all others (ASVS 7.5.2).
public struct Devices: Sendable {
    /// What became of a session that somebody wanted ended.
    public enum Ending: Sendable, Hashable {
        /// It was the visitor's own.
        case own
        /// It was another one of theirs.
        case other
        /// They have no such session: over already, never there, or somebody else's.
        case none
    }

    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "devices")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Live sessions of a user, the one used last first.
    public func list(of user: UserID) async throws(FlowFailure) -> [ListedSession] {
        try await services.storing(.checkSession) { () async throws(StoreFailure) in
            try await services.store.liveSessions(of: user)
        }
    }

    /// Ends one session of the visitor. Any but the visitor's own needs a fresh session, so that a stolen one is no way to keep
    /// the owner out (H09).
    public func end(_ session: SessionID, _ visitor: Visitor) async throws(FlowFailure) -> Ending {
        try await metrics.measured { () async throws(FlowFailure) in
            let present = try await services.signedIn(visitor, fresh: false, .endSession).session
            let isOwn = present.id == session
            guard isOwn || present.isFresh else { throw FlowFailure(.endSession, .freshSignInRequired) }
            let ended = try await services.storing(.endSession) { () async throws(StoreFailure) in
                try await services.store.end(
                    session,
                    of: present.user.id,
                    event: services.event(.sessionEnded, visitor)
                )
            }
            return !ended ? .none : isOwn ? .own : .other
        }
    }

    /// Signs the visitor out everywhere but here; this session gets a new token. Needs a fresh session, like ending one (H09).
    public func endOthers(_ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            let (_, token) = try await services.signedIn(visitor, fresh: true, .endSession)
            let rotated = SessionToken.generate()
            let ended = try await services.storing(.endSession) { () async throws(StoreFailure) in
                try await services.store.endOtherSessions(
                    of: token.hash,
                    rotatingTo: rotated.hash,
                    event: services.event(.otherSessionsEnded, visitor)
                )
            }
            guard ended != nil else { throw FlowFailure(.endSession, .signInRequired) }
            return rotated
        }
    }
}
