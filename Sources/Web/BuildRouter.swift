import Accounts
import AuthorizationServer
public import Hummingbird

/// The routes of one Latchkey node: called by `latchkey serve` and by the tests alike.
public func buildRouter(_ services: WebServices) -> Router<RequestScope> {
    let settings = services.settings
    let answers = Answers(services)
    let cookies = Cookies(settings)
    let forms = Forms(maximumBytes: settings.maximumBodyBytes, timeout: settings.requestTimeout)
    let table = RouteTable(
        formPostProviders: Set(services.buttons.filter(\.formPost).map(\.id.description))
    )

    let router = Router(context: RequestScope.self, options: [.autoGenerateHeadEndpoints])
    router.add(
        middleware: EdgeMiddleware(
            answers: answers,
            headers: answers.headers,
            metrics: RequestMetrics(),
            routes: table,
            publicOrigin: settings.publicOrigin
        )
    )
    let visitors = Visitors(cookies: cookies, clientAddress: ClientAddress(trustedProxies: settings.trustedProxies))
    router.add(
        middleware: AdministratorGate(
            administrators: settings.administrators,
            visitors: visitors,
            failures: StartLimits(limit: AdministrationReplies.failuresPerClient)
        )
    )
    SessionRoutes(
        checkSession: services.checkSession,
        endSession: services.endSession,
        cookies: cookies,
        answers: answers,
        permissions: settings.rolePermissions,
        target: SignInTarget(publicOrigin: settings.publicOrigin, registered: settings.returnAddresses)
    ).register(on: router)
    let limits = StartLimits(limit: settings.startsPerClient)
    SignInRoutes(
        services: services,
        cookies: cookies,
        answers: answers,
        forms: forms,
        visitors: visitors,
        limits: limits
    ).register(on: router)
    CallbackRoutes(
        services: services,
        cookies: cookies,
        answers: answers,
        forms: forms,
        visitors: visitors,
        limits: limits
    ).register(on: router)
    registerApps(services, cookies, answers, forms, visitors, limits, on: router)
    SignedInRoutes(services: services, answers: answers).register(on: router)
    AccountRoutes(services: services, cookies: cookies, answers: answers, forms: forms).register(on: router)
    registerLocalAccounts(
        LocalReplies(
            services: services,
            local: services.local,
            cookies: cookies,
            answers: answers,
            forms: forms,
            visitors: visitors
        ),
        limits,
        on: router
    )
    if let caught = services.caughtMail {
        MailboxRoutes(caught: caught, publicOrigin: settings.publicOrigin, answers: answers).register(on: router)
    }
    if let keys = services.signingKeys { KeySetRoutes(keys: keys).register(on: router) }
    registerAdministration(services, answers: answers, on: router)
    HealthRoutes(readiness: services.readiness, details: services.details, answers: answers).register(on: router)
    AssetRoutes(pages: services.pages).register(on: router)
    table.fill(router.routes.map { (method: $0.method, path: "\($0.path)") })
    return router
}

/// What apps and their people use: OAuth 2.0 and OpenID Connect.
private func registerApps(
    _ services: WebServices,
    _ cookies: Cookies,
    _ answers: Answers,
    _ forms: Forms,
    _ visitors: Visitors,
    _ limits: StartLimits,
    on router: Router<RequestScope>
) {
    let server = services.authorizationServer
    let ownNavigation = OwnNavigation(
        hasStrictCookie: services.settings.strictSameSite,
        cookies: cookies,
        answers: answers
    )
    AuthorizeRoutes(
        services: services,
        server: server,
        cookies: cookies,
        answers: answers,
        forms: forms,
        visitors: visitors,
        limits: limits,
        ownNavigation: ownNavigation
    ).register(on: router)
    TokenRoutes(
        server: server,
        visitors: visitors,
        limits: StartLimits(limit: services.settings.startsPerClient),
        replies: OAuthReplies(answers: answers, forms: forms, origins: BrowserAppOrigins(clients: server.clients))
    ).register(on: router)
    LogoutRoutes(
        services: services,
        server: server,
        cookies: cookies,
        answers: answers,
        forms: forms,
        ownNavigation: ownNavigation
    ).register(on: router)
}

/// Everything below `/admin/v1/`; ``AdministratorGate`` stands before all of it.
private func registerAdministration(_ services: WebServices, answers: Answers, on router: Router<RequestScope>) {
    let replies = AdministrationReplies(answers: answers, timeout: services.settings.requestTimeout)
    AdministratorRoutes(replies: replies).register(on: router)
    HoldRoutes(replies: replies, holds: services.holds).register(on: router)
    UserChangeRoutes(services: services.administration, replies: replies, users: services.users).register(on: router)
    ClientRoutes(replies: replies, clients: services.clients).register(on: router)
    PolicyRoutes(services: services.administration, replies: replies).register(on: router)
    PolicyTrialRoutes(services: services.administration, replies: replies).register(on: router)
    DecisionRoutes(services: services.administration, replies: replies).register(on: router)
    EventRoutes(services: services.administration, replies: replies).register(on: router)
    UserRoutes(services: services.administration, replies: replies).register(on: router)
}

private func registerLocalAccounts(_ replies: LocalReplies, _ limits: StartLimits, on router: Router<RequestScope>) {
    SignUpRoutes(replies: replies).register(on: router)
    PasswordSignInRoutes(replies: replies, signInPage: SignInPageMaker(services: replies.services)).register(on: router)
    ResetRoutes(replies: replies).register(on: router)
    MailSignInRoutes(replies: replies).register(on: router)
    ConfirmIdentityRoutes(replies: replies).register(on: router)
    AccountPasswordRoutes(replies: replies).register(on: router)
    AccountMergeRoutes(replies: replies).register(on: router)
    AccountIdentityRoutes(replies: replies).register(on: router)
    AccountEmailRoutes(replies: replies).register(on: router)
    AccountSecondFactorRoutes(replies: replies).register(on: router)
    DeviceRoutes(replies: replies).register(on: router)
    ConfirmRoutes(replies: replies, limits: limits).register(on: router)
    ClaimReceiptRoutes(replies: replies).register(on: router)
}
