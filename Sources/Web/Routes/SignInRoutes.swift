import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import OAuth

/// `GET /sign-in`, `POST /sign-in/{provider}`, and the same for adding a way in to an account.
struct SignInRoutes: Sendable {
    let services: WebServices
    let cookies: Cookies
    let answers: Answers
    let forms: Forms
    let visitors: Visitors
    let limits: StartLimits

    func register(on router: Router<RequestScope>) {
        router.get("/") { _, _ in answers.seeOther("/account") }
        router.get("/sign-in") { request, _ in try await signInPage(request) }
        router.post("/sign-in/{provider}") { request, context in
            try await begin(request, context, linking: false)
        }
        router.get("/account/link/{provider}") { request, context in try await linkPage(request, context) }
        router.post("/account/link/{provider}") { request, context in
            try await begin(request, context, linking: true)
        }
    }

    private func signInPage(_ request: Request) async throws -> Response {
        let parameters: FormParameters
        do {
            parameters = try FormURLEncoded.parse(request.uri.query ?? "")
        } catch {
            throw Refusal.malformed
        }
        let returnTo = parameters["return_to"].flatMap {
            ReturnAddress($0, registered: services.settings.returnAddresses)
        }
        var present: String?
        if let token = cookies.session(in: request.headers) {
            // Failing to know who is signed in must not keep anybody from signing in.
            present = (try? await services.checkSession(token)).flatMap { $0 }.map { $0.user.shownName }
        }
        let app = parameters["app"].flatMap { ClientID($0) }.flatMap { services.authorizationServer.clients[$0] }
        let hint = parameters["login_hint"].flatMap { $0.utf8.count <= 254 ? $0 : nil }
        let page = SignInPageMaker(services: services)
            .page(returnTo: returnTo?.value, email: hint, notice: nil, presentName: present, app: app)
        return answers.page(.signIn(page))
    }

    /// One button that goes on to the provider: where whoever had to sign in again lands. Nothing begins before it is pressed (F-1).
    private func linkPage(_ request: Request, _ context: RequestScope) async throws -> Response {
        let name = context.parameters.get("provider") ?? ""
        guard let button = services.buttons.first(where: { $0.id.description == name }) else {
            throw Refusal(FlowFailure(.beginSignIn, .unknownProvider), providerName: nil)
        }
        guard let token = cookies.session(in: request.headers),
            let session = try await refusing({ () async throws(FlowFailure) in try await services.checkSession(token) })
        else {
            return answers.seeOther("/sign-in?" + FormURLEncoded.encode([("return_to", FormPath.link(name))]))
        }
        guard session.isFresh else { return confirmFirst(name) }
        return answers.page(.form(.continueLinking(provider: name, name: button.name)))
    }

    private func confirmFirst(_ provider: String) -> Response {
        let target = FormURLEncoded.encode([("return_to", FormPath.link(provider))])
        return answers.seeOther(FormPath.confirmIdentity + "?" + target)
    }

    private func begin(_ request: Request, _ context: RequestScope, linking: Bool) async throws -> Response {
        let name = context.parameters.get("provider") ?? ""
        let button = services.buttons.first { $0.id.description == name }
        guard let button else {
            throw Refusal(FlowFailure(.beginSignIn, .unknownProvider), providerName: nil)
        }
        let form = try await forms.read(request)
        try limits.count(visitors.visitor(request, context).client)
        let fallback = linking ? "/account" : services.settings.defaultReturnAddress
        let returnTo: String
        if let wanted = form["return_to"], !wanted.isEmpty {
            guard let address = ReturnAddress(wanted, registered: services.settings.returnAddresses) else {
                throw Refusal.returnAddressRefused
            }
            returnTo = address.value
        } else {
            returnTo = fallback
        }
        let browser = cookies.browser(in: request.headers) ?? .generate()
        do throws(FlowFailure) {
            let location = try await services.beginSignIn(
                BeginSignIn.Request(
                    provider: button.id,
                    browser: browser,
                    session: cookies.session(in: request.headers),
                    isLinking: linking,
                    returnTo: returnTo,
                    loginHint: form["login_hint"]
                )
            )
            var response = answers.seeOther(location)
            let seconds = services.settings.transactionLifetime.components.seconds
            response.headers[values: .setCookie] = [cookies.set(browser, seconds: seconds)]
            return response
        } catch {
            // Not lost: after signing in again the person is asked to go on.
            if linking, error.code == .freshSignInRequired { return confirmFirst(name) }
            throw Refusal(error, providerName: button.name)
        }
    }
}

extension User {
    /// What to call the person: name, else address, else a neutral word.
    var shownName: String { displayName ?? email ?? "your account" }
}
