import Accounts
import Flows
import HTTPTypes
import Hummingbird
import InternetAddress
import Logging
import OAuth

/// `GET /callback/{provider}`; `POST` only where the provider's file says `form_post`, parked and then read by GET.
struct CallbackRoutes: Sendable {
    let services: WebServices
    let cookies: Cookies
    let answers: Answers
    let forms: Forms
    let visitors: Visitors
    let limits: StartLimits

    func register(on router: Router<RequestScope>) {
        router.get("/callback/{provider}") { request, context in
            try await complete(request, context, provider: context.parameters.get("provider") ?? "")
        }
        for button in services.buttons where button.formPost {
            // The router does not go back to the pattern above once a path of its own was found for this provider.
            router.get("/callback/\(button.id)") { request, context in
                try await complete(request, context, provider: button.id.description)
            }
            router.post("/callback/\(button.id)") { request, context in
                try await park(request, context, button)
            }
        }
    }

    /// A cross-site POST carries no SameSite cookies, so nothing can be checked yet and nothing is: the parameters wait
    /// under a one-time handle until the browser comes by GET, with its cookie (B14).
    private func park(
        _ request: Request,
        _ context: RequestScope,
        _ button: WebServices.Button
    ) async throws -> Response {
        try limits.count(visitors.visitor(request, context).client)
        let text = try await forms.text(request)
        do throws(FlowFailure) {
            let handle = try await services.completeSignIn.park(text, provider: button.id)
            return answers.seeOther("/callback/\(button.id)?parked=\(handle.reveal())")
        } catch {
            throw Refusal(error, providerName: button.name)
        }
    }

    private func complete(_ request: Request, _ context: RequestScope, provider name: String) async throws -> Response {
        // HEAD must not consume anything (B13); the router offers it for every GET.
        guard request.method == .get else { throw Refusal.methodNotAllowed(["GET"]) }
        guard let button = services.buttons.first(where: { $0.id.description == name }) else {
            throw Refusal(FlowFailure(.parseCallback, .unknownProvider), providerName: nil)
        }
        let visitor = visitors.visitor(request, context)
        try limits.count(visitor.client)
        let completed: CompletedSignIn
        do throws(FlowFailure) {
            completed = try await services.completeSignIn(
                CompleteSignIn.Request(
                    provider: button.id,
                    query: request.uri.query ?? "",
                    browser: visitor.browser,
                    session: visitor.session,
                    knownDevice: visitor.knownDevice,
                    device: visitor.device,
                    requestID: context.requestID
                )
            )
        } catch {
            throw Refusal(error, providerName: button.name)
        }
        // Every sign-in leaves one line that says what came of it, for whom it may concern (M02).
        context.logger.info(
            "sign-in",
            metadata: [
                "request_id": "\(context.requestID)", "provider": "\(button.id)", "outcome": "\(completed.name)",
                "network": "\(visitor.device.network ?? "unknown")",
            ]
        )
        var response = answer(to: completed, button: button, browser: visitor.browser, requestID: context.requestID)
        // The code and the state leave with this request: nothing of its URL goes anywhere else (B12).
        response.headers[.referrerPolicy] = "no-referrer"
        return response
    }

    private func answer(
        to completed: CompletedSignIn,
        button: WebServices.Button,
        browser: BrowserToken?,
        requestID: String
    ) -> Response {
        switch completed {
        case .signedIn(let signedIn): return passOn(signedIn, to: signedIn.returnTo)
        case .linked(let signedIn):
            // The account page says what was added, and offers to sign out everywhere else (H08).
            return passOn(signedIn, to: signedIn.returnTo == FormPath.account ? Self.afterLinking : signedIn.returnTo)
        case .awaitsProof, .proven:
            var response = answers.seeOther(FormPath.confirmLink)
            // What waits is bound to this browser's secret: the cookie has to live as long.
            if let browser = browser {
                response.headers[values: .setCookie] = [cookies.set(browser, seconds: ConfirmRoutes.lifetime)]
            }
            return response
        case .stopped(let stop): return answers.stopped(stop, at: button, requestID: requestID)
        }
    }

    private static let afterLinking = FormPath.account + "?done=identity_linked"

    private func passOn(_ signedIn: SignedInAtProvider, to returnTo: String) -> Response {
        let target =
            signedIn.awaitsSecondFactor
            ? FormPath.secondFactor + "?" + FormURLEncoded.encode([("return_to", returnTo)])
            : SignedInRoutes.path(to: returnTo, switched: signedIn.switched)
        var response = answers.seeOther(target)
        let seconds = services.settings.lifetime.absoluteTimeout.components.seconds
        response.headers[values: .setCookie] = [
            cookies.set(signedIn.token, seconds: seconds), cookies.set(signedIn.device),
        ]
        return response
    }
}
