import Accounts
import Flows
import Hummingbird

/// `GET, POST /account/confirm`: signing in again before something sensitive, and back to it. The forms are those of signing in, so
/// that there is one way to prove who one is.
struct ConfirmIdentityRoutes: Sendable {
    let replies: LocalReplies

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.confirmIdentity)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let returnTo = try address(try replies.query("return_to", of: request))
            guard let session = try await session(visitor) else { return replies.answers.seeOther("/sign-in") }
            return replies.answers.page(.form(try await page(session, returnTo: returnTo, nil)))
        }
        router.post(RouterPath(FormPath.confirmIdentity)) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            let returnTo = try address(fields["return_to"])
            guard let session = try await session(visitor) else { return replies.answers.seeOther("/sign-in") }
            do throws(FlowFailure) {
                let signedIn = try await replies.local.signIn(
                    address: session.user.email ?? "",
                    password: fields["password"] ?? "",
                    visitor
                )
                return replies.signedIn(signedIn, for: request, returnTo: returnTo)
            } catch {
                let page = try await page(
                    session,
                    returnTo: returnTo,
                    FormFault(
                        error.code == .wrongCredentials ? FlowCode.wrongPassword.sentence : error.code.sentence,
                        field: error.code == .wrongCredentials ? "password" : nil
                    )
                )
                return try replies.again(error, for: request) { _ in page }
            }
        }
    }

    private func address(_ wanted: String?) throws(Refusal) -> String {
        try replies.returnAddress(wanted, fallback: FormPath.account)
    }

    private func session(_ visitor: Visitor) async throws(Refusal) -> LiveSession? {
        do {
            return try await replies.local.session(of: visitor)
        } catch {
            guard error.code == .signInRequired else { throw Refusal(error, providerName: nil) }
            return nil
        }
    }

    private func page(
        _ session: LiveSession,
        returnTo: String,
        _ fault: FormFault?
    ) async throws(Refusal) -> FormPage {
        let credentials = try await refusing { () async throws(FlowFailure) in
            try await replies.local.credentials(of: session.user.id)
        }
        // One that is only for linking signs nobody in, so it proves nothing here.
        let buttons = replies.services.buttons.filter {
            credentials.providers.contains($0.id.description) && !$0.isLinkOnly
        }
        return .confirmIdentity(
            hasPassword: credentials.passwordChangedAt != nil && replies.local.isEnabled,
            buttons: buttons.map { button in
                ProviderButton(
                    action: "/sign-in/\(button.id)",
                    label: "Sign in with \(button.name)",
                    brand: button.brand
                )
            },
            returnTo: returnTo,
            account: session.user.email,
            fault: fault
        )
    }
}
