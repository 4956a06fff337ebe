import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `GET, POST /account/email`, and below it `cancel`, `confirm` and `undo`.
struct AccountEmailRoutes: Sendable {
    let replies: LocalReplies
    private var flow: ChangeEmail { replies.local.changeEmail }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.email)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            return otherwise ?? replies.answers.page(.form(.changeEmail(current: session?.user.email)))
        }
        replies.post(FormPath.email, on: router) { request, context in try await ask(request, context) }
        replies.post(FormPath.cancelEmailChange, on: router) { request, context in
            _ = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            try await refusing { () async throws(FlowFailure) in try await flow.cancel(visitor) }
            return replies.changed(nil, for: request, done: "email_change_cancelled")
        }
        router.get(RouterPath(FormPath.confirmEmailChange)) { request, context in
            try await question(request, context)
        }
        replies.post(FormPath.confirmEmailChange, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            let token = try replies.proof(fields["token"], .emailChange)
            let session = try await refusing { () async throws(FlowFailure) in
                try await flow.confirm(token, visitor)
            }
            return replies.changed(session, for: request, done: "email_changed")
        }
        router.get(RouterPath(FormPath.undoEmailChange)) { request, _ in
            let token = try replies.proof(try replies.query("token", of: request), .emailChangeUndo)
            let question = try await refusing { () async throws(FlowFailure) in try await flow.undoQuestion(token) }
            return replies.answers.page(
                .form(
                    .undoEmailChange(
                        token: token.reveal(),
                        oldAddress: question.address,
                        newAddress: question.otherAddress ?? ""
                    )
                )
            )
        }
        replies.post(FormPath.undoEmailChange, on: router) { request, context in try await undo(request, context) }
    }

    private func ask(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        do throws(FlowFailure) {
            let address = try await flow.request(fields["email"] ?? "", visitor)
            guard !replies.isProgram(request) else {
                return replies.json(
                    [("status", "check_mail"), ("email", .string(address.description))],
                    status: .accepted
                )
            }
            return replies.answers.page(
                .form(
                    .checkMail(
                        address: address.description,
                        purpose: .emailChange,
                        resendAction: FormPath.email
                    )
                )
            )
        } catch {
            let session = try? await replies.local.session(of: visitor)
            return try replies.again(error, for: request) { fault in
                .changeEmail(current: session?.user.email, email: fields["email"], fault: fault)
            } field: {
                $0 == .invalidAddress ? "email" : nil
            }
        }
    }

    /// The link works in a fresh session of its own user only. The token does not travel through the sign-in: the person opens
    /// the link again.
    private func question(_ request: Request, _ context: RequestScope) async throws -> Response {
        let token = try replies.proof(try replies.query("token", of: request), .emailChange)
        let visitor = replies.visitors.visitor(request, context)
        do throws(FlowFailure) {
            let question = try await flow.question(token, visitor)
            return replies.answers.page(
                .form(
                    .confirmNewEmail(
                        token: token.reveal(),
                        newAddress: question.address,
                        oldAddress: question.otherAddress
                    )
                )
            )
        } catch {
            guard error.code == .signInRequired || error.code == .freshSignInRequired else {
                throw Refusal(error, providerName: nil)
            }
            return replies.answers.page(
                .message(
                    MessagePage(
                        kind: .info,
                        title: "Sign in, then open the link again",
                        sentence:
                            "An address is only changed by somebody who has just signed in to the account. "
                            + "Sign in in this browser, then open the link in the mail once more.",
                        nextSteps: [.init(label: "Sign in", target: .link("/sign-in"), primary: true)],
                        requestID: nil
                    )
                ),
                status: .forbidden
            )
        }
    }

    private func undo(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let token = try replies.proof(fields["token"], .emailChangeUndo)
        try await refusing { () async throws(FlowFailure) in try await flow.undo(token, visitor) }
        guard !replies.isProgram(request) else { return replies.json([("done", "email_change_undone")]) }
        var response = replies.answers.page(
            .message(
                MessagePage(
                    kind: .info,
                    title: "Your old address is back",
                    sentence:
                        "Everybody is signed out of the account, and its password no longer works. "
                        + "Choose a new one now.",
                    nextSteps: [.init(label: "Choose a new password", target: .link(FormPath.reset), primary: true)],
                    requestID: nil
                )
            )
        )
        response.headers[values: .setCookie] = [replies.cookies.clearSession]
        return response
    }
}
