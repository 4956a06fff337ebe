import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import OAuth

/// `GET /account`, `POST /sign-out`.
struct AccountRoutes: Sendable {
    let services: WebServices
    let cookies: Cookies
    let answers: Answers
    let forms: Forms

    func register(on router: Router<RequestScope>) {
        router.get("/account") { request, _ in try await account(request) }
        router.post("/sign-out") { request, _ in try await signOut(request) }
    }

    private func account(_ request: Request) async throws -> Response {
        guard let token = cookies.session(in: request.headers) else { return answers.seeOther("/sign-in") }
        let session = try await refusing { () async throws(FlowFailure) in try await services.checkSession(token) }
        // The cookie stays: an answer that was late must not take a newer one away.
        guard let session else { return answers.seeOther("/sign-in") }
        let overview: AccountOverview?
        do throws(StoreFailure) {
            overview = try await services.accounts.overview(of: session.user.id)
        } catch {
            throw Refusal(
                FlowFailure(.checkSession, .storeUnavailable, detail: error.rawValue, retryAfter: 2),
                providerName: nil
            )
        }
        let credentials = try await refusing { () async throws(FlowFailure) in
            try await services.local.credentials(of: session.user.id)
        }
        let (changes, blocked) = try await refusing { () async throws(FlowFailure) in
            (
                try await services.local.changeIdentities.changes(of: session.user.id),
                try await services.local.changeIdentities.blocked(of: session.user.id)
            )
        }
        let devices = try await refusing { () async throws(FlowFailure) in
            try await services.local.devices.list(of: session.user.id)
        }
        let done = (try? FormURLEncoded.parse(request.uri.query ?? ""))?["done"]
        return answers.page(
            .account(
                page(session, overview, credentials, changes, blocked, devices, notice: AccountNotice.text(done))
            )
        )
    }

    private func page(
        _ session: LiveSession,
        _ overview: AccountOverview?,
        _ credentials: CredentialOverview,
        _ changes: [IdentityChange],
        _ blocked: [BlockedIdentity],
        _ devices: [ListedSession],
        notice: String?
    ) -> AccountPage {
        let identities = overview?.identities ?? []
        let local = AccountSections(
            local: services.local,
            user: session.user,
            credentials: credentials,
            identities: identities
        )
        let known = Dictionary(
            services.buttons.map { ($0.id.description, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let user = session.user
        return AccountPage(
            displayName: user.shownName,
            initials: AccountPage.initials(of: user.shownName),
            primaryEmail: user.email,
            emailVerified: user.emailVerified,
            userID: user.id.description,
            roles: user.roles,
            methods: identities.map { identity in
                AccountPage.LinkedMethod(
                    providerName: known[identity.provider]?.name ?? identity.provider,
                    brand: known[identity.provider]?.brand ?? .generic,
                    username: identity.username,
                    email: identity.email,
                    linkedOn: Self.time(identity.linkedAt),
                    lastUsedOn: Self.time(identity.lastSignInAt),
                    isCurrent: identity.id == session.identity,
                    removalPath: FormPath.removeIdentity(identity.id.description),
                    removal: local.removal(of: identity)
                )
            },
            linkable: services.buttons.filter { button in
                !identities.contains { $0.provider == button.id.description }
            }.map { button in
                ProviderButton(
                    action: "/account/link/\(button.id)",
                    label: "Add \(button.name)",
                    brand: button.brand
                )
            },
            changes: changes.map { $0.entry(named: known[$0.provider]?.name ?? $0.provider) },
            blocked: blocked.map { $0.entry(named: known[$0.provider]?.name ?? $0.provider) },
            email: local.email,
            password: local.password,
            secondFactor: local.secondFactor,
            session: AccountPage.Session(
                signedInOn: Self.time(session.authenticatedAt),
                authenticatedWith: session.provider.flatMap { known[$0]?.name } ?? session.provider
                    ?? Self.word(for: session.methods),
                brand: session.provider.flatMap { known[$0]?.brand } ?? .generic,
                username: identities.first { $0.id == session.identity }?.username,
                expiresOn: Self.time(session.expiresAt)
            ),
            devices: entries(devices, current: session.id),
            recentDecisions: history(overview, credentials, known),
            notice: notice.map { PageNotice(kind: .success, text: $0) }
        )
    }

    /// Decisions about linking and events of the account, newest first.
    private func history(
        _ overview: AccountOverview?,
        _ credentials: CredentialOverview,
        _ known: [String: WebServices.Button]
    ) -> [AccountPage.Decision] {
        let decisions = (overview?.decisions ?? []).map { decision in
            (
                decision.decidedAt,
                DecisionSentence.text(
                    outcome: decision.outcome,
                    reason: decision.reason,
                    provenBy: decision.provenBy,
                    providerName: known[decision.provider]?.name ?? decision.provider
                )
            )
        }
        let apps = services.authorizationServer.clients
        let events = credentials.events.map { event in
            (
                event.at,
                EventSentence.text(
                    event.kind,
                    app: event.app.map { app in ClientID(app).flatMap { apps[$0] }?.name ?? app },
                    provider: event.provider.map { known[$0]?.name ?? $0 }
                )
            )
        }
        return (decisions + events).sorted { $0.0 > $1.0 }.prefix(20).map { at, sentence in
            AccountPage.Decision(when: Self.time(at), sentence: sentence)
        }
    }

    private func signOut(_ request: Request) async throws -> Response {
        let form = try await forms.read(request)
        let everywhere = form["everywhere"] == "1"
        for token in cookies.allSessions(in: request.headers) {
            _ = try await refusing { () async throws(FlowFailure) in
                everywhere
                    ? try await services.endSession.everywhere(token) : try await services.endSession(token) ? 1 : 0
            }
        }
        var response = answers.page(
            .message(
                MessagePage(
                    kind: .signedOut,
                    title: "You are signed out",
                    sentence: form["everywhere"] == "1"
                        ? "You are signed out here and on all your other devices."
                        : "You are signed out in this browser.",
                    nextSteps: [.init(label: "Sign in again", target: .link("/sign-in"), primary: true)],
                    requestID: nil
                )
            )
        )
        response.headers[values: .setCookie] = [cookies.clearSession, cookies.clearBrowser]
        return response
    }

    private func entries(_ devices: [ListedSession], current: SessionID) -> [AccountPage.Device] {
        let apps = services.authorizationServer.clients
        let others = devices.filter { $0.id != current }.map { $0.entry(isCurrent: false, apps: apps) }
        return devices.filter { $0.id == current }.map { $0.entry(isCurrent: true, apps: apps) } + others
    }

    private static func word(for methods: [String]) -> String {
        methods.contains(AuthenticationMethod.mail.rawValue) ? "A mail" : "Your password"
    }

    private static func time(_ instant: Instant) -> PageTime {
        PageTime(unixSeconds: instant.seconds)
    }
}
