import Accounts
import Administration
import AuthorizationServer
import Cryptography
import CurlTransport
import Flows
import Foundation
import InternetAddress
import Jobs
import Logging
import OAuth
import OpenIDConnect
import PasswordHashing
import Postgres
import PostgresStore
import Providers
import ServiceConfiguration
import Web

/// Everything a node is made of, before anything runs.
struct Services: Sendable {
    let postgres: PostgresClient
    let store: PostgresStore
    let migrator: Migrator
    let transport: CurlTransport
    let hasher: BoundedPasswordHasher
    let policy: PolicyLoader
    let signingKeys: SigningKeyServices?
    let clients: ClientLoader
    let mail: MailServices?
    let logoutNotices: JobRunner
    let upstreamRefreshes: UpstreamRefreshes?
    let resealing: ResealUpstreamTokens?
    let web: WebServices
}

/// Wires a node together. Called by `serve`, `dev` and `migrate`; nothing is started here.
///
/// - Parameter checksPolicy: whether the policy's file is read and checked meanwhile, for a policy that is started afterwards.
func buildServices(
    _ configuration: ServiceConfiguration,
    checksPolicy: Bool,
    logger: Logger
) async throws(StartFault) -> Services {
    // What takes longest, on all cores. As values, because `async let` does not keep the type of an error.
    async let shapesFound: Void = Pages.prepare()
    async let pagesMade = Result { () throws(StartFault) in try servicePages(configuration) }
    async let lettersMade = Result { () throws(StartFault) in try mailTemplates(configuration) }
    async let rulesMade = Result { () throws(StartFault) in try passwordRules(configuration) }
    async let hasherMade = Result { () throws(StartFault) in try passwordHasher(configuration) }
    let postgres = try postgresClient(configuration, logger: logger)
    let store = PostgresStore(client: postgres, logger: logger, retention: retention(configuration))
    let transport = try curlTransport(configuration, logger: logger)
    let providers = try configuredProviders(configuration)
    let lifetime = SessionLifetime(
        idleTimeout: configuration.session.idleTimeout,
        absoluteTimeout: configuration.session.absoluteTimeout,
        freshFor: configuration.session.freshFor,
        touchInterval: configuration.session.touchInterval,
        limitPerUser: configuration.session.limitPerUser
    )
    // Replaced before the first request by what the store and the file say: see PolicyLoader.
    let policy = LivePolicy(PolicyInForce(.standard, version: 0))
    let signIn = SignInServices(
        providers: Dictionary(uniqueKeysWithValues: providers.map { ($0.provider.id, $0) }),
        policy: policy,
        accounts: store,
        sessions: store,
        transactions: store,
        pendingLinks: store,
        heldArrivals: store,
        merges: store,
        transport: transport,
        metadata: MetadataCache(transport: transport),
        keySets: KeySetCache(transport: transport),
        vault: try keyRing(configuration).map { UpstreamVault(keys: $0) },
        settings: SignInServices.Settings(
            transactionLifetime: configuration.signIn.transactionLifetime,
            sessionLifetime: lifetime,
            privilegedRoles: configuration.linking.privilegedRoles.sorted(),
            hasStrictCookie: configuration.session.cookieSameSite == .strict,
            identityUndoFor: configuration.account.identityUndoFor,
            app: try appOfReturnAddress(configuration)
        ),
        unixTime: { Int64(Date().timeIntervalSince1970) }
    )
    let loader = PolicyLoader(live: policy, store: store, file: policyFile(configuration), logger: logger)
    async let policyPrepared: Void? = checksPolicy ? loader.prepare() : nil
    let letters = try await lettersMade.get()
    let hasher = try await hasherMade.get()
    let local = LocalAccountServices(
        settings: localAccountSettings(configuration, providers: providers, policy: policy, lifetime: lifetime),
        store: store,
        sessions: store,
        hasher: hasher,
        rules: try await rulesMade.get(),
        breaches: breachCheck(configuration, transport: transport),
        keyRing: try keyRing(configuration),
        unixTime: { Int64(Date().timeIntervalSince1970) }
    )
    let migrator = Migrator(client: postgres)
    let signingKeys = try signingKeyServices(configuration, store: store, logger: logger)
    let checkSession = CheckSession(sessions: store, lifetime: lifetime)
    let handOut = signIn.vault.map {
        HandOutUpstreamToken(
            signIn,
            vault: $0,
            store: store,
            outboundTimeout: configuration.outbound.timeout,
            logger: logger
        )
    }
    let rules = try clientRules(configuration, providers: providers)
    let server = try authorizationServer(
        configuration,
        rules: rules,
        store: store,
        signer: signingKeys?.live ?? NoSigner(),
        exchange: TokenExchange(
            arrivals: ExchangeDoor(
                exchange: ExchangeSignIn(signIn, store: store),
                signInPage: "\(configuration.publicURL)/sign-in",
                logger: logger,
                clients: store
            ),
            nonces: store
        ),
        lifetime: lifetime,
        upstreamTokens: handOut
    )
    let clients = ClientLoader(registry: server.clients, store: store, rules: rules, logger: logger)
    let pages = try await pagesMade.get()
    let web = WebServices(
        settings: webSettings(configuration, providers: providers, lifetime: lifetime),
        pages: pages,
        buttons: providers.map { configured in
            WebServices.Button(
                id: configured.provider.id,
                name: configured.provider.name,
                brand: ProviderBrand(rawValue: configured.provider.button.brand.rawValue) ?? .generic,
                formPost: configured.provider.authorization.responseMode == .formPost,
                isLinkOnly: configured.isLinkOnly
            )
        },
        beginSignIn: BeginSignIn(signIn),
        completeSignIn: CompleteSignIn(signIn),
        confirmLink: ConfirmLink(signIn, local),
        receipts: store,
        holds: DecideHold(
            store: store,
            providerNames: local.settings.providerNames,
            undoFor: configuration.account.identityUndoFor,
            unixTime: { Int64(Date().timeIntervalSince1970) }
        ),
        users: AdministerUsers(
            store: store,
            sessions: store,
            unixTime: { Int64(Date().timeIntervalSince1970) }
        ),
        clients: AdministerClients(registry: server.clients, store: store, rules: rules) {
            // A node that cannot look now is told by the store, like every other.
            try? await clients.look()
        },
        checkSession: checkSession,
        endSession: EndSession(sessions: store),
        accounts: store,
        local: LocalAccounts(local),
        caughtMail: configuration.mail.isCaught ? store : nil,
        administration: administrationServices(configuration, store: store, providers: providers),
        authorizationServer: server,
        signingKeys: signingKeys?.live,
        readiness: {
            let pending = try? await migrator.pending()
            let keys = signingKeys.map { [("keys", $0.live.isReady)] } ?? []
            return [("database", pending != nil), ("migrations", pending == 0), ("apps", clients.isFresh)] + keys
        },
        details: { loader.status.details + clients.details }
    )
    _ = await (policyPrepared, shapesFound)
    return Services(
        postgres: postgres,
        store: store,
        migrator: migrator,
        transport: transport,
        hasher: hasher,
        policy: loader,
        signingKeys: signingKeys,
        clients: clients,
        mail: try mailServices(configuration, templates: letters, store: store, local: local, logger: logger),
        logoutNotices: logoutNotices(configuration, server: server, store: store, transport: transport, logger: logger),
        upstreamRefreshes: handOut?.refreshes,
        resealing: signIn.vault.map { ResealUpstreamTokens(vault: $0, store: store) },
        web: web
    )
}

