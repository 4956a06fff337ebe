import Accounts
import Cryptography
import Flows
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import QRCode

/// `GET, POST /account/second-factor`, its picture, its recovery codes, and switching it off.
struct AccountSecondFactorRoutes: Sendable {
    let replies: LocalReplies
    private var local: LocalAccounts { replies.local }
    private var flow: SetUpSecondFactor { replies.local.setUpSecondFactor }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.setUpSecondFactor)) { request, context in try await setUp(request, context) }
        router.post(RouterPath(FormPath.setUpSecondFactor)) { request, context in try await confirm(request, context) }
        router.post("/v1/account/second-factor") { request, context in try await prepare(request, context) }
        router.post("/v1/account/second-factor/confirm") { request, context in try await confirm(request, context) }
        router.get(RouterPath(FormPath.secondFactorPicture)) { request, context in try await picture(request, context) }
        router.get(RouterPath(FormPath.recoveryCodes)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            guard let session else { return otherwise ?? replies.answers.seeOther("/sign-in") }
            let credentials = try await refusing { () async throws(FlowFailure) in
                try await local.credentials(of: session.user.id)
            }
            return replies.answers.page(.form(.renewRecoveryCodes(codesLeft: credentials.recoveryCodes)))
        }
        replies.post(FormPath.recoveryCodes, on: router) { request, context in
            _ = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            let codes = try await refusing { () async throws(FlowFailure) in
                try await flow.replaceRecoveryCodes(visitor)
            }
            return shown(codes, token: nil, request)
        }
        router.get(RouterPath(FormPath.removeSecondFactor)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (_, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            return otherwise ?? replies.answers.page(.form(.removeSecondFactor()))
        }
        replies.post(FormPath.removeSecondFactor, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            do throws(FlowFailure) {
                let token = try await flow.remove(code: fields["code"] ?? "", visitor)
                return replies.changed(token, for: request, done: "second_factor_removed")
            } catch {
                return try replies.again(error, for: request) { fault in
                    .removeSecondFactor(fault: fault)
                } field: {
                    $0 == .wrongCode ? "code" : nil
                }
            }
        }
    }

    private func setUp(_ request: Request, _ context: RequestScope) async throws -> Response {
        let visitor = replies.visitors.visitor(request, context)
        let (_, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
        if let otherwise { return otherwise }
        return replies.answers.page(.form(try await page(visitor, nil)))
    }

    private func page(_ visitor: Visitor, _ fault: FormFault?) async throws(Refusal) -> FormPage {
        let (secret, uri) = try await refusing { () async throws(FlowFailure) in
            let secret = try await flow.prepare(visitor)
            let label = try await flow.label(visitor)
            return (secret, secret.uri(issuer: label.issuer, account: label.account))
        }
        return .setUpSecondFactor(secret: secret.text.reveal(), address: uri.reveal(), fault: fault)
    }

    private func prepare(_ request: Request, _ context: RequestScope) async throws -> Response {
        _ = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let (secret, uri) = try await refusing { () async throws(FlowFailure) in
            let secret = try await flow.prepare(visitor)
            let label = try await flow.label(visitor)
            return (secret, secret.uri(issuer: label.issuer, account: label.account))
        }
        return replies.json([("secret", .string(secret.text.reveal())), ("uri", .string(uri.reveal()))])
    }

    private func confirm(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        do throws(FlowFailure) {
            let (token, codes) = try await flow.confirm(code: fields["code"] ?? "", visitor)
            return shown(codes, token: token, request)
        } catch {
            guard !replies.isProgram(request), LocalReplies.isMendable(error.code) else {
                throw Refusal(error, providerName: nil)
            }
            let page = try await page(visitor, FormFault(Refusal(error, providerName: nil).sentence, field: "code"))
            return try replies.again(error, for: request) { _ in page }
        }
    }

    /// Shown once: only their hashes stay.
    private func shown(_ codes: [RecoveryCode], token: SessionToken?, _ request: Request) -> Response {
        let seconds = replies.services.settings.lifetime.absoluteTimeout.components.seconds
        var response: Response
        let isBearer = request.headers[.authorization] != nil
        if replies.isProgram(request) {
            var members: [(String, JSONValue)] = [
                ("recovery_codes", .array(codes.map { .string($0.reveal()) }))
            ]
            if isBearer, let token { members.append(("session_token", .string(token.reveal()))) }
            response = replies.json(members)
        } else {
            response = replies.answers.page(.form(.recoveryCodes(codes.map { $0.reveal() })))
        }
        if let token, !(replies.isProgram(request) && isBearer) {
            response.headers[values: .setCookie] = [replies.cookies.set(token, seconds: seconds)]
        }
        return response
    }

    private func picture(_ request: Request, _ context: RequestScope) async throws -> Response {
        let visitor = replies.visitors.visitor(request, context)
        let uri = try await refusing { () async throws(FlowFailure) in
            let label = try await flow.label(visitor)
            return try await flow.prepare(visitor).uri(issuer: label.issuer, account: label.account)
        }
        guard let code = QRCode(uri.reveal()) else { throw Refusal.internalError }
        return Response(
            status: .ok,
            headers: [.contentType: "image/svg+xml", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: code.svg(moduleSize: 4)))
        )
    }
}
