import Accounts
import AuthorizationServer
import Flows

/// The door for people who arrive without a browser: the token endpoint's side of ``ExchangeSignIn``.
struct ExchangeDoor: ExchangeArrivals {
    let exchange: ExchangeSignIn
    /// Where a person goes on who has to see a page.
    let signInPage: String
    let clients: any ClientStore

    func arrive(_ arrival: ExchangedArrival) async throws(OAuthFailure) {
        let client = arrival.client
        let completed: ExchangeSignIn.Completed
        do {
            completed = try await exchange(
                ExchangeSignIn.Request(
                    provider: arrival.provider,
                    credential: arrival.credential,
                    session: arrival.grant,
                    app: NewAppSession(
                        client: client.id.description,
                        scope: arrival.scope,
                        refreshToken: arrival.refreshToken,
                        accessToken: arrival.accessToken,
                        accessTokenLifetime: client.lifetimes.accessToken,
                        hasLogoutNotice: client.backchannelLogout != nil
                    ),
                    appName: client.name,
                    idleTimeout: client.lifetimes.idle,
                    absoluteTimeout: client.lifetimes.absolute,
                    isNonceOptional: client.isNonceOptional,
                    network: arrival.origin.network,
                    requestID: arrival.origin.requestID
                )
            )
        } catch {
            // The database gives nothing to an app that was removed before this node has heard of it. What it says is that something
            // was gone, as when the user was: so it is asked.
            if [.storeUnavailable, .contention].contains(error.code),
                (try? await clients.wasRemoved(client.id)) == true
            {
                throw .wrongCredentials
            }
            throw failure(error)
        }
        switch completed {
        case .signedIn: return
        case .awaitsSecondFactor:
            throw interaction("second_factor", "the account asks for a second step: use the authorization code flow")
        case .stopped(let outcome):
            throw interaction(outcome, "a person has to go on in a browser: use the authorization code flow")
        }
    }

    private func interaction(_ reason: String, _ description: String) -> OAuthFailure {
        OAuthFailure(.interactionRequired, description, reason: reason, interactionURI: signInPage)
    }

    /// RFC 8693 §2.2.2: whatever is wrong with the subject token is `invalid_request`.
    private func failure(_ failure: FlowFailure) -> OAuthFailure {
        func answer(_ code: OAuthFailure.Code, _ description: String) -> OAuthFailure {
            OAuthFailure(code, description, reason: failure.code.rawValue, retryAfter: failure.retryAfter)
        }
        switch failure.code {
        case .unknownProvider: return answer(.invalidRequest, "subject_issuer is no provider of this service")
        case .tokenNotExchangeable:
            return OAuthFailure(
                .invalidRequest,
                failure.detail == "no_id_tokens"
                    ? "this provider has no id_tokens"
                    : "this provider cannot say whose app an access_token was given to: use the authorization code flow",
                reason: failure.code.rawValue,
                interactionURI: signInPage
            )
        case .tokenRefused: return answer(.invalidRequest, "the provider does not know this token as one of ours")
        case .nonceRefused:
            return answer(.invalidRequest, "the id_token needs a nonce of POST /v1/nonces, each used once and in time")
        case .tokenReplayed: return answer(.invalidRequest, "the id_token was exchanged before")
        case .idTokenRefused: return answer(.invalidRequest, "the id_token failed a check: \(failure.detail)")
        case .identityUnusable: return answer(.invalidRequest, "the token does not say clearly whose it is")
        case .misconfigured: return answer(.serverError, "this provider is not set up correctly here")
        case .storeUnavailable: return .temporarilyUnavailable
        default:
            // What is left is the provider, or many changes at once: both pass.
            return OAuthFailure(
                .temporarilyUnavailable,
                "the provider cannot be asked, or is busy: try again",
                reason: failure.code.rawValue,
                retryAfter: failure.retryAfter ?? 2
            )
        }
    }
}
