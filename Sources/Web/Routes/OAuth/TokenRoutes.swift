import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import InternetAddress
import JSON
import OAuth

/// What apps' backends call: token, introspection, revocation, pushed requests, userinfo, and the metadata.
struct TokenRoutes: Sendable {
    let server: AuthorizationServer
    let visitors: Visitors
    /// The apps' own: what is begun in browsers counts elsewhere, so that neither uses the other's share up.
    let limits: StartLimits
    let replies: OAuthReplies

    func register(on router: Router<RequestScope>) {
        router.post("/oauth/token") { request, context in
            try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
                try await server.token(authorization: authorization, form: form, origin: origin(request, context))
            }
        }
        router.post("/v1/nonces") { request, context in
            var response = try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
                try await server.nonce(authorization: authorization, form: form, origin: origin(request, context))
            }
            if response.status == .ok { response.status = .created }
            return response
        }
        router.post("/oauth/introspect") { request, _ in
            try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
                try await server.introspection(authorization: authorization, form: form)
            }
        }
        router.post("/oauth/revoke") { request, _ in
            try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
                try await server.revocation(authorization: authorization, form: form)
                return nil
            }
        }
        router.post("/oauth/par") { request, context in
            var response = try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
                try await server.pushedRequest(
                    authorization: authorization,
                    form: form,
                    origin: origin(request, context)
                )
            }
            // RFC 9126 §2.2.
            if response.status == .ok { response.status = .created }
            return response
        }
        router.get("/oauth/userinfo") { request, _ in try await userInfo(request) }
        router.post("/oauth/userinfo") { request, _ in try await userInfo(request) }
        for path in ["/oauth/token", "/v1/nonces", "/oauth/revoke", "/oauth/userinfo"] {
            router.on(RouterPath(path), method: .options) { request, _ in replies.origins.preflight(request) }
        }
        let metadata = JSONValue.object(server.metadata.json).serializedBytes()
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            router.get(RouterPath(path)) { _, _ in
                var response = replies.answers.json(metadata)
                response.headers[.cacheControl] = "public, max-age=300"
                response.headers[.accessControlAllowOrigin] = "*"
                return response
            }
        }
    }

    private func origin(_ request: Request, _ context: RequestScope) -> RequestOrigin {
        let address = visitors.address(request, context)
        let limits = limits
        return RequestOrigin(network: address?.network, requestID: context.requestID) {
            do throws(Refusal) {
                try limits.count(address?.client ?? "unknown")
                return nil
            } catch {
                return error.retryAfter ?? 1
            }
        }
    }

    /// The token in the header, or by POST in the form (RFC 6750 §2.1 and §2.2); never in the query.
    private func userInfo(_ request: Request) async throws -> Response {
        try await replies.reply(to: request) { authorization, form throws(OAuthFailure) in
            let inForm = request.method == .post ? form["access_token"] : nil
            guard let bearer = PresentedToken.bearer(in: request.headers) ?? (authorization.isEmpty ? inForm : nil)
            else {
                throw OAuthFailure(.invalidToken, "there is no access token in the request")
            }
            return try await server.userInfo(bearer)
        }
    }
}
