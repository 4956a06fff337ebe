import Accounts
import Cryptography
import JOSE
import Logging
import Metrics
import OAuth
import OpenIDConnect
import Providers

/// One refresh, under a lease (C14). The refresh token goes out once: a rotating provider takes a second use for theft and ends
/// everything that came of the sign-in.
struct RefreshUpstreamToken: Sendable {
    let services: SignInServices
    let vault: UpstreamVault
    let store: any UpstreamTokenStore
    let logger: Logger
    let configured: ConfiguredProvider
    let endpoints: ResolvedEndpoints
    let stored: StoredUpstreamTokens
    let lease: UpstreamLeaseID

    private var provider: Provider { configured.provider }

    /// Asks the provider and writes down what came of it. Counted: `latchkey_upstream_refreshes_total{provider,outcome}`.
    func callAsFunction(with refreshToken: Secret) async -> UpstreamRefreshEnd {
        let (end, outcome) = await asked(refreshToken)
        Counter(
            label: "latchkey_upstream_refreshes_total",
            dimensions: [("provider", provider.id.description), ("outcome", outcome)]
        ).increment()
        if end == .refused || end == .failed {
            logger.warning(
                "a provider's token was not refreshed",
                metadata: ["provider": "\(provider.id)", "code": "\(outcome)"]
            )
        }
        return await written(end) ? end : .failed
    }

    private func asked(_ refreshToken: Secret) async -> (UpstreamRefreshEnd, outcome: String) {
        // First, because without them an answer could not be judged, and the refresh token would be spent.
        let source = provider.keySetSource(endpoints)
        var keys: JWKSet?
        if let source {
            do {
                keys = try await services.keySets.keys(for: source)
            } catch {
                return (.failed, "keys_" + error.code)
            }
        }
        let request = provider.refreshRequest(
            refreshToken: refreshToken,
            client: configured.client,
            endpoints: endpoints
        )
        let response: OutboundResponse
        do {
            response = try await services.transport.send(request)
        } catch {
            // If it had arrived, the token is used up, and trying again later costs nothing more.
            return (.failed, error.rawValue)
        }
        let tokens: TokenResponse
        do {
            tokens = try TokenResponse.parse(response)
        } catch {
            return (provider.isFinal(error) ? .refused : .failed, error.code)
        }
        guard await isAboutTheSame(tokens, source, keys) else { return (.refused, "id_token_refused") }
        let scope = provider.grantedScope(tokens, before: stored.scope)
        return (.renewed(vault.seal(tokens, scope: scope, of: stored.key, at: provider.id)), "renewed")
    }

    /// An ID token that comes along has to be about the same person (OpenID Connect Core 1.0 §12.2, C15): a token of somebody else
    /// is handed to nobody. Most providers send none.
    private func isAboutTheSame(_ tokens: TokenResponse, _ source: KeySetSource?, _ keys: JWKSet?) async -> Bool {
        guard let idToken = tokens.idToken, let source, let keys,
            let expectation = provider.refreshedIDTokenExpectation(
                client: configured.client,
                accessToken: tokens.accessToken
            )
        else { return true }
        func subject(_ keys: JWKSet) -> String? {
            let now = services.unixTime()
            return try? IDTokenVerifier.verify(idToken, keys: keys, expecting: expectation, now: now).subject
        }
        var answered = subject(keys)
        if answered == nil, let newer = await services.keySets.keysAfterUnknownKeyID(for: source) {
            answered = subject(newer)
        }
        return answered.map { $0.utf8.elementsEqual(stored.key.subject.utf8) } ?? false
    }

    /// The provider may have spent the old refresh token for this answer, so a database that is away for a moment must not lose it.
    private func written(_ end: UpstreamRefreshEnd) async -> Bool {
        for attempt in 1...5 {
            do {
                try await store.end(lease, of: stored, with: end)
                return true
            } catch {
                try? await Task.sleep(for: .milliseconds(200 * attempt))
            }
        }
        logger.error("a refreshed token could not be stored", metadata: ["provider": "\(provider.id)"])
        return false
    }
}
