import Accounts
import AuthorizationServer
import Flows
import Logging

/// The door for people who arrive without a browser: the token endpoint's side of ``ExchangeSignIn``.
struct ExchangeDoor: ExchangeArrivals {
    let exchange: ExchangeSignIn
    /// Where a person goes on who has to see a page.
    let signInPage: String
    let logger: Logger
    let clients: any ClientStore

    func arrive(_ arrival: ExchangedArrival) async throws(OAuthFailure) {
        let client = arrival.client
        let lifetimes = client.lifetimes
        // Without a refresh token nothing keeps the session up, and nothing needs it for longer.
        let mayRefresh = arrival.refreshToken != nil
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
                        accessTokenLifetime: lifetimes.accessToken,
                        hasLogoutNotice: client.backchannelLogout != nil
                    ),
                    appName: client.name,
                    idleTimeout: mayRefresh ? lifetimes.idle : lifetimes.accessToken,
                    absoluteTimeout: mayRefresh ? lifetimes.absolute : lifetimes.accessToken,
                    isNonceOptional: client.isNonceOptional,
                    audiences: client.exchangeAudiences,
                    // A backend's own address says nothing about the person.
                    network: client.isPublic ? arrival.origin.network : nil,
                    requestID: arrival.origin.requestID
                )
            )
        } catch {
            var metadata: Logger.Metadata = ["step": "\(error.step.rawValue)", "error": "\(error.code.rawValue)"]
            if !error.detail.isEmpty { metadata["detail"] = "\(error.detail)" }
            note(arrival, metadata)
            // The database gives nothing to an app that was removed before this node has heard of it. What it says is that something
            // was gone, as when the user was: so it is asked.
            if [.storeUnavailable, .contention].contains(error.code),
                (try? await clients.wasRemoved(client.id)) == true
            {
                throw .wrongCredentials
            }
            throw failure(error)
        }
        note(arrival, ["outcome": "\(completed.name)"])
        switch completed {
        case .signedIn: return
        case .awaitsSecondFactor:
            throw interaction("second_factor", "the account asks for a second step: use the authorization code flow")
        case .stopped(let outcome):
            throw interaction(outcome, "a person has to go on in a browser: use the authorization code flow")
        }
    }

    /// Every exchange leaves one line that says what came of it, as a sign-in in a browser does (M02).
    private func note(_ arrival: ExchangedArrival, _ outcome: Logger.Metadata) {
        let metadata: Logger.Metadata = [
            "request_id": "\(arrival.origin.requestID)", "client": "\(arrival.client.id)",
            "provider": "\(arrival.provider)", "network": "\(arrival.origin.network ?? "unknown")",
        ]
        logger.info("token exchange", metadata: metadata.merging(outcome) { first, _ in first })
    }

    private func interaction(_ reason: String, _ description: String) -> OAuthFailure {
        OAuthFailure(.interactionRequired, description, reason: reason, interactionURI: signInPage)
    }

    /// RFC 8693 §2.2.2: whatever is wrong with the subject token is `invalid_request`.
    private func failure(_ failure: FlowFailure) -> OAuthFailure {
        func answer(_ code: OAuthFailure.Code, _ description: String) -> OAuthFailure {
            OAuthFailure(code, description, reason: failure.code.rawValue, retryAfter: failure.retryAfter)
        }
        if failure.wayForward == .signInAgain { return .beginAgain(reason: failure.code.rawValue) }
        switch failure.code {
        case .unknownProvider: return answer(.invalidRequest, "subject_issuer is no provider of this service")
        case .tokenNotExchangeable:
            return OAuthFailure(
                .invalidRequest,
                Self.notExchangeable(failure.detail),
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
    private static func notExchangeable(_ detail: String) -> String {
        switch detail {
        case "no_id_tokens": "this provider has no id_tokens"
        case "id_token_not_enough":
            "an id_token alone does not say who somebody is at this provider: use the authorization code flow in a browser"
        default: "this provider cannot say whose app an access_token was given to: use the authorization code flow"
        }
    }
}
