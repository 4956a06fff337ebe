import Accounts
import Cryptography
import JOSE
import JSON
import OAuth
import OpenIDConnect
import Providers

/// A code that passed every check of the callback, ready to be exchanged once.
struct AuthorizationCode: Sendable {
    let value: Secret

    init(_ value: Secret) { self.value = value }
}

/// What came of a conversation: who it is, and what is kept of what the provider gave.
struct ProviderWord: Sendable {
    let identity: AssertedIdentity
    let tokens: SealedUpstreamTokens?
}

/// `exchange_code → verify_id_token → fetch_profile → map_claims`: what is said between us and the provider, after the
/// browser has brought the code. The tokens live only here and are dropped at the end, but where the operator has them kept: then
/// they leave sealed (C13).
struct ProviderConversation: Sendable {
    private let services: SignInServices

    init(_ services: SignInServices) {
        self.services = services
    }

    func word(
        behind code: AuthorizationCode,
        at configured: ConfiguredProvider,
        endpoints: ResolvedEndpoints,
        transaction: SignInTransaction,
        secrets: TransactionSecrets
    ) async throws(FlowFailure) -> ProviderWord {
        let tokens = try await exchange(code, configured, endpoints, transaction, secrets)
        let claims = try await verifyIDToken(tokens, configured, endpoints, secrets)
        let collection = try await fetchProfile(tokens.accessToken, configured, endpoints)
        let identity = try mapClaims(claims, answers: collection.answers, configured)
        return ProviderWord(identity: identity, tokens: kept(tokens, of: identity, at: configured))
    }

    // MARK: map_claims

    func mapClaims(
        _ claims: IDTokenClaims?,
        answers: [String: JSONValue],
        _ configured: ConfiguredProvider
    ) throws(FlowFailure) -> AssertedIdentity {
        do {
            return try configured.provider.mapClaims(idToken: claims, answers: answers)
        } catch {
            throw FlowFailure(.mapClaims, .identityUnusable, detail: error.code, provider: configured.provider.id)
        }
    }

    private func kept(
        _ tokens: TokenResponse,
        of identity: AssertedIdentity,
        at configured: ConfiguredProvider
    ) -> SealedUpstreamTokens? {
        guard configured.keepsTokens, let vault = services.vault else { return nil }
        let scope = configured.provider.grantedScope(tokens)
        return vault.seal(tokens, scope: scope, of: identity.key, at: configured.provider.id)
    }

    // MARK: exchange_code

    /// Sent once, never again: a code is single-use, and a repeated one revokes what it issued (C12).
    private func exchange(
        _ code: AuthorizationCode,
        _ configured: ConfiguredProvider,
        _ endpoints: ResolvedEndpoints,
        _ transaction: SignInTransaction,
        _ secrets: TransactionSecrets
    ) async throws(FlowFailure) -> TokenResponse {
        let request = configured.provider.tokenRequest(
            code: code.value,
            verifier: secrets.verifier,
            client: configured.client,
            redirectURI: transaction.redirectURI,
            endpoints: endpoints
        )
        let response = try await send(request, step: .exchangeCode, configured.provider.id)
        do {
            return try TokenResponse.parse(response)
        } catch {
            throw FlowFailure(
                .exchangeCode,
                error.flowCode,
                detail: error.code,
                provider: configured.provider.id,
                retryAfter: error.retryAfter
            )
        }
    }

    // MARK: verify_id_token

    private func verifyIDToken(
        _ tokens: TokenResponse,
        _ configured: ConfiguredProvider,
        _ endpoints: ResolvedEndpoints,
        _ secrets: TransactionSecrets
    ) async throws(FlowFailure) -> IDTokenClaims? {
        let provider = configured.provider
        guard
            let expectation = provider.idTokenExpectation(
                client: configured.client,
                nonce: Secret(secrets.nonce),
                accessToken: tokens.accessToken
            )
        else { return nil }
        guard let token = tokens.idToken else {
            throw FlowFailure(.verifyIDToken, .idTokenRefused, detail: "missing_id_token", provider: provider.id)
        }
        return try await verify(token, expectation, configured, endpoints)
    }

    func verify(
        _ token: Secret,
        _ expectation: IDTokenExpectation,
        _ configured: ConfiguredProvider,
        _ endpoints: ResolvedEndpoints
    ) async throws(FlowFailure) -> IDTokenClaims {
        let provider = configured.provider
        func failure(_ code: FlowCode, _ detail: String) -> FlowFailure {
            FlowFailure(.verifyIDToken, code, detail: detail, provider: provider.id)
        }
        guard let source = provider.keySetSource(endpoints) else { throw failure(.misconfigured, "no_key_set") }
        let keys: JWKSet
        do {
            keys = try await services.keySets.keys(for: source)
        } catch {
            throw failure(error.flowCode, "keys_" + error.code)
        }
        do throws(IDTokenFault) {
            do throws(IDTokenFault) {
                return try IDTokenVerifier.verify(token, keys: keys, expecting: expectation, now: services.unixTime())
            } catch  where Self.mayBeNewKey(error, token) {
                // The provider may have changed its keys a moment ago: look once more, then refuse (E05).
                guard let newer = await services.keySets.keysAfterUnknownKeyID(for: source) else { throw error }
                return try IDTokenVerifier.verify(token, keys: newer, expecting: expectation, now: services.unixTime())
            }
        } catch {
            throw failure(.idTokenRefused, error.code)
        }
    }

    /// A key id that the set does not have; or no key id at all, where a new key only shows as a signature that does not fit.
    private static func mayBeNewKey(_ fault: IDTokenFault, _ token: Secret) -> Bool {
        if fault.isUnknownKeyID { return true }
        guard case .signature(.badSignature) = fault else { return false }
        return (try? JWS.unverifiedHeader(token.reveal()))?.kid == nil
    }

    // MARK: check_token

    /// Whose access token it is, at the provider, if it was given to us.
    func owner(
        of accessToken: Secret,
        _ check: TokenCheck,
        _ configured: ConfiguredProvider
    ) async throws(FlowFailure) -> String {
        let provider = configured.provider.id
        guard let request = check.outbound(accessToken: accessToken, client: configured.client) else {
            throw FlowFailure(.checkToken, .misconfigured, detail: "token_check_url", provider: provider)
        }
        let response = try await send(request, step: .checkToken, provider)
        do {
            return try check.read(response, client: configured.client)
        } catch {
            throw FlowFailure(
                .checkToken,
                error.flowCode,
                detail: error.code,
                provider: provider,
                retryAfter: error.retryAfter
            )
        }
    }

    // MARK: fetch_profile

    func fetchProfile(
        _ accessToken: Secret,
        _ configured: ConfiguredProvider,
        _ endpoints: ResolvedEndpoints
    ) async throws(FlowFailure) -> ProfileCollection {
        let provider = configured.provider
        var collection = ProfileCollection(provider.profileRequests(endpoints), accessToken: accessToken)
        while let request = collection.next() {
            let response = try await send(request, step: .fetchProfile, provider.id)
            do {
                try collection.receive(response)
            } catch {
                throw FlowFailure(
                    .fetchProfile,
                    error.flowCode,
                    detail: error.code,
                    provider: provider.id,
                    retryAfter: error.retryAfter
                )
            }
        }
        return collection
    }

    private func send(
        _ request: OutboundRequest,
        step: FlowStep,
        _ provider: ProviderID
    ) async throws(FlowFailure) -> OutboundResponse {
        do {
            return try await services.transport.send(request)
        } catch {
            throw FlowFailure(step, error.flowCode, detail: error.rawValue, provider: provider)
        }
    }
}
