import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import OAuth

/// `GET, POST /oauth/logout`: an app signs its person out (OpenID Connect RP-Initiated Logout 1.0).
struct LogoutRoutes: Sendable {
    let services: WebServices
    let server: AuthorizationServer
    let cookies: Cookies
    let answers: Answers
    let forms: Forms
    let ownNavigation: OwnNavigation

    func register(on router: Router<RequestScope>) {
        router.get("/oauth/logout") { request, _ in
            let parameters: FormParameters
            do {
                parameters = try FormURLEncoded.parse(request.uri.query ?? "").omittingEmpty()
            } catch {
                throw Refusal.malformed
            }
            return try await logOut(parameters, request)
        }
        // Sent from another site, the form comes without the cookie: asked for again as a GET.
        router.post("/oauth/logout") { request, _ in
            answers.seeOther("/oauth/logout?" + (try await forms.query(request)))
        }
    }

    private func logOut(_ parameters: FormParameters, _ request: Request) async throws -> Response {
        // HEAD must not end anything (K02).
        guard request.method == .get else { throw Refusal.methodNotAllowed(["GET", "POST"]) }
        if let stop = ownNavigation.stop(request) { return stop }
        let logout = LogoutRequest.read(parameters, clients: server.clients, signer: server.signer)
        let token = cookies.session(in: request.headers)
        var session: LiveSession?
        if let token {
            session = try await refusing { () async throws(FlowFailure) in try await services.checkSession(token) }
        }
        guard let token, let session else { return done(logout) }
        // Whoever has no ID token of this person can only ask: a link anywhere could lead here (K02).
        guard logout.isFor(session.user.id) else {
            return answers.page(
                .message(
                    MessagePage(
                        kind: .waiting,
                        title: "Sign out?",
                        sentence: "An app asks you to sign out here. You are signed in as \(session.user.shownName).",
                        nextSteps: [
                            MessagePage.NextStep(
                                label: "Sign out",
                                target: .post(action: "/sign-out", returnTo: nil),
                                primary: true
                            ), MessagePage.NextStep(label: "Stay signed in", target: .link(FormPath.account)),
                        ]
                    )
                )
            )
        }
        _ = try await refusing { () async throws(FlowFailure) in try await services.endSession(token) }
        var response = done(logout)
        response.headers[values: .setCookie] = [cookies.clearSession]
        return response
    }

    private func done(_ logout: LogoutRequest) -> Response {
        if let location = logout.location { return answers.seeOther(location) }
        return answers.page(
            .message(
                MessagePage(
                    kind: .signedOut,
                    title: "Signed out",
                    sentence: logout.isRedirectRefused
                        ? "You are signed out. The app asked for a way back that it has not registered, so this is where it ends."
                        : "You are signed out here.",
                    nextSteps: [MessagePage.NextStep(label: "Sign in again", target: .link("/sign-in"), primary: true)]
                )
            )
        )
    }
}
