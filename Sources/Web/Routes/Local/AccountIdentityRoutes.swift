import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// Ways in that leave the account or come back: `GET, POST /account/identities/{id}/remove`,
/// `/account/identity-changes/{id}/undo`, `/account/blocked/{id}/allow`, and `/account/identity-undo` for mailed links.
/// `GET /v1/account/identities` lists what the others name.
struct AccountIdentityRoutes: Sendable {
    let replies: LocalReplies
    private var flow: ChangeIdentities { replies.local.changeIdentities }

    func register(on router: Router<RequestScope>) {
        router.get("/v1/account/identities") { request, context in try await list(request, context) }
        form(FormPath.removeIdentity("{id}"), on: router, page: removePage, change: remove)
        form(FormPath.undoChange("{id}"), on: router, page: undoPage, change: undo)
        form(FormPath.allow("{id}"), on: router, page: allowPage, change: allow)
        router.get(RouterPath(FormPath.undoIdentityChange)) { request, _ in try await mailedQuestion(request) }
        replies.post(FormPath.undoIdentityChange, on: router) { request, context in
            try await undoByMail(request, context)
        }
    }

    /// A page that asks and a form that does, both only in a fresh session. A form that meets a stale one is not lost: the person
    /// signs in again and lands on its page.
    private func form(
        _ path: String,
        on router: Router<RequestScope>,
        page: @escaping @Sendable (LiveSession, String) async throws -> FormPage,
        change: @escaping @Sendable (LiveSession, String, Visitor) async throws -> (SessionToken?, String)
    ) {
        router.get(RouterPath(path)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            guard let session else { return otherwise ?? replies.answers.seeOther("/sign-in") }
            return replies.answers.page(.form(try await page(session, context.parameters.get("id") ?? "")))
        }
        replies.post(path, on: router) { request, context in
            _ = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            guard !replies.isProgram(request) else {
                let session = try await refusing { () async throws(FlowFailure) in
                    try await replies.local.freshSession(of: visitor)
                }
                let (token, done) = try await change(session, context.parameters.get("id") ?? "", visitor)
                return replies.changed(token, for: request, done: done)
            }
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            guard let session else { return otherwise ?? replies.answers.seeOther("/sign-in") }
            let (token, done) = try await change(session, context.parameters.get("id") ?? "", visitor)
            return replies.changed(token, for: request, done: done)
        }
    }

    // MARK: Removing

    @Sendable private func removePage(_ session: LiveSession, _ id: String) async throws -> FormPage {
        let identity = try await identity(id, of: session)
        let name = replies.providerName(identity.provider)
        return .removeIdentity(
            id: identity.id.description,
            provider: name,
            facts: FormPage.identityFacts(name, username: identity.username, email: identity.email),
            isCurrent: identity.id == session.identity
        )
    }

    @Sendable private func remove(
        _ session: LiveSession,
        _ id: String,
        _ visitor: Visitor
    ) async throws -> (SessionToken?, String) {
        let identity = try await identity(id, of: session)
        let token = try await refusing { () async throws(FlowFailure) in
            try await flow.remove(identity.id, of: identity.provider, visitor)
        }
        return (token, "identity_removed")
    }

    private func identity(_ id: String, of session: LiveSession) async throws -> AccountOverview.Identity {
        let overview = try await overview(of: session.user.id)
        // Somebody else's identity is one that does not exist (G13).
        guard let identity = overview?.identities.first(where: { $0.id == FederatedIdentityID(id) }) else {
            throw Refusal(FlowFailure(.changeCredential, .nothingToChange), providerName: nil)
        }
        return identity
    }

    private func overview(of user: UserID) async throws(Refusal) -> AccountOverview? {
        do {
            return try await replies.services.accounts.overview(of: user)
        } catch {
            throw Refusal(
                FlowFailure(.checkSession, .storeUnavailable, detail: error.rawValue, retryAfter: 2),
                providerName: nil
            )
        }
    }

    // MARK: Undoing

    @Sendable private func undoPage(_ session: LiveSession, _ id: String) async throws -> FormPage {
        let change = try await change(id, of: session)
        let name = replies.providerName(change.provider)
        return .undoIdentityChange(
            id: change.id.description,
            provider: name,
            wasAdded: change.kind == .linked,
            facts: FormPage.identityFacts(name, username: change.username, email: change.email)
        )
    }

    @Sendable private func undo(
        _ session: LiveSession,
        _ id: String,
        _ visitor: Visitor
    ) async throws -> (SessionToken?, String) {
        let change = try await change(id, of: session)
        let token = try await refusing { () async throws(FlowFailure) in try await flow.undo(change, visitor) }
        return (token, change.kind == .linked ? "identity_blocked" : "identity_restored")
    }

    private func change(_ id: String, of session: LiveSession) async throws -> IdentityChange {
        let changes = try await refusing { () async throws(FlowFailure) in
            try await flow.changes(of: session.user.id)
        }
        guard let change = changes.first(where: { $0.id == IdentityChangeID(id) }) else {
            throw Refusal(FlowFailure(.changeCredential, .nothingToChange), providerName: nil)
        }
        return change
    }

