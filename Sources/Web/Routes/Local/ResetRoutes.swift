import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `GET, POST /reset` and `GET, POST /reset/confirm`.
struct ResetRoutes: Sendable {
    let replies: LocalReplies
    private var local: LocalAccounts { replies.local }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.reset)) { _, _ in
            guard local.isEnabled else {
                throw Refusal(FlowFailure(.requestMail, .localAccountsOff), providerName: nil)
            }
            return replies.answers.page(.form(.reset()))
        }
        replies.post(FormPath.reset, on: router) { request, context in try await ask(request, context) }
        router.get(RouterPath(FormPath.resetConfirm)) { request, _ in
            let token = try replies.proof(try replies.query("token", of: request), .passwordReset)
            let address = try await refusing { () async throws(FlowFailure) in
                try await local.resetPassword.address(of: token)
            }
            return replies.answers.page(.form(page(token, address, nil)))
        }
        replies.post(FormPath.resetConfirm, on: router) { request, context in try await confirm(request, context) }
    }

    private func page(_ token: ProofToken, _ address: String?, _ fault: FormFault?) -> FormPage {
        .resetConfirm(
            token: token.reveal(),
            minimumLength: local.rules.minimumLength,
            fault: fault,
            account: address
        )
    }

    private func ask(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        do throws(FlowFailure) {
            let address = try await local.resetPassword.request(fields["email"] ?? "", visitor)
            guard !replies.isProgram(request) else {
                return replies.json(
                    [("status", "check_mail"), ("email", .string(address.description))],
                    status: .accepted
                )
            }
            return replies.answers.page(
                .form(.checkMail(address: address.description, purpose: .reset, resendAction: FormPath.reset))
            )
        } catch {
            return try replies.again(error, for: request) { fault in
                .reset(email: fields["email"], fault: fault)
            } field: {
                $0 == .invalidAddress ? "email" : nil
            }
        }
    }

    private func confirm(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let token = try replies.proof(fields["token"], .passwordReset)
        do throws(FlowFailure) {
            try await local.resetPassword(token, password: fields["password"] ?? "", visitor)
        } catch {
            let address = try? await local.resetPassword.address(of: token)
            return try replies.again(error, for: request) { fault in
                page(token, address, fault)
            } field: {
                $0 == .passwordRefused ? "password" : nil
            }
        }
        guard !replies.isProgram(request) else { return replies.json([("done", "password_reset")]) }
        var response = replies.answers.page(
            .message(
                MessagePage(
                    kind: .info,
                    title: "Your password is changed",
                    sentence:
                        "Everybody who was signed in to this account is signed out. Sign in with the new password.",
                    nextSteps: [.init(label: "Sign in", target: .link("/sign-in"), primary: true)],
                    requestID: nil
                )
            )
        )
        response.headers[values: .setCookie] = [replies.cookies.clearSession]
        return response
    }
}
