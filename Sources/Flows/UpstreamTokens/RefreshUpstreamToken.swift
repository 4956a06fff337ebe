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
    let keys: (source: KeySetSource, set: JWKSet)?
    let stored: StoredUpstreamTokens
    let lease: UpstreamLease

    private var provider: Provider { configured.provider }

    /// Asks the provider and writes down what came of it. Counted: `latchkey_upstream_refreshes_total{provider,outcome}`.
    func callAsFunction(with refreshToken: UpstreamVault.Content) async {
        let (end, outcome) = await asked(refreshToken)
        Counter(
            label: "latchkey_upstream_refreshes_total",
            dimensions: [("provider", provider.id.description), ("outcome", outcome)]
        ).increment()
        if case .renewed = end {
        } else {
            logger.warning(
                "a provider's token was not refreshed",
                metadata: ["provider": "\(provider.id)", "code": "\(outcome)"]
            )
        }
        _ = await RecordRefresh(store: store, logger: logger, lease: lease, stored: stored)(end)
    }

    private func asked(_ refreshToken: UpstreamVault.Content) async -> (UpstreamRefreshEnd, outcome: String) {
        guard lease.allowsSending(at: ContinuousClock.now) else { return (.failed(rotated: nil), "lease_too_short") }
        let request = provider.refreshRequest(
            refreshToken: refreshToken.token,
            client: configured.client,
            endpoints: endpoints
        )
        let response: OutboundResponse
        do {
            response = try await services.transport.send(request)
        } catch {
            // If it had arrived, the token is used up, and trying again later costs nothing more.
            return (.failed(rotated: nil), error.rawValue)
        }
        let tokens: TokenResponse
        do {
            tokens = try TokenResponse.parse(response)
        } catch {
            return (provider.isFinal(error) ? .refused : .failed(rotated: nil), error.code)
        }
        // No word about it means that of the refresh token that was sent, whatever a later sign-in was granted (RFC 6749 §6).
        let scope = provider.grantedScope(tokens, before: refreshToken.scope)
        switch await subject(tokens) {
        case .same:
            let sealed = vault.seal(
                tokens,
                scope: scope,
                of: stored.key,
                at: provider.id,
                now: services.unixTime()
            )
            return (.renewed(sealed), "renewed")
        case .another: return (.refused, "id_token_subject")
        case .unknown(let code):
            // Nobody gets this access token. But the refresh token may be the only one that is good now.
            let rotated = vault.sealedRefreshToken(tokens, scope: scope, of: stored.key, at: provider.id)
            return (.failed(rotated: rotated), "id_token_" + code)
        }
    }

    /// Whom a refreshed token is about.
    private enum Subject {
        case same
        case another
        /// The ID token could not be verified: our keys or clocks may be as wrong as the token.
        case unknown(String)
    }

    /// An ID token that comes along has to be about the same person (OpenID Connect Core 1.0 §12.2, C15): a token of somebody else
    /// is handed to nobody. Most providers send none.
    private func subject(_ tokens: TokenResponse) async -> Subject {
        guard let idToken = tokens.idToken,
            let expectation = provider.refreshedIDTokenExpectation(
                client: configured.client,
                accessToken: tokens.accessToken
            )
        else { return .same }
        guard let keys else { return .unknown("no_key_set") }
        do throws(IDTokenFault) {
            let now = services.unixTime()
            let claims: IDTokenClaims
            do throws(IDTokenFault) {
                claims = try IDTokenVerifier.verify(idToken, keys: keys.set, expecting: expectation, now: now)
            } catch {
                guard let newer = await services.keySets.keysAfterUnknownKeyID(for: keys.source) else { throw error }
                claims = try IDTokenVerifier.verify(idToken, keys: newer, expecting: expectation, now: now)
            }
            return claims.subject.utf8.elementsEqual(stored.key.subject.utf8) ? .same : .another
        } catch {
            return .unknown(error.code)
        }
    }
}
