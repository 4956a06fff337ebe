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
            guard let token = presentedToken(in: request.headers) else { throw Refusal.unauthenticated }
            let session = try await refusing { () async throws(FlowFailure) in try await checkSession(token) }
            guard let session else { throw Refusal.unauthenticated }
            return answers.json(SessionAnswer(session).bytes)
        }
        router.delete("/v1/session") { request, _ in
            guard let token = presentedToken(in: request.headers) else { throw Refusal.unauthenticated }
            let ended = try await refusing { () async throws(FlowFailure) in try await endSession(token) }
            guard ended else { throw Refusal.unauthenticated }
            var response = Response(status: .noContent)
            response.headers[values: .setCookie] = [cookies.clearSession]
            return response
        }
    }

    /// A bearer (RFC 6750 §2.1) if an `Authorization` header came, else the cookie: never both, never the query (F01).
    private func presentedToken(in headers: HTTPFields) -> SessionToken? {
        let authorization = headers[values: .authorization]
        guard let value = authorization.first else { return cookies.session(in: headers) }
        let scheme = value.utf8.prefix(7)
        guard authorization.count == 1, value.utf8.count > 7, scheme.last == UInt8(ascii: " "),
            scheme.elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        return SessionToken(String(Substring(value.utf8.dropFirst(7))))
    }
}
