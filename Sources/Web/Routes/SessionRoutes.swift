import Accounts
import Flows
import HTTPTypes
import Hummingbird

/// `GET /v1/session`: who is this cookie or bearer? The hot path: one database round trip, always. `GET /v1/forward-auth`: the
/// same for a proxy that asks on behalf of an app. `DELETE /v1/session`: sign out.
struct SessionRoutes: Sendable {
    let checkSession: CheckSession
    let endSession: EndSession
    let cookies: Cookies
    let answers: Answers
    let permissions: RolePermissions
    let target: SignInTarget

    func register(on router: Router<RequestScope>) {
        router.get("/v1/session") { request, _ in
            // First: whoever presents nothing is nobody, whatever the query says.
            guard let token = PresentedToken.session(in: request.headers, cookies) else {
                throw Refusal.unauthenticated
            }
            let query = try SessionQuery(request.uri.query)
            guard let session = try await session(token) else { throw Refusal.unauthenticated }
            if let refusal = refusal(of: session, query.demand, returnTo: query.returnTo) { throw refusal }
            let body = SessionAnswer(session, permissions: permissions.permissions(of: session.user.roles))
            var response = answers.json(body.bytes)
            IdentityHeaders.append(session, to: &response.headers)
            return response
        }
        router.get("/v1/forward-auth") { request, _ in try await forwardAuth(request) }
        router.delete("/v1/session") { request, _ in
            guard let token = PresentedToken.session(in: request.headers, cookies) else {
                throw Refusal.unauthenticated
            }
            let ended = try await refusing { () async throws(FlowFailure) in try await endSession(token) }
            guard ended else { throw Refusal.unauthenticated }
            var response = Response(status: .noContent)
            response.headers[values: .setCookie] = [cookies.clearSession]
            return response
        }
    }

    private func session(_ token: SessionToken?) async throws -> LiveSession? {
        guard let token else { return nil }
        return try await refusing { () async throws(FlowFailure) in try await checkSession(token) }
    }

    /// Why a live session is not good enough; nil when it is.
    private func refusal(of session: LiveSession, _ demand: SessionDemand, returnTo: String?) -> Refusal? {
        switch demand.verdict(on: session) {
        case .met: nil
        case .roleMissing: .roleRequired
        case .tooWeak, .tooOld:
            .insufficientAuthentication(
                demand,
                signIn: target.stepUp(session, to: demand, returnTo: returnTo)
            )
        }
    }

    /// 200 with headers and no body; else 401 or 403, which is what nginx understands, or the redirect that Caddy and Traefik hand
    /// on. A program is never redirected: its `fetch` would read the sign-in page as the answer.
    private func forwardAuth(_ request: Request) async throws -> Response {
        let query = try SessionQuery(request.uri.query)
        let forwarded = ForwardedRequest(request.headers, publicOrigin: target.publicOrigin)
        let returnTo = query.returnTo ?? forwarded.address
        let found: Refusal
        if let session = try await session(PresentedToken.session(in: request.headers, cookies)) {
            guard let refusal = refusal(of: session, query.demand, returnTo: returnTo) else {
                var response = Response(status: .ok)
                IdentityHeaders.append(session, to: &response.headers)
                return response
            }
            found = refusal
        } else {
            found = Refusal.unauthenticated.leading(to: target.signIn(returnTo: returnTo))
        }
        guard let place = found.signIn, forwarded.isNavigation else { throw found.leading(to: nil) }
        if query.redirects { return answers.seeOther(place) }
        throw found
    }
}

extension Refusal {
    /// The same, with another way on for the person.
    func leading(to signIn: String?) -> Refusal {
        Refusal(status, code, sentence, nextStep: nextStep, challenge: challenge, signIn: signIn)
    }
}
