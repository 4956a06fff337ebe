import Synchronization

/// What a person allowed: everything the token endpoint has to compare with (RFC 6749 §4.1.3, RFC 7636 §4.6).
struct Grant: Sendable {
    let person: Person
    let clientID: String
    let redirectURI: String
    let scope: [String]
    let nonce: String?
    let challenge: String?
    let challengeMethod: String?
    /// Milliseconds since 1970.
    let issuedAt: Int64
    /// Ties together everything that comes from one consent, so that a replay can take all of it back.
    let family: String
    /// Google: whether the consent is to give a refresh token (`access_type=offline`), and whether it was asked for anew.
    var isOffline = false
    var asksConsent = false
}

/// Authorization codes: each is worth one exchange, for a short time.
final class CodeStore: Sendable {
    /// What presenting a code comes to.
    enum Redemption: Sendable {
        /// The first time, in time.
        case valid(Grant)
        /// Never issued here.
        case unknown
        /// Presented before; what it gave is to be taken back (RFC 6749 §4.1.2).
        case used(Grant)
        /// Too late.
        case expired(Grant)
    }

    private struct State {
        var live = Generations<Grant>(limit: 100_000)
        var spent = Generations<Grant>(limit: 20_000)
    }

    private let state = Mutex(State())

    /// Keeps what a new code is worth.
    func issue(_ code: String, _ grant: Grant) {
        state.withLock { $0.live[code] = grant }
    }

    /// Spends a code: of any number of concurrent calls exactly one gets `valid`.
    func redeem(_ code: String, now: Int64, lifetime: Int64) -> Redemption {
        state.withLock { state in
            if let grant = state.spent[code] { return .used(grant) }
            guard let grant = state.live.take(code) else { return .unknown }
            state.spent[code] = grant
            return now - grant.issuedAt > lifetime * 1000 ? .expired(grant) : .valid(grant)
        }
    }

    /// Forgets every code.
    func reset() {
        state.withLock { $0 = State() }
    }
}
