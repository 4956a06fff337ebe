import Accounts
import Flows
import HTTPTypes
import Hummingbird

/// `GET /v1/session`: who is this cookie or bearer? The hot path: one database round trip, always.
struct SessionRoutes: Sendable {
    let checkSession: CheckSession
    let endSession: EndSession
    let cookies: Cookies
    let answers: Answers

    func register(on router: Router<RequestScope>) {
        router.get("/v1/session") { request, _ in
            guard let token = PresentedToken.session(in: request.headers, cookies) else {
                throw Refusal.unauthenticated
            }
            let session = try await refusing { () async throws(FlowFailure) in try await checkSession(token) }
            guard let session else { throw Refusal.unauthenticated }
            return answers.json(SessionAnswer(session).bytes)
        }
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
}
