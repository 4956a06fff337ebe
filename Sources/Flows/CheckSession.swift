public import Accounts

/// Who is this session?
public struct CheckSession: Sendable {
    private let sessions: any SessionStore
    private let lifetime: SessionLifetime

    /// Creates the flow.
    public init(sessions: any SessionStore, lifetime: SessionLifetime) {
        self.sessions = sessions
        self.lifetime = lifetime
    }

    /// The live session behind a token, read from the database every time, so that a revocation on any node counts at
    /// once on all. Now and then, at most once per touch interval and session, its use is written down as well.
    public func callAsFunction(_ token: SessionToken) async throws(FlowFailure) -> LiveSession? {
        do {
            guard let session = try await sessions.session(token.hash, lifetime: lifetime) else { return nil }
            // The answer stands even if its use cannot be written down.
            if session.needsTouch { try? await sessions.touch(session.id) }
            return session
        } catch {
            throw FlowFailure(.checkSession, error)
        }
    }
}
