import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import OAuth

/// `GET, POST /oauth/authorize` and the pages on the way to its answer.
struct AuthorizeRoutes: Sendable {
    let services: WebServices
    let server: AuthorizationServer
    let cookies: Cookies
    let answers: Answers
    let forms: Forms
    let visitors: Visitors
    let limits: StartLimits
    let ownNavigation: OwnNavigation

    static let resumePath = InterruptedRequest.path
    static let consentPath = "/oauth/consent"

    func register(on router: Router<RequestScope>) {
        router.get("/oauth/authorize") { request, context in
            try await follow(request, context) { session throws(AuthorizationRefusal) in
                try await server.authorization.begin(query: request.uri.query ?? "", session: session)
            }
        }
        // The request may come as a form (OpenID Connect Core 1.0 §3.1.2.1); the cookie does not come along with that, so it is
        // asked for again as a GET.
        router.post("/oauth/authorize") { request, _ in
            answers.seeOther("/oauth/authorize?" + (try await forms.query(request)))
        }
        router.get(RouterPath(Self.resumePath)) { request, context in
            let sealed = (try? FormURLEncoded.parse(request.uri.query ?? ""))?["request"] ?? ""
            return try await follow(request, context) { session throws(AuthorizationRefusal) in
                try await server.authorization.resume(sealed, session: session)
            }
        }
        router.post(RouterPath(Self.consentPath)) { request, context in try await consent(request, context) }
    }

    private func session(_ request: Request) async throws -> LiveSession? {
        guard let token = cookies.session(in: request.headers) else { return nil }
        return try await refusing { () async throws(FlowFailure) in try await services.checkSession(token) }
    }

    private func consent(_ request: Request, _ context: RequestScope) async throws -> Response {
        let form = try await forms.read(request)
        let session = try await session(request)
        let sealed = form["request"] ?? ""
        let answer: AuthorizationEndpoint.ConsentAnswer? =
            switch form["answer"] {
            case "allow": .allowed
            case "deny": .denied
            default: nil
            }
        // The question was drawn for one person; somebody else in the same browser is asked anew.
        guard let session, let answer, form["user"] == session.user.id.description else {
            return answers.seeOther(Self.resumePath + "?" + FormURLEncoded.encode([("request", sealed)]))
        }
        return try await follow(request, context, session: session) { session throws(AuthorizationRefusal) in
            guard let session else { return try await server.authorization.resume(sealed, session: nil) }
            return try await server.authorization.conclude(sealed, session: session, answered: answer)
        }
    }

    private func follow(
        _ request: Request,
        _ context: RequestScope,
        session known: LiveSession? = nil,
        _ step: (LiveSession?) async throws(AuthorizationRefusal) -> AuthorizationEndpoint.Outcome
    ) async throws -> Response {
        // HEAD must not use anything up (B13); the router offers it for every GET.
        guard request.method != .head else { throw Refusal.methodNotAllowed(["GET", "POST"]) }
        if let stop = ownNavigation.stop(request) { return stop }
        var session = known
        if session == nil { session = try await self.session(request) }
        do throws(AuthorizationRefusal) {
            let outcome = try await step(session)
            return try await self.answer(outcome, session, request, context)
        } catch {
            switch error {
            case .redirect(let failure, let uri, let state):
                return leave(server.authorization.location(of: failure, to: uri, state: state))
            case .page(let failure):
                throw failure.code == .temporarilyUnavailable
                    ? Refusal.appsUnavailable : Refusal.appRequestRefused(failure)
            }
        }
    }

    /// To the app. The code is in the address, so no further page may learn where somebody came from (B12).
    private func leave(_ location: String) -> Response {
        var response = answers.seeOther(location)
        response.headers[.referrerPolicy] = "no-referrer"
        return response
    }

    private func answer(
        _ outcome: AuthorizationEndpoint.Outcome,
        _ session: LiveSession?,
        _ request: Request,
        _ context: RequestScope
    ) async throws(AuthorizationRefusal) -> Response {
        switch outcome {
        case .answer(let location): return leave(location)
        case .signIn(let signIn): return try await self.signIn(signIn, request, context)
        case .signInDifferently(let reason, let signIn):
            return answers.page(.message(AppPages.differently(reason, signIn, services.buttons)), status: .forbidden)
        case .askConsent(let consent):
            guard let session else { return answers.seeOther("/sign-in") }
            return answers.page(.form(AppPages.consent(consent, user: session.user)))
        }
    }

    private func signIn(
        _ signIn: AuthorizationEndpoint.SignIn,
        _ request: Request,
        _ context: RequestScope
    ) async throws(AuthorizationRefusal) -> Response {
        let returnTo = Self.resumePath + "?" + FormURLEncoded.encode([("request", signIn.request)])
        guard ReturnAddress(returnTo, registered: []) != nil else {
            throw .page(OAuthFailure(.invalidRequest, "the request is too long to travel through a sign-in"))
        }
        guard let provider = signIn.provider,
            let button = services.buttons.first(where: { $0.id == provider && !$0.isLinkOnly })
        else {
            var parameters = [(name: "return_to", value: returnTo), (name: "app", value: signIn.client.id.description)]
            if let hint = signIn.loginHint { parameters.append((name: "login_hint", value: hint)) }
            return answers.seeOther("/sign-in?" + FormURLEncoded.encode(parameters))
        }
        let browser = cookies.browser(in: request.headers) ?? .generate()
        do {
            try limits.count(visitors.visitor(request, context).client)
            let location = try await services.beginSignIn(
                BeginSignIn.Request(
                    provider: button.id,
                    browser: browser,
                    session: cookies.session(in: request.headers),
                    isLinking: false,
                    returnTo: returnTo,
                    loginHint: signIn.loginHint
                )
            )
            var response = answers.seeOther(location)
            let seconds = services.settings.transactionLifetime.components.seconds
            response.headers[values: .setCookie] = [cookies.set(browser, seconds: seconds)]
            return response
        } catch {
            throw .page(.temporarilyUnavailable)
        }
    }
}

extension Refusal {
    /// An app's request that cannot be answered, not even to the app.
    static func appRequestRefused(_ failure: OAuthFailure) -> Refusal {
        Refusal(
            400,
            "app_request_refused",
            "The app you came from sent a request that cannot be answered: \(failure.description). Go back to the app and try "
                + "again; if it stays, its makers have to mend it.",
            nextStep: .openAccount,
            detail: failure.code.rawValue
        )
    }

    static let appsUnavailable = Refusal(
        503,
        "temporarily_unavailable",
        "This cannot be done right now; nothing was changed. Try again in a moment.",
        retryAfter: 2
    )
}
