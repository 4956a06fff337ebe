public import Accounts
import Cryptography
public import JSON
import OAuth

/// The form of a token exchange that hands out a provider's access token (RFC 8693): to an app that may have it, for a person whose
/// live token the app presents.
public struct UpstreamTokenExchange: UpstreamTokens {
    private let accessToken: PresentedAccessToken
    private let session: @Sendable (SessionToken) async throws(StoreFailure) -> LiveSession?
    private let source: any UpstreamTokenSource
    private let signInPage: String

    /// Creates it.
    /// - Parameters:
    ///   - accessToken: what an access token of ours stands for.
    ///   - session: the live session behind a session token.
    ///   - source: where the tokens come from.
    ///   - issuer: the public URL, without a slash at its end.
    public init(
        accessToken: PresentedAccessToken,
        session: @escaping @Sendable (SessionToken) async throws(StoreFailure) -> LiveSession?,
        source: any UpstreamTokenSource,
        issuer: String
    ) {
        self.accessToken = accessToken
        self.session = session
        self.source = source
        signInPage = issuer + "/sign-in"
    }

    /// Whoever the subject token stands for: a live session or grant, and whose it is.
    private struct Subject {
        let user: UserID
        let session: SessionID
    }

    /// Never a refresh token: what keeps a person's access alive stays here.
    public func token(
        for request: UpstreamTokenRequest,
        client: Client,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        guard let allowed = client.upstreamTokens[request.provider],
            client.providers?.contains(request.provider) ?? true
        else { throw OAuthFailure(.invalidTarget, "this client may not have tokens of this provider") }
        guard allowed.isSuperset(of: request.scope ?? []) else {
            throw OAuthFailure(.invalidScope, "scope is more than this client may have at this provider")
        }
        let subject = try await subject(of: request.subject.reveal(), client)
        let token: UpstreamToken
        do throws(UpstreamTokenFailure) {
            token = try await source.token(
                for: UpstreamTokenDemand(
                    user: subject.user,
                    session: subject.session,
                    provider: request.provider,
                    app: client.id.description,
                    allowed: allowed,
                    wanted: request.scope,
                    network: origin.network,
                    requestID: origin.requestID
                )
            )
        } catch {
            throw failure(error)
        }
        var members: JSONObject = [
            "access_token": .string(token.accessToken.reveal()),
            "issued_token_type": .string(ExchangedTokenType.accessToken.rawValue),
            "token_type": "Bearer",
        ]
        members["expires_in"] = token.expiresIn.map { .number(JSONNumber($0)) }
        members["scope"] = .string(token.scope.joined(separator: " "))
        return members
    }

    /// One answer for every subject token that is not good: unknown, expired, revoked, another app's.
    private func subject(of text: String, _ client: Client) async throws(OAuthFailure) -> Subject {
        let invalid = OAuthFailure.invalidRequest("the subject token is not valid here, or not valid any more")
        if let token = SessionToken(text) {
            // The key to the whole account: an app of somebody else has no business with it.
            guard client.isFirstParty else { throw invalid }
            let found = try await stored { () async throws(StoreFailure) in try await session(token) }
            guard let found, client.admits(provider: found.provider) else { throw invalid }
            return Subject(user: found.user.id, session: found.id)
        }
        guard let token = try await accessToken(text), token.grant.client.isExactly(client.id.description),
            client.admits(provider: token.grant.provider)
        else { throw invalid }
        return Subject(user: token.grant.user.id, session: token.grant.id)
    }

    private func failure(_ failure: UpstreamTokenFailure) -> OAuthFailure {
        switch failure {
        case .notKept: OAuthFailure(.invalidTarget, "tokens of this provider are not kept here")
        case .noIdentity: signInNeeded("the person has no identity at this provider", "no_identity")
        case .signInAgain: signInNeeded("nothing is kept that the provider still accepts", "sign_in_again")
        case .excess(let scopes):
            OAuthFailure(
                .invalidScope,
                "the token can do more than this client may, and cannot be narrowed: " + Self.listed(scopes)
            )
        case .notGranted(let scopes):
            signInNeeded("the person has not granted " + Self.listed(scopes), "scope_not_granted", .invalidScope)
        case .unavailable: .temporarilyUnavailable
        case .broken: OAuthFailure(.serverError, "something went wrong here")
        }
    }

    /// What only the person can change, and where.
    private func signInNeeded(
        _ why: String,
        _ reason: String,
        _ code: OAuthFailure.Code = .interactionRequired
    ) -> OAuthFailure {
        OAuthFailure(
            code,
            why + ": they have to sign in with it again, at the page named here or at /oauth/authorize with provider",
            reason: reason,
            interactionURI: signInPage
        )
    }

    /// Scopes came from a provider: only what an error_description may hold (RFC 6749 §5.2).
    private static func listed(_ scopes: [String]) -> String {
        let text = scopes.prefix(8).joined(separator: " ")
        return String(
            decoding: text.utf8.prefix(256).filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C },
            as: UTF8.self
        )
    }
}
