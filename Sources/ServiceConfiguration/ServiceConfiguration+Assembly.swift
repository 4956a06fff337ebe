import Accounts
import Cryptography

extension ServiceConfiguration {
    /// Reads every setting, in the order of the documentation. Where one is wrong the resolver has noted a fault and a
    /// stand-in takes its place, so that all other faults are found too; with any fault this value is thrown away.
    init(_ resolver: inout Resolver) {
        publicURL = resolver.value(Settings.publicURL) ?? .standIn
        serviceName = resolver.value(Settings.serviceName)
        contact = resolver.value(Settings.contact)
        mode = resolver.value(Settings.mode)
        server = Server(&resolver)
        let metricsHost = resolver.value(Settings.metricsHost)
        let metricsPort = resolver.value(Settings.metricsPort)
        metrics = Metrics(host: metricsHost, port: metricsPort == 0 ? nil : metricsPort)
        database = Database(&resolver)
        session = Session(&resolver)
        signIn = SignIn(
            transactionLifetime: resolver.value(Settings.signInTransactionLifetime),
            returnTo: Set(resolver.value(Settings.signInReturnTo)),
            returnOrigins: resolver.value(Settings.signInReturnOrigins),
            defaultReturnTo: resolver.value(Settings.signInDefaultReturnTo),
            mailedLink: resolver.value(Settings.signInMailedLink),
            mailedCode: resolver.value(Settings.signInMailedCode)
        )
        passwords = Passwords(&resolver)
        account = Account(&resolver)
        throttle = Throttle(&resolver)
        linking = Linking(
            policyFile: resolver.value(Settings.linkingPolicyFile),
            privilegedRoles: Set(resolver.value(Settings.linkingPrivilegedRoles)),
            holdLifetime: resolver.value(Settings.linkingHoldLifetime)
        )
        roles = Roles(permissions: resolver.value(Settings.rolesPermissions))
        providers = Providers(&resolver)
        outbound = Outbound(&resolver)
        mail = Mail(&resolver)
        development = Development(&resolver)
        clients = Clients(
            directory: resolver.value(Settings.clientsDirectory),
            refreshWindow: resolver.value(Settings.clientsRefreshWindow)
        )
        tokens = Tokens(&resolver)
        retention = Retention(
            decisions: resolver.value(Settings.retentionDecisions),
            accountEvents: resolver.value(Settings.retentionAccountEvents),
            appEvents: resolver.value(Settings.retentionAppEvents),
            deadJobs: resolver.value(Settings.retentionDeadJobs)
        )
        templates = Templates(directory: resolver.value(Settings.templatesDirectory))
        log = Log(level: resolver.value(Settings.logLevel), format: resolver.value(Settings.logFormat))
        encryption = Encryption(keys: resolver.value(Settings.encryptionKeys))
        administration = Administration(keys: resolver.value(Settings.administrationKeys))
    }
}

extension ServiceConfiguration.Server {
    fileprivate init(_ resolver: inout Resolver) {
        host = resolver.value(Settings.serverHost)
        port = resolver.value(Settings.serverPort)
        maximumBodyBytes = resolver.value(Settings.serverMaximumBody)
        maximumConnections = resolver.value(Settings.serverMaximumConnections)
        requestTimeout = resolver.value(Settings.serverRequestTimeout)
        idleTimeout = resolver.value(Settings.serverIdleTimeout)
        shutdownTimeout = resolver.value(Settings.serverShutdownTimeout)
        trustedProxies = resolver.value(Settings.serverTrustedProxies)
        threads = resolver.value(Settings.serverThreads)
    }
}

extension ServiceConfiguration.Database {
    fileprivate init(_ resolver: inout Resolver) {
        url = resolver.value(Settings.databaseURL) ?? Secret("")
        sharedConnections = resolver.value(Settings.databaseSharedConnections)
        transactionConnections = resolver.value(Settings.databaseTransactionConnections)
        connectTimeout = resolver.value(Settings.databaseConnectTimeout)
        leaseTimeout = resolver.value(Settings.databaseLeaseTimeout)
        statementTimeout = resolver.value(Settings.databaseStatementTimeout)
    }
}

extension ServiceConfiguration.Session {
    fileprivate init(_ resolver: inout Resolver) {
        idleTimeout = resolver.value(Settings.sessionIdleTimeout)
        absoluteTimeout = resolver.value(Settings.sessionAbsoluteTimeout)
        freshFor = resolver.value(Settings.sessionFreshFor)
        cookieSameSite = resolver.value(Settings.sessionCookieSameSite)
        touchInterval = resolver.value(Settings.sessionTouchInterval)
        limitPerUser = resolver.value(Settings.sessionLimitPerUser)
    }
}

extension ServiceConfiguration.Providers {
    fileprivate init(_ resolver: inout Resolver) {
        directory = resolver.value(Settings.providersDirectory)
        var byID: [ProviderID: ServiceConfiguration.Provider] = [:]
        for id in resolver.providerIDs {
            byID[id] = ServiceConfiguration.Provider(id.description, &resolver)
        }
        self.byID = byID
    }
}

extension ServiceConfiguration.Provider {
    fileprivate init(_ id: String, _ resolver: inout Resolver) {
        let switched = resolver.value(Settings.providerEnabled, id)
        isLinkOnly = resolver.value(Settings.providerLinkOnly, id) ?? false
        clientID = resolver.value(Settings.providerClientID, id)
        clientSecret = resolver.value(Settings.providerClientSecret, id)
        previousClientSecret = resolver.value(Settings.providerPreviousSecret, id)
        issuer = resolver.value(Settings.providerIssuer, id)
        name = resolver.value(Settings.providerName, id)
        nativeClientIDs = Set(resolver.value(Settings.providerNativeClientIDs, id))
        authoritativeFor = Set(resolver.value(Settings.providerAuthoritativeFor, id))
        keepsTokens = resolver.value(Settings.providerKeepTokens, id) ?? false
        additionalScopes = resolver.value(Settings.providerAdditionalScopes, id)
        isEnabled = switched ?? (clientID != nil)
    }
}

extension ServiceConfiguration.Outbound {
    fileprivate init(_ resolver: inout Resolver) {
        allowLoopbackHTTP = resolver.value(Settings.outboundAllowLoopbackHTTP)
        allowedNetworks = resolver.value(Settings.outboundAllowedNetworks)
        caFile = resolver.value(Settings.outboundCAFile)
        proxy = resolver.value(Settings.outboundProxy)
        timeout = resolver.value(Settings.outboundTimeout)
        maximumConcurrentPerProvider = resolver.value(Settings.outboundMaximumConcurrent)
    }
}

extension ServiceConfiguration.Development {
    fileprivate init(_ resolver: inout Resolver) {
        var origins: [WebOrigin: WebOrigin] = [:]
        for name in resolver.developmentOrigins {
            let target = resolver.value(Settings.developmentOrigin, name)
            let path = Settings.developmentOrigin.key.path(name).description
            guard let origin = WebOrigin(name) else {
                resolver.fail(.invalidValue, [path], "this key has to be an origin such as https://accounts.google.com")
                continue
            }
            guard origins[origin] == nil else {
                resolver.fail(.conflict, [path], "\(origin) has two stand-ins")
                continue
            }
            origins[origin] = target
        }
        self.origins = origins
        skipsDummyHash = resolver.value(Settings.developmentSkipDummyHash)
    }
}

extension WebOrigin {
    /// Takes the place of an origin that is missing or wrong until all faults are found (RFC 6761 §6.4).
    static let standIn = WebOrigin(scheme: "https", host: "invalid", port: 443)
}