    private func mailedQuestion(_ request: Request) async throws -> Response {
        let token = try replies.proof(try replies.query("token", of: request), .identityUndo)
        let change = try await refusing { () async throws(FlowFailure) in try await flow.question(token) }
        let name = replies.providerName(change.provider)
        return replies.answers.page(
            .form(
                .undoByMail(
                    token: token.reveal(),
                    provider: name,
                    wasAdded: change.kind == .linked,
                    facts: FormPage.identityFacts(name, username: change.username, email: change.email)
                )
            )
        )
    }

    private func undoByMail(_ request: Request, _ context: RequestScope) async throws -> Response {
        let fields = try await replies.forms.fields(request)
        let visitor = replies.visitors.visitor(request, context)
        let token = try replies.proof(fields["token"], .identityUndo)
        let change = try await refusing { () async throws(FlowFailure) in try await flow.undo(token, visitor) }
        guard !replies.isProgram(request) else { return replies.json([("done", "identity_change_undone")]) }
        var response = replies.answers.page(
            .message(
                MessagePage(
                    kind: .info,
                    title: "Your account is as it was before",
                    sentence: (change.kind == .linked ? "The added way to sign in is removed and blocked. " : "")
                        + "Everybody is signed out of the account, and its password no longer works. "
                        + "Sign in with what you have, or choose a new password now.",
                    nextSteps: [
                        .init(label: "Choose a new password", target: .link(FormPath.reset), primary: true),
                        .init(label: "Sign in", target: .link("/sign-in")),
                    ],
                    requestID: nil
                )
            )
        )
        response.headers[values: .setCookie] = [replies.cookies.clearSession]
        return response
    }

    // MARK: Allowing

    @Sendable private func allowPage(_ session: LiveSession, _ id: String) async throws -> FormPage {
        let blocked = try await refusing { () async throws(FlowFailure) in
            try await flow.blocked(of: session.user.id)
        }
        guard let found = blocked.first(where: { $0.id == BlockedIdentityID(id) }) else {
            throw Refusal(FlowFailure(.changeCredential, .nothingToChange), providerName: nil)
        }
        let name = replies.providerName(found.provider)
        return .allowIdentity(
            id: found.id.description,
            provider: name,
            facts: FormPage.identityFacts(name, username: found.username, email: found.email)
        )
    }

    @Sendable private func allow(
        _ session: LiveSession,
        _ id: String,
        _ visitor: Visitor
    ) async throws -> (SessionToken?, String) {
        guard let blocked = BlockedIdentityID(id) else {
            throw Refusal(FlowFailure(.changeCredential, .nothingToChange), providerName: nil)
        }
        try await refusing { () async throws(FlowFailure) in try await flow.allow(blocked, visitor) }
        return (nil, "identity_allowed")
    }

    // MARK: Listing

    private func list(_ request: Request, _ context: RequestScope) async throws -> Response {
        let visitor = replies.visitors.visitor(request, context)
        let session = try await refusing { () async throws(FlowFailure) in
            try await replies.local.session(of: visitor)
        }
        let overview = try await overview(of: session.user.id)
        let (changes, blocked) = try await refusing { () async throws(FlowFailure) in
            (try await flow.changes(of: session.user.id), try await flow.blocked(of: session.user.id))
        }
        return replies.json([
            (
                "identities",
                .array(
                    (overview?.identities ?? []).map {
                        Self.entry($0.id.description, $0.provider, $0.username, $0.email, [("linked_at", $0.linkedAt)])
                    }
                )
            ),
            (
                "changes",
                .array(
                    changes.map {
                        Self.entry(
                            $0.id.description,
                            $0.provider,
                            $0.username,
                            $0.email,
                            [("happened_at", $0.happenedAt), ("undo_until", $0.undoUntil)],
                            kind: $0.kind.rawValue
                        )
                    }
                )
            ),
            (
                "blocked",
                .array(
                    blocked.map {
                        Self.entry(
                            $0.id.description,
                            $0.provider,
                            $0.username,
                            $0.email,
                            [("blocked_at", $0.blockedAt)]
                        )
                    }
                )
            ),
        ])
    }

    private static func entry(
        _ id: String,
        _ provider: String,
        _ username: String?,
        _ email: String?,
        _ times: [(String, Instant)],
        kind: String? = nil
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [("id", .string(id)), ("provider", .string(provider))]
        if let kind { members.append(("kind", .string(kind))) }
        members.append(("username", username.map { .string($0) } ?? .null))
        members.append(("email", email.map { .string($0) } ?? .null))
        for (name, instant) in times {
            members.append((name, .string(PageTime(unixSeconds: instant.seconds).machineForm)))
        }
        return .object(JSONObject(members))
    }
}

extension LocalReplies {
    /// What a provider is called, or its id when it is switched off.
    func providerName(_ id: String) -> String {
        services.buttons.first { $0.id.description == id }?.name ?? id
    }
}
