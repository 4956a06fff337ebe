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
            return noted(try await sessions.session(token.hash, lifetime: lifetime))
        } catch {
            throw FlowFailure(.checkSession, error)
        }
    }

    /// The same for a caller that is no task; `completion` gets the answer once, on a thread that others wait for, and
    /// must not block.
    public func callAsFunction(
        _ token: SessionToken,
        then completion: @escaping @Sendable (Result<LiveSession?, FlowFailure>) -> Void
    ) {
        sessions.session(token.hash, lifetime: lifetime) { result in
            completion(result.map(noted).mapError { FlowFailure(.checkSession, $0) })
        }
    }

    private func noted(_ session: LiveSession?) -> LiveSession? {
        if let session, session.needsTouch { sessions.touch(session.id) }
        return session
    }
}