private func servicePages(_ configuration: ServiceConfiguration) throws(StartFault) -> Pages {
    do {
        return try Pages(directory: configuration.templates.directory, serviceName: configuration.serviceName)
    } catch {
        throw StartFault("the templates cannot be used:\n\(error)")
    }
}

/// How long rows are kept.
private func retention(_ configuration: ServiceConfiguration) -> Retention {
    Retention(
        decisions: configuration.retention.decisions,
        accountEvents: configuration.retention.accountEvents,
        appEvents: configuration.retention.appEvents,
        deadJobs: configuration.retention.deadJobs,
        heldArrivals: configuration.linking.holdLifetime,
        upstreamProviders: Set(configuration.providers.byID.filter(\.value.keepsTokens).keys.map(\.description))
    )
}

private func postgresClient(_ configuration: ServiceConfiguration, logger: Logger) throws(StartFault) -> PostgresClient
{
    var postgres = PostgresConfiguration(conninfo: configuration.database.url.reveal())
    postgres.readConnections = configuration.database.sharedConnections
    postgres.statementConnections = configuration.database.sharedConnections
    postgres.leasedConnections = configuration.database.transactionConnections
    postgres.connectTimeout = configuration.database.connectTimeout
    postgres.unavailableAfter = configuration.database.connectTimeout
    postgres.leaseTimeout = configuration.database.leaseTimeout
    postgres.statementTimeout = configuration.database.statementTimeout
    do {
        return try PostgresClient(configuration: postgres, logger: logger)
    } catch {
        throw StartFault("database.url cannot be used: \(error)")
    }
}

