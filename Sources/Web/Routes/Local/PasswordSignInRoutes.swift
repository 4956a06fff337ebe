import Accounts
import Flows
import HTTPTypes
import Hummingbird

/// `POST /sign-in/password`, `GET, POST /sign-in/second-factor`.
struct PasswordSignInRoutes: Sendable {
    let replies: LocalReplies
    let signInPage: SignInPageMaker
    private var local: LocalAccounts { replies.local }

    func register(on router: Router<RequestScope>) {
        replies.post(FormPath.signInWithPassword, on: router) { request, context in try await signIn(request, context) }
        router.get(RouterPath(FormPath.secondFactor)) { request, _ in
            let returnTo = try replies.query("return_to", of: request).map { try replies.returnAddress($0) }
            return replies.answers.page(.form(.secondFactor(returnTo: returnTo, offersRecoveryCode: true)))
        }
        replies.post(FormPath.secondFactor, on: router) { request, context in try await pass(request, context) }
    }

    private func signIn(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let returnTo = try replies.returnAddress(fields["return_to"])
        do throws(FlowFailure) {
            let signedIn = try await local.signIn(
                address: fields["email"] ?? "",
                password: fields["password"] ?? "",
                visitor
            )
            return replies.signedIn(signedIn, for: request, returnTo: returnTo)
        } catch {
            let refusal = Refusal(error, providerName: nil)
            guard !replies.isProgram(request), LocalReplies.isMendable(error.code) else { throw refusal }
            let page = signInPage.page(
                returnTo: fields["return_to"],
                email: fields["email"],
                notice: PageNotice(kind: .error, text: refusal.sentence),
                presentName: nil
            )
            var response = replies.answers.page(.signIn(page), status: HTTPResponse.Status(code: refusal.status))
            if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    private func pass(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let returnTo = try replies.returnAddress(fields["return_to"])
        do throws(FlowFailure) {
            let signedIn = try await local.passSecondFactor(
                code: fields["recovery_code"] ?? fields["code"] ?? "",
                visitor
            )
            return replies.signedIn(signedIn, for: request, returnTo: returnTo)
        } catch {
            return try replies.again(error, for: request) { fault in
                .secondFactor(returnTo: fields["return_to"], fault: fault, offersRecoveryCode: true)
            } field: { code in
                code == .wrongCode ? (fields["recovery_code"] == nil ? "code" : "recovery_code") : nil
            }
        }
    }
}
