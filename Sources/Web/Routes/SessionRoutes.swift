import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

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
            return answers.json(SessionAnswer.text(session))
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
        guard authorization.count == 1, value.utf8.count > 7, value.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return SessionToken(String(value.dropFirst(7)))
    }
}

/// The body of `GET /v1/session`.
enum SessionAnswer {
    static func text(_ session: LiveSession) -> String {
        let user = session.user
        let body = JSONValue.object(
            JSONObject([
                (
                    "user",
                    .object(
                        JSONObject([
                            ("id", .string(user.id.description)),
                            ("name", optional(user.displayName)),
                            ("email", optional(user.email)),
                            ("email_verified", .bool(user.emailVerified)),
                            ("roles", .array(user.roles.map { .string($0) })),
                        ])
                    )
                ),
                (
                    "session",
                    .object(
                        JSONObject([
                            ("id", .string(session.id.description)),
                            ("created_at", .string(PageTime(unixSeconds: session.createdAt.seconds).machineForm)),
                            (
                                "authenticated_at",
                                .string(PageTime(unixSeconds: session.authenticatedAt.seconds).machineForm)
                            ),
                            ("expires_at", .string(PageTime(unixSeconds: session.expiresAt.seconds).machineForm)),
                            (
                                "idle_expires_at",
                                .string(PageTime(unixSeconds: session.idleExpiresAt.seconds).machineForm)
                            ),
                        ])
                    )
                ),
                ("amr", .array(session.methods.map { .string($0) })),
                ("provider", optional(session.provider)),
            ])
        )
        return body.serialized()
    }

    private static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
