import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `GET, POST /sign-in/mail`, `POST /sign-in/mail/code`, `GET, POST /sign-in/mail/confirm`.
struct MailSignInRoutes: Sendable {
    let replies: LocalReplies
    private var flow: SignInByMail { replies.local.signInByMail }
    private static let confirmPath = "/sign-in/mail/confirm"

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.signInByMail)) { request, _ in
            guard flow.isEnabled else {
                throw Refusal(FlowFailure(.requestMail, .localAccountsOff), providerName: nil)
            }
            let returnTo = try replies.query("return_to", of: request).map { try replies.returnAddress($0) }
            return replies.answers.page(.form(.signInByMail(returnTo: returnTo)))
        }
        replies.post(FormPath.signInByMail, on: router) { request, context in try await ask(request, context) }
        replies.post(FormPath.mailedCode, on: router) { request, context in try await code(request, context) }
        router.get(RouterPath(Self.confirmPath)) { request, context in try await question(request, context) }
        replies.post(Self.confirmPath, on: router) { request, context in try await confirm(request, context) }
    }

    private func ask(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let returnTo = try replies.returnAddress(fields["return_to"])
        let browser = visitor.browser ?? .generate()
        let address: EmailAddress
        do throws(FlowFailure) {
            address = try await flow.request(fields["email"] ?? "", browser: browser, returnTo: returnTo, visitor)
        } catch {
            return try replies.again(error, for: request) { fault in
                .signInByMail(email: fields["email"], returnTo: fields["return_to"], fault: fault)
            } field: {
                $0 == .invalidAddress ? "email" : nil
            }
        }
        let keep = replies.cookies.set(browser, seconds: 600)
        if replies.isProgram(request) {
            let isBrowser = request.headers[.origin] != nil || request.headers[.cookie] != nil
            var members: [(String, JSONValue)] = [
                ("status", "check_mail"), ("email", .string(address.description)),
            ]
            if !isBrowser { members.append(("flow", .string(browser.reveal()))) }
            var response = replies.json(members, status: .accepted)
            if isBrowser { response.headers[values: .setCookie] = [keep] }
            return response
        }
        let page: FormPage =
            flow.offersCode
            ? .mailedCode(returnTo: fields["return_to"], address: address.description)
            : .checkMail(
                address: address.description,
                purpose: .signInByMail,
                resendAction: FormPath.signInByMail,
                returnTo: fields["return_to"]
            )
        var response = replies.answers.page(.form(page))
        response.headers[values: .setCookie] = [keep]
        return response
    }

    private func code(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let returnTo = try replies.returnAddress(fields["return_to"])
        do throws(FlowFailure) {
            let signedIn = try await flow(code: fields["code"] ?? "", visitor)
            return replies.signedIn(signedIn, for: request, returnTo: signedIn.returnTo ?? returnTo)
        } catch {
            return try replies.again(error, for: request) { fault in
                .mailedCode(returnTo: fields["return_to"], fault: fault)
            } field: {
                $0 == .wrongCode ? "code" : nil
            }
        }
    }

    private func question(_ request: Request, _ context: RequestScope) async throws -> Response {
        let token = try replies.proof(try replies.query("token", of: request), .signIn)
        let visitor = replies.visitors.visitor(request, context)
        try await refusing { () async throws(FlowFailure) in try await flow.check(token, visitor) }
        return replies.answers.page(
            .form(
                FormPage(
                    title: "Sign in",
                    paragraphs: ["You asked in this browser for a link to sign in."],
                    form: FormPage.Form(
                        action: Self.confirmPath,
                        fields: [.hidden("token", token.reveal())],
                        submit: "Sign in"
                    )
                )
            )
        )
    }

    private func confirm(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let token = try replies.proof(fields["token"], .signIn)
        let signedIn = try await refusing { () async throws(FlowFailure) in try await flow(token, visitor) }
        let fallback = replies.services.settings.defaultReturnAddress
        return replies.signedIn(signedIn, for: request, returnTo: signedIn.returnTo ?? fallback)
    }
}
