public import Accounts

/// Signing out, here or everywhere. Providers are not told: Google, GitHub and X have no end-session endpoint (K01).
public struct EndSession: Sendable {
    private let sessions: any SessionStore

    /// Creates the flow.
    public init(sessions: any SessionStore) {
        self.sessions = sessions
    }

    /// Ends this session; false when it was over already.
    public func callAsFunction(_ token: SessionToken) async throws(FlowFailure) -> Bool {
        do {
            return try await sessions.end(token.hash)
        } catch {
            throw FlowFailure(.endSession, error)
        }
    }

    /// Ends every session of this session's user.
    public func everywhere(_ token: SessionToken) async throws(FlowFailure) -> Int {
        do {
            return try await sessions.endAll(ofUserBehind: token.hash)
        } catch {
            throw FlowFailure(.endSession, error)
        }
    }
}

extension FlowFailure {
    /// A store's failure at a step.
    init(_ step: FlowStep, _ failure: StoreFailure, provider: ProviderID? = nil) {
        self.init(step, .storeUnavailable, detail: failure.rawValue, provider: provider, retryAfter: 2)
    }
}