private func curlTransport(_ configuration: ServiceConfiguration, logger: Logger) throws(StartFault) -> CurlTransport {
    var curl = CurlConfiguration(version: Release.version)
    curl.maximumTimeout = configuration.outbound.timeout
    curl.maximumConcurrentPerBulkhead = configuration.outbound.maximumConcurrentPerProvider
    curl.allowLoopbackHTTP = allowsLoopbackHTTP(configuration)
    curl.allowPrivateNetworks = configuration.outbound.allowedNetworks
    curl.extraCertificateFile = configuration.outbound.caFile
    curl.proxy = configuration.outbound.proxy?.description
    do {
        return try CurlTransport(curl, logger: logger)
    } catch {
        throw StartFault("outbound calls cannot be set up: \(error.rawValue)")
    }
}

/// Whether plain http may be spoken to this machine.
func allowsLoopbackHTTP(_ configuration: ServiceConfiguration) -> Bool {
    configuration.outbound.allowLoopbackHTTP || !configuration.development.origins.isEmpty
}

func configuredProviders(_ configuration: ServiceConfiguration) throws(StartFault) -> [ConfiguredProvider] {
    let settings = configuration.providers
    var issuers: [String: String] = [:]
    for (id, provider) in settings.byID { issuers[id.description] = provider.issuer }
    var substitutions: [String: String] = [:]
    for (origin, standIn) in configuration.development.origins {
        substitutions[origin.description] = standIn.description
    }
    let (catalog, diagnostics) = ProviderCatalog.load(
        directory: settings.directory,
        issuers: issuers,
        substitutions: substitutions,
        allowsLoopbackHTTP: configuration.outbound.allowLoopbackHTTP
    )
    guard diagnostics.isEmpty else {
        throw StartFault("provider files are faulty:\n" + diagnostics.map { "\($0)" }.joined(separator: "\n"))
    }
    var result: [ConfiguredProvider] = []
    for id in settings.enabled {
        guard let setting = settings.byID[id], let clientID = setting.clientID else { continue }
        guard !["password", "mail", "second-factor"].contains(id.description) else {
            throw StartFault("providers.\(id): this name is taken by a path of Latchkey's own, /sign-in/\(id)")
        }
        guard let provider = catalog[id] else {
            guard !catalog.awaitingIssuer.contains(id) else {
                throw StartFault("providers.\(id) needs an issuer: set providers.\(id).issuer")
            }
            throw StartFault("providers.\(id) is configured, but \(settings.directory) has no file for it")
        }
        guard !setting.keepsTokens || !configuration.encryption.keys.isEmpty else {
            throw StartFault("providers.\(id).keep_tokens needs encryption.keys: what is kept is sealed with them")
        }
        var asked = provider.configured(name: setting.name, authoritativeFor: setting.authoritativeFor.sorted())
        if setting.keepsTokens { asked = asked.keepingTokens(additionalScopes: setting.additionalScopes) }
        result.append(
            ConfiguredProvider(
                provider: asked,
                client: ClientRegistration(clientID: clientID, clientSecrets: setting.clientSecrets),
                redirectURI: "\(configuration.publicURL)/callback/\(id)",
                isLinkOnly: setting.isLinkOnly,
                keepsTokens: setting.keepsTokens,
                nativeClientIDs: setting.nativeClientIDs
            )
        )
    }
    return result
}

private func webSettings(
    _ configuration: ServiceConfiguration,
    providers: [ConfiguredProvider],
    lifetime: SessionLifetime
) -> WebServices.Settings {
    var settings = WebServices.Settings(
        publicOrigin: configuration.publicURL.description,
        serviceName: configuration.serviceName,
        strictSameSite: configuration.session.cookieSameSite == .strict,
        returnAddresses: RegisteredAddresses(
            urls: configuration.signIn.returnTo,
            origins: Set(configuration.signIn.returnOrigins.map(\.description))
        ),
        defaultReturnAddress: configuration.signIn.defaultReturnTo,
        trustedProxies: configuration.server.trustedProxies,
        maximumBodyBytes: configuration.server.maximumBodyBytes,
        requestTimeout: configuration.server.requestTimeout,
        // Browsers apply form-action to the whole chain of redirects that a form sets off, and an OpenID Provider may pass
        // people on to hosts that no file names: any https target, but never plain http outside of development.
        formTargets: ["https:"]
            + (configuration.mode == .development ? ["http://localhost:*", "http://127.0.0.1:*"] : []),
        lifetime: lifetime,
        transactionLifetime: configuration.signIn.transactionLifetime,
        startsPerClient: configuration.throttle.startsPerClient,
        administrators: configuration.administration.keys.map { Administrator(name: $0.name, keyHash: $0.hash) }
    )
    settings.contact = configuration.contact
    settings.privilegedRoles = Set(configuration.linking.privilegedRoles)
    settings.rolePermissions = rolePermissions(configuration)
    return settings
}
