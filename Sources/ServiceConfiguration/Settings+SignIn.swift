import Cryptography

extension Settings {
    static let sessionIdleTimeout = Setting(
        "session.idle_timeout",
        .duration(.minutes(1) ... .days(400)),
        default: .days(7),
        example: "12h",
        "A session that is not used for this long has ended."
    )
    static let sessionAbsoluteTimeout = Setting(
        "session.absolute_timeout",
        .duration(.minutes(1) ... .days(400)),
        default: .days(30),
        example: "60d",
        "A session ends this long after its sign-in, however much it is used."
    )
    static let sessionFreshFor = Setting(
        "session.fresh_for",
        .duration(.seconds(10) ... .days(1)),
        default: .minutes(10),
        example: "5m",
        "How long after a sign-in a sensitive change asks for no new one."
    )
    static let sessionCookieSameSite = Setting(
        "session.cookie_same_site",
        .choice,
        default: ServiceConfiguration.Session.SameSite.lax,
        example: "strict",
        "`SameSite` of the session cookie. With `strict`, a link from another site arrives signed out."
    )
    static let sessionTouchInterval = Setting(
        "session.touch_interval",
        .duration(.seconds(1) ... .days(1)),
        default: .seconds(60),
        example: "2m",
        "How exact the time of last use is: it is written at most this often."
    )
    static let sessionLimitPerUser = Setting(
        "session.limit_per_user",
        .integer(1...10_000),
        default: 100,
        example: "20",
        "Sessions of one user at a time. One more ends the one that was unused for longest, and the account's history says so."
    )

    static let signInTransactionLifetime = Setting(
        "sign_in.transaction_lifetime",
        .duration(.seconds(30) ... .minutes(10)),
        default: .minutes(10),
        example: "5m",
        "How long a person may take at the provider."
    )
    static let signInReturnTo = ListSetting(
        "sign_in.return_to",
        .absoluteURL,
        example: "https://app.example.org/welcome",
        "URLs of other origins that a sign-in may return to, compared character by character. Paths of Latchkey's own "
            + "origin need no entry."
    )
    static let signInReturnOrigins = ListSetting(
        "sign_in.return_origins",
        .origin,
        example: "https://login.example.org:8443",
        "Origins every page of which a sign-in may return to: sites behind a proxy that asks here who somebody is "
            + "(docs/forward-auth.md)."
    )
    static let signInDefaultReturnTo = Setting(
        "sign_in.default_return_to",
        .ownPath,
        default: "/account",
        example: "/welcome",
        "Where a sign-in returns to when nobody said where."
    )

    static let linkingPolicyFile = OptionalSetting(
        "linking.policy_file",
        .path,
        example: "/etc/latchkey/linking-policy.yaml",
        "The file with the linking policy (docs/linking.md): watched, and every edit becomes a version. Without this "
            + "setting it is `providers/linking-policy.yaml`, and the built-in policy where that does not exist."
    )
    static let linkingPrivilegedRoles = ListSetting(
        "linking.privileged_roles",
        .role,
        example: "admin,support",
        "Accounts with one of these roles are never linked silently."
    )

    static let linkingHoldLifetime = Setting(
        "linking.hold_lifetime",
        .duration(.days(1) ... .days(400)),
        default: .days(30),
        example: "14d",
        "How long an arrival waits for an administrator after it was seen last, and how long the answer is kept."
    )
    static let rolesPermissions = ListSetting(
        "roles.permissions",
        .rolePermission,
        example: "editor=articles.read,editor=articles.write",
        "What a role may do, one entry for each permission. Apps read the permissions of a user in session answers and "
            + "tokens; Latchkey itself asks for none."
    )

