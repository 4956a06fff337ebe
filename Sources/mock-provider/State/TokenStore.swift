import Synchronization

/// What an access or refresh token stands for.
struct Issued: Sendable {
    let person: Person
    let clientID: String
    let scope: [String]
    /// Milliseconds since 1970; `nil` lives until it is revoked.
    let expiresAt: Int64?
    /// See ``Grant/family``.
    let family: String
}

/// Access and refresh tokens that were handed out.
final class TokenStore: Sendable {
    /// What presenting a refresh token comes to.
    enum Renewal: Sendable {
        /// Good, and now spent.
        case valid(Issued)
        /// Spent before: its whole family is revoked.
        case replayed
        /// Never issued, or revoked.
        case unknown
    }

    private struct State {
        var access = Generations<Issued>(limit: 100_000)
        var refresh = Generations<Issued>(limit: 20_000)
        var spentRefresh = Generations<Issued>(limit: 20_000)
        var scopes = Generations<Set<String>>(limit: 20_000)
    }

    private let state = Mutex(State())

    /// Keeps an access token.
    func issue(access token: String, _ issued: Issued) {
        state.withLock { $0.access[token] = issued }
    }

    /// Keeps a refresh token.
    func issue(refresh token: String, _ issued: Issued) {
        state.withLock { $0.refresh[token] = issued }
    }

    /// Who is behind an access token.
    func owner(of token: String, now: Int64) -> Issued? {
        guard let issued = state.withLock({ $0.access[token] }) else { return nil }
        if let expiresAt = issued.expiresAt, expiresAt <= now { return nil }
        return issued
    }

    /// Spends a refresh token; a replay revokes the family.
    func renew(_ token: String) -> Renewal {
        state.withLock { state in
            if let spent = state.spentRefresh[token] {
                Self.revoke(family: spent.family, in: &state)
                return .replayed
            }
            guard let issued = state.refresh.take(token) else { return .unknown }
            state.spentRefresh[token] = issued
            return .valid(issued)
        }
    }

    /// What a refresh token stands for, unspent: Google's are good until they are revoked.
    func refreshable(_ token: String) -> Issued? {
        state.withLock { $0.refresh[token] }
    }

    /// Whether this person allows this client offline access for the first time; remembered.
    func isFirstOfflineConsent(_ key: String) -> Bool {
        state.withLock { state in
            let name = "offline\u{0}" + key
            defer { state.scopes[name] = [] }
            return state.scopes[name] == nil
        }
    }

    /// Revokes a token of either kind. False when it was not known.
    func revoke(_ token: String) -> Bool {
        state.withLock { state in
            if state.access.take(token) != nil { return true }
            guard let issued = state.refresh.take(token) else { return false }
            Self.revoke(family: issued.family, in: &state)
            return true
        }
    }

    /// Revokes everything that came from one consent.
    func revoke(family: String) {
        state.withLock { Self.revoke(family: family, in: &$0) }
    }

    /// Everything this person ever allowed this client, with this consent added (GitHub's scope stickiness).
    func rememberedScopes(_ key: String, adding scope: [String]) -> Set<String> {
        state.withLock { state in
            let all = (state.scopes[key] ?? []).union(scope)
            state.scopes[key] = all
            return all
        }
    }

    /// Forgets every token.
    func reset() {
        state.withLock { $0 = State() }
    }

    private static func revoke(family: String, in state: inout State) {
        state.access.removeAll { $0.family == family }
        state.refresh.removeAll { $0.family == family }
    }
}
