import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `GET, POST /sign-up`, `POST /sign-up/resend`, `GET, POST /verify`.
struct SignUpRoutes: Sendable {
    let replies: LocalReplies
    private var local: LocalAccounts { replies.local }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.signUp)) { request, _ in
            guard local.offersSignUp else { throw closed }
            let returnTo = try replies.query("return_to", of: request).map { try replies.returnAddress($0) }
            return replies.answers.page(.form(page(email: nil, returnTo: returnTo, nil)))
        }
        replies.post(FormPath.signUp, on: router) { request, context in try await signUp(request, context) }
        replies.post(FormPath.resendVerification, on: router) { request, context in try await resend(request, context) }
        router.get(RouterPath(FormPath.verify)) { request, context in try await question(request, context) }
        replies.post(FormPath.verify, on: router) { request, context in try await verify(request, context) }
    }

    private var closed: Refusal {
        Refusal(
            FlowFailure(.beginRegistration, local.isEnabled ? .signUpClosed : .localAccountsOff),
            providerName: nil
        )
    }

    private func page(email: String?, returnTo: String?, _ fault: FormFault?) -> FormPage {
        .signUp(email: email, returnTo: returnTo, minimumLength: local.rules.minimumLength, fault: fault)
    }

    private func signUp(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let returnTo = try replies.returnAddress(fields["return_to"])
        let browser = visitor.browser ?? .generate()
        let address: EmailAddress
        do throws(FlowFailure) {
            address = try await local.signUp(
                SignUpWithPassword.Request(
                    address: fields["email"] ?? "",
                    password: fields["password"] ?? "",
                    displayName: fields["display_name"],
                    returnTo: returnTo
                ),
                browser: browser,
                visitor
            )
        } catch {
            return try replies.again(error, for: request) { fault in
                page(email: fields["email"], returnTo: fields["return_to"], fault)
            } field: { code in
                switch code {
                case .invalidAddress: "email"
                case .passwordRefused: "password"
                default: nil
                }
            }
        }
        let seconds = local.registrationLifetime.components.seconds
        if replies.isProgram(request) {
            let isBrowser = request.headers[.origin] != nil || request.headers[.cookie] != nil
            var members: [(String, JSONValue)] = [
                ("status", "check_mail"), ("email", .string(address.description)),
            ]
            if !isBrowser { members.append(("flow", .string(browser.reveal()))) }
            var response = replies.json(members, status: .accepted)
            if isBrowser { response.headers[values: .setCookie] = [replies.cookies.set(browser, seconds: seconds)] }
            return response
        }
        var response = replies.answers.page(
            .form(.checkMail(address: address.description, purpose: .signUp, resendAction: FormPath.resendVerification))
        )
        // As long as the sign-up waits, so that its mail can be answered in this browser without the password.
        response.headers[values: .setCookie] = [replies.cookies.set(browser, seconds: seconds)]
        return response
    }

    private func resend(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let address = try await refusing { () async throws(FlowFailure) in
            try await local.signUp.again(fields["email"] ?? "", visitor)
        }
        guard !replies.isProgram(request) else {
            return replies.json([("status", "check_mail"), ("email", .string(address.description))], status: .accepted)
        }
        return replies.answers.page(
            .form(
                .checkMail(
                    address: address.description,
                    purpose: .signUp,
                    resendAction: FormPath.resendVerification,
                    notice: PageNotice(kind: .info, text: "We sent the mail again.")
                )
            )
        )
    }

    private func question(_ request: Request, _ context: RequestScope) async throws -> Response {
        let token = try replies.proof(try replies.query("token", of: request), .signUp)
        let visitor = replies.visitors.visitor(request, context)
        let question = try await refusing { () async throws(FlowFailure) in
            try await local.verifyAddress.question(token, visitor)
        }
        return replies.answers.page(
            .form(
                .verify(
                    token: token.reveal(),
                    address: question.address.description,
                    needsPassword: question.needsPassword
                )
            )
        )
    }

    private func verify(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let token = try replies.proof(fields["token"], .signUp)
        let signedIn: SignedIn
        do throws(FlowFailure) {
            signedIn = try await local.verifyAddress(token, password: fields["password"], visitor)
        } catch {
            let question = try? await local.verifyAddress.question(token, visitor)
            guard let question else { throw Refusal(error, providerName: nil) }
            return try replies.again(error, for: request) { fault in
                .verify(
                    token: token.reveal(),
                    address: question.address.description,
                    needsPassword: question.needsPassword,
                    fault: fault
                )
            } field: {
                $0 == .wrongPassword ? "password" : nil
            }
        }
        let fallback = replies.services.settings.defaultReturnAddress
        return replies.signedIn(signedIn, for: request, returnTo: signedIn.returnTo ?? fallback)
    }
}