    static let providersDirectory = Setting(
        "providers.directory",
        .path,
        default: "providers",
        example: "/etc/latchkey/providers",
        "The folder with one file for each provider."
    )
    static let providerEnabled = OptionalSetting(
        "providers.<id>.enabled",
        .boolean,
        example: "false",
        "Whether people can sign in with this provider; true as soon as it has a client id."
    )
    static let providerLinkOnly = OptionalSetting(
        "providers.<id>.link_only",
        .boolean,
        example: "true",
        "Whether it can only be added to an account that somebody is signed in to, and signs nobody in itself."
    )
    static let providerClientID = OptionalSetting(
        "providers.<id>.client_id",
        .line(upTo: 512),
        example: "1234.apps.example.org",
        "The client id the provider gave out."
    )
    static let providerClientSecret = OptionalSetting(
        "providers.<id>.client_secret",
        .secret,
        example: "from-the-provider",
        "The client secret the provider gave out; left out for a public client."
    )
    static let providerPreviousSecret = OptionalSetting(
        "providers.<id>.client_secret_previous",
        .secret,
        example: "the-one-before",
        "While a secret is being replaced: the one before."
    )
    static let providerIssuer = OptionalSetting(
        "providers.<id>.issuer",
        .issuer,
        example: "https://id.example.org/realms/staff",
        "The issuer, for provider files that say `issuer: configured`."
    )
    static let providerName = OptionalSetting(
        "providers.<id>.name",
        .line(upTo: 64),
        example: "Staff login",
        "The name on the button, instead of the one in the provider's file."
    )
    static let providerNativeClientIDs = ListSetting(
        "providers.<id>.native_client_ids",
        .line(upTo: 512),
        example: "ios.apps.example.org,android.apps.example.org",
        "Client ids the provider gave out for native apps of yours: an ID token for one of them is taken in a token exchange."
    )
    static let providerAuthoritativeFor = ListSetting(
        "providers.<id>.authoritative_for",
        .mailDomain,
        example: "example.org,example.com",
        "Mail domains this provider runs: its word about an address there is as good as the mailbox itself."
    )

    static let providerKeepTokens = OptionalSetting(
        "providers.<id>.keep_tokens",
        .boolean,
        example: "true",
        "Whether the tokens this provider gives at a sign-in are kept, sealed, for apps that may have them "
            + "(docs/upstream-tokens.md). Needs `encryption.keys`. They are dropped otherwise."
    )
    static let providerAdditionalScopes = ListSetting(
        "providers.<id>.additional_scopes",
        .scope,
        example: "repo,read:org",
        "Scopes to ask people for beyond those of signing in, for the tokens that are kept."
    )

    static let outboundAllowLoopbackHTTP = Setting(
        "outbound.allow_loopback_http",
        .boolean,
        default: false,
        example: "true",
        "Whether providers may be called at http on loopback. Only in development mode."
    )
    static let outboundAllowedNetworks = ListSetting(
        "outbound.allowed_networks",
        .addressRange,
        example: "10.20.0.0/16",
        "Private networks in which providers may be. Every other private address is refused (SSRF)."
    )
    static let outboundCAFile = OptionalSetting(
        "outbound.ca_file",
        .path,
        example: "/etc/ssl/certs/company-ca.pem",
        "Certificate authorities to trust besides the system's."
    )
    static let outboundProxy = OptionalSetting(
        "outbound.proxy",
        .proxy,
        example: "http://proxy.example.org:3128",
        "The proxy for calls to providers. The environment's `https_proxy` is not read."
    )
    static let outboundTimeout = Setting(
        "outbound.timeout",
        .duration(.milliseconds(100) ... .seconds(25)),
        default: .seconds(8),
        example: "5s",
        "Budget for one call to a provider; below `server.request_timeout`, and below the 30 s X's codes live."
    )
    static let outboundMaximumConcurrent = Setting(
        "outbound.max_concurrent_per_provider",
        .integer(1...10_000),
        default: 32,
        example: "64",
        "Calls to one provider at a time; more are refused, so that a slow provider stays its own problem."
    )

    static let developmentSkipDummyHash = Setting(
        "development.skip_dummy_hash",
        .boolean,
        default: false,
        example: "true",
        "Answers unknown addresses without hashing, which anybody can measure: the positive control of "
            + "`dev/bench enumeration`. Only in development mode."
    )
    static let developmentOrigin = OptionalSetting(
        "development.origins.<origin>",
        .origin,
        isFileOnly: true,
        example: "http://127.0.0.1:9401",
        "A stand-in on loopback that is called instead of this origin. Only in development mode, only in the file."
    )
}
