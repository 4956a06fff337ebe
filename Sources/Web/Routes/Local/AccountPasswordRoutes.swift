import Accounts
import Flows
import HTTPTypes
import Hummingbird

/// `GET, POST /account/password`, `GET, POST /account/password/remove`.
struct AccountPasswordRoutes: Sendable {
    let replies: LocalReplies
    private var local: LocalAccounts { replies.local }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.password)) { request, context in try await form(request, context) }
        replies.post(FormPath.password, on: router) { request, context in try await change(request, context) }
        router.get(RouterPath(FormPath.removePassword)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (_, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            return otherwise ?? replies.answers.page(.form(.removePassword()))
        }
        replies.post(FormPath.removePassword, on: router) { request, context in
            _ = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            let token = try await refusing { () async throws(FlowFailure) in
                try await local.changePassword.remove(visitor)
            }
            return replies.changed(token, for: request, done: "password_removed")
        }
    }

    private func form(_ request: Request, _ context: RequestScope) async throws -> Response {
        let visitor = replies.visitors.visitor(request, context)
        var (session, otherwise) = try await replies.pageSession(visitor, fresh: false, request)
        guard let known = session else { return otherwise ?? replies.answers.seeOther("/sign-in") }
        let credentials = try await refusing { () async throws(FlowFailure) in
            try await local.credentials(of: known.user.id)
        }
        if credentials.passwordChangedAt == nil {
            // A first password needs a fresh session; changing one needs the present password.
            (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            if let otherwise { return otherwise }
        }
        return replies.answers.page(.form(page(known, credentials, nil)))
    }

    private func page(_ session: LiveSession, _ credentials: CredentialOverview, _ fault: FormFault?) -> FormPage {
        .changePassword(
            hasPassword: credentials.passwordChangedAt != nil,
            minimumLength: credentials.secondFactorSince == nil
                ? local.rules.minimumLength : local.rules.minimumLengthWithSecondFactor,
            fault: fault,
            account: session.user.email
        )
    }

    private func change(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        do throws(FlowFailure) {
            let token = try await local.changePassword(
                current: fields["current_password"],
                new: fields["new_password"] ?? "",
                visitor
            )
            return replies.changed(token, for: request, done: "password_changed")
        } catch {
            guard !replies.isProgram(request), LocalReplies.isMendable(error.code) else {
                throw Refusal(error, providerName: nil)
            }
            let (session, credentials) = try await refusing { () async throws(FlowFailure) in
                let session = try await local.session(of: visitor)
                return (session, try await local.credentials(of: session.user.id))
            }
            return try replies.again(error, for: request) { fault in
                page(session, credentials, fault)
            } field: { code in
                switch code {
                case .wrongPassword: "current_password"
                case .passwordRefused: "new_password"
                default: nil
                }
            }
        }
    }
}
