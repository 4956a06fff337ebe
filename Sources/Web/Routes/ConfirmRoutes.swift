import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON
import Logging
import OAuth

/// `GET /confirm` and the proofs below it: what a sign-in goes on with when the linking policy asks for a proof.
struct ConfirmRoutes: Sendable {
    let replies: LocalReplies
    let limits: StartLimits
    /// Seconds that a browser's secret is kept for a pending link: as long as the link itself waits.
    static let lifetime: Int64 = 900

    private var flow: ConfirmLink { replies.services.confirmLink }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.confirmLink)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let waiting = try await refusing { () async throws(FlowFailure) in try await flow.waiting(visitor) }
            let isSent = try replies.query("mailed", of: request) == "1"
            return replies.answers.page(.form(page(waiting, codeSent: isSent)))
        }
        router.get(RouterPath("/v1" + FormPath.confirmLink)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let waiting = try await refusing { () async throws(FlowFailure) in try await flow.waiting(visitor) }
            return replies.json(members(waiting))
        }
        prove(FormPath.confirmPassword, "password", on: router) { fields, visitor, drawn throws(FlowFailure) in
            try await flow(password: fields["password"] ?? "", visitor, drawn: drawn)
        }
        prove(FormPath.confirmCode, "code", on: router) { fields, visitor, drawn throws(FlowFailure) in
            try await flow(code: fields["code"] ?? "", visitor, drawn: drawn)
        }
        prove(FormPath.confirmSecondStep, "code", on: router) { fields, visitor, drawn throws(FlowFailure) in
            try await flow(secondStep: fields["recovery_code"] ?? fields["code"] ?? "", visitor, drawn: drawn)
        }
        prove(FormPath.confirmFinish, nil, on: router) { _, visitor, drawn throws(FlowFailure) in
            try await flow.finish(visitor, drawn: drawn)
        }
        replies.post(FormPath.sendConfirmCode, on: router) { request, context in try await sendCode(request, context) }
        replies.post(FormPath.confirmLeave, on: router) { request, context in try await leave(request, context) }
        router.post(RouterPath(FormPath.confirmHold)) { request, context in try await hold(request, context) }
        router.post("/confirm/identity/{provider}") { request, context in try await begin(request, context) }
    }

    // MARK: Proofs

    /// One proof: the form again when typing again may help, else the next step or the end.
    private func prove(
        _ path: String,
        _ field: String?,
        on router: Router<RequestScope>,
        _ step: @escaping @Sendable (Fields, Visitor, PendingLinkID?) async throws(FlowFailure) -> ConfirmLink.Progress
    ) {
        replies.post(path, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
            let drawn = try drawn(fields["link"])
            do throws(FlowFailure) {
                let progress = try await step(fields, visitor, drawn)
                if case .completed(let completed) = progress {
                    context.logger.info(
                        "confirmed",
                        metadata: ["request_id": "\(context.requestID)", "outcome": "\(completed.name)"]
                    )
                }
                return answer(to: progress, request)
            } catch {
                let failed = field.map { fields["recovery_code"] == nil ? $0 : "recovery_code" }
                return try await again(error, field: failed, visitor, request)
            }
        }
    }

    /// What the form was drawn for; nil from a program that does not say.
    private func drawn(_ link: String?) throws(Refusal) -> PendingLinkID? {
        guard let link else { return nil }
        guard let id = PendingLinkID(link) else { throw .malformed }
        return id
    }

    private func again(
        _ failure: FlowFailure,
        field: String?,
        _ visitor: Visitor,
        _ request: Request
    ) async throws -> Response {
        guard !replies.isProgram(request), LocalReplies.isMendable(failure.code) else {
            throw Refusal(failure, providerName: nil)
        }
        let waiting = try await refusing { () async throws(FlowFailure) in try await flow.waiting(visitor) }
        return try replies.again(failure, for: request) { fault in
            page(waiting, codeSent: false, fault: fault)
        } field: { code in
            code == .wrongPassword || code == .wrongCode ? field : nil
        }
    }

    private func answer(to progress: ConfirmLink.Progress, _ request: Request) -> Response {
        switch progress {
        case .needsSecondStep:
            guard replies.isProgram(request) else { return replies.answers.seeOther(FormPath.confirmLink) }
            return replies.json([("second_factor_required", .bool(true))])
        case .completed(.signedIn(let signedIn)), .completed(.linked(let signedIn)):
            return replies.arrived(signedIn, for: request)
        case .completed(.awaitsProof), .completed(.proven), .completed(.stopped):
            return replies.answers.seeOther(FormPath.confirmLink)
        }
    }

    private func sendCode(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let drawn = try drawn(fields["link"])
        do throws(FlowFailure) {
            try await flow.sendCode(visitor, drawn: drawn)
        } catch {
            return try await again(error, field: nil, visitor, request)
        }
        if replies.isProgram(request) { return replies.json([("status", .string("check_mail"))], status: .accepted) }
        return replies.answers.seeOther(FormPath.confirmLink + "?mailed=1")
    }

    private func leave(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context, flow: fields["flow"])
        let drawn = try drawn(fields["link"])
        do throws(FlowFailure) {
            try await flow.leave(visitor, drawn: drawn)
        } catch {
            return try await again(error, field: nil, visitor, request)
        }
        return replies.isProgram(request)
            ? replies.json([("done", .string("left"))]) : replies.answers.seeOther("/sign-in")
    }

    private func hold(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let drawn = try drawn(fields["link"])
        let held: (stop: StoppedSignIn, provider: ProviderID)
        do throws(FlowFailure) {
            held = try await flow.hold(visitor, drawn: drawn)
        } catch {
            return try await again(error, field: nil, visitor, request)
        }
        guard let button = replies.services.buttons.first(where: { $0.id == held.provider }) else {
            throw Refusal.notFound
        }
        return replies.answers.stopped(held.stop, at: button, requestID: context.requestID)
    }

    /// To a provider, for an identity that proves the account. Every provider is offered, whichever lead to the account.
    private func begin(_ request: Request, _ context: RequestScope) async throws -> Response {
        let name = context.parameters.get("provider") ?? ""
        let services = replies.services
        guard let button = services.buttons.first(where: { $0.id.description == name && !$0.isLinkOnly }) else {
            throw Refusal(FlowFailure(.beginSignIn, .unknownProvider), providerName: nil)
        }
        _ = try await replies.forms.read(request)
        let visitor = replies.visitors.visitor(request, context)
        try limits.count(visitor.client)
        guard let browser = visitor.browser else {
            throw Refusal(FlowFailure(.beginSignIn, .nothingToConfirm), providerName: nil)
        }
        // A provider's button has no fields of its own.
        let drawn = try drawn(try replies.query("link", of: request))
        do throws(FlowFailure) {
            let location = try await services.beginSignIn(
                BeginSignIn.Request(
                    provider: button.id,
                    browser: browser,
                    session: visitor.session,
                    isLinking: false,
                    returnTo: FormPath.confirmLink,
                    isConfirming: true,
                    drawn: drawn,
                    loginHint: nil
                )
            )
            var response = replies.answers.seeOther(location)
            response.headers[values: .setCookie] = [replies.cookies.set(browser, seconds: Self.lifetime)]
            return response
        } catch {
            guard error.code == .otherLinkWaits else { throw Refusal(error, providerName: button.name) }
            return try await again(error, field: nil, visitor, request)
        }
    }

    // MARK: Pages

    private func page(_ waiting: WaitingLink, codeSent: Bool, fault: FormFault? = nil) -> FormPage {
        let confirmation = confirmation(waiting.link)
        guard waiting.provenBy == nil else {
            return waiting.isComplete
                ? .confirmFinish(confirmation) : .confirmSecondStep(confirmation, fault: fault)
        }
        let proofs = waiting.link.proofs
        let buttons = proofs.contains(.linkedIdentity) ? replies.services.buttons.filter { !$0.isLinkOnly } : []
        return .confirmLink(
            confirmation,
            asksPassword: proofs.contains(.password) && flow.hasLocalAccounts,
            asksCode: proofs.contains(.emailCode) && flow.hasLocalAccounts,
            buttons: buttons.map { button in
                ProviderButton(
                    action: "/confirm/identity/\(button.id)?link=\(waiting.link.id)",
                    label: "Sign in with \(button.name)",
                    brand: button.brand
                )
            },
            offersAdministrator: flow.offersAdministrator(for: waiting.link),
            codeSent: codeSent,
            fault: fault
        )
    }

    private func confirmation(_ link: PendingLink) -> FormPage.Confirmation {
        let provider = link.identity.provider
        let name = replies.services.buttons.first { $0.id == provider }?.name ?? provider.description
        let purpose: FormPage.Confirmation.Purpose =
            switch (link.purpose, link.arrival) {
            case (.claim, _): .claim
            case (.lapsed, _): .reopen
            case (.link, .link): .add
            case (.link, _): .join
            }
        return FormPage.Confirmation(
            link: link.id.description,
            purpose: purpose,
            provider: name,
            handle: link.identity.username ?? link.identity.displayName,
            // The provider vouched for it at a sign-in: the person knows it. Nobody else's is ever shown.
            address: purpose == .join || purpose == .claim ? link.identity.email?.address.description : nil
        )
    }

    private func members(_ waiting: WaitingLink) -> [(String, JSONValue)] {
        let link = waiting.link
        return [
            ("link", .string(link.id.description)), ("purpose", .string(link.purpose.rawValue)),
            ("provider", .string(link.identity.provider.description)),
            ("proofs", .array(link.proofs.sorted().map { .string($0.rawValue) })),
            ("proven_by", waiting.provenBy.map { .string($0.rawValue) } ?? .null),
            ("second_factor_required", .bool(waiting.provenBy != nil && !waiting.isComplete)),
        ]
    }
}

extension LocalReplies {
    /// The answer to a sign-in through a provider that ended here, by a form of our own.
    func arrived(_ signedIn: SignedInAtProvider, for request: Request) -> Response {
        let seconds = services.settings.lifetime.absoluteTimeout.components.seconds
        let setCookies = [cookies.set(signedIn.token, seconds: seconds), cookies.set(signedIn.device)]
        if isProgram(request) {
            var response = json([
                ("second_factor_required", .bool(signedIn.awaitsSecondFactor)),
                ("return_to", .string(signedIn.returnTo)),
            ])
            response.headers[values: .setCookie] = setCookies
            return response
        }
        let target =
            signedIn.awaitsSecondFactor
            ? FormPath.secondFactor + "?" + FormURLEncoded.encode([("return_to", signedIn.returnTo)])
            : signedIn.switched ? SignedInRoutes.path(to: signedIn.returnTo, switched: true) : signedIn.returnTo
        var response = answers.seeOther(target)
        response.headers[values: .setCookie] = setCookies
        return response
    }
}
