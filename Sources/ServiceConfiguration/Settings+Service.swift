import Cryptography

/// Every setting there is. The order here is the order of `docs/configuration.md`.
enum Settings {
    static let publicURL = OptionalSetting(
        "public_url",
        .origin,
        isRequired: true,
        example: "https://login.example.org",
        "The origin people and providers reach Latchkey at. Redirect URIs, cookies and the check of `Origin` follow "
            + "from it, never from a request's `Host`. http is for a loopback host in development mode."
    )
    static let serviceName = Setting(
        "service_name",
        .line(upTo: 64),
        default: "Latchkey",
        example: "Example Accounts",
        "The name pages show."
    )
    static let mode = Setting(
        "mode",
        .choice,
        default: ServiceConfiguration.Mode.production,
        example: "development",
        "`development` allows http on loopback and stand-ins for providers. Never use it for real accounts."
    )

    static let serverHost = Setting(
        "server.host",
        .host,
        default: "127.0.0.1",
        example: "0.0.0.0",
        "The address to listen on."
    )
    static let serverPort = Setting(
        "server.port",
        .integer(0...65535),
        default: 8080,
        example: "8443",
        "The port to listen on; 0 picks a free one."
    )
    static let serverMaximumBody = Setting(
        "server.max_body_bytes",
        .integer(1024...16_777_216),
        default: 65_536,
        example: "131072",
        "Largest request body, in bytes; a larger one gets status 413."
    )
    static let serverMaximumConnections = Setting(
        "server.max_connections",
        .integer(1...1_000_000),
        default: 4096,
        example: "10000",
        "Connections open at a time; more wait in the system's queue."
    )
    static let serverRequestTimeout = Setting(
        "server.request_timeout",
        .duration(.seconds(1) ... .minutes(5)),
        default: .seconds(15),
        example: "20s",
        "Budget for one request, calls to a provider included."
    )
    static let serverIdleTimeout = Setting(
        "server.idle_timeout",
        .duration(.seconds(1) ... .hours(1)),
        default: .seconds(60),
        example: "75s",
        "How long a connection may be silent. Keep it above the same setting of the proxy in front."
    )
    static let serverShutdownTimeout = Setting(
        "server.shutdown_timeout",
        .duration(.seconds(0) ... .minutes(10)),
        default: .seconds(20),
        example: "30s",
        "How long a stopping service lets requests finish."
    )
    static let serverTrustedProxies = ListSetting(
        "server.trusted_proxies",
        .addressRange,
        example: "10.0.0.0/8,fd00::/8",
        "Proxies whose `X-Forwarded-For` is believed. From everybody else it is ignored."
    )
    static let serverThreads = Setting(
        "server.threads",
        .integer(0...1024),
        default: 0,
        example: "4",
        "Threads that serve connections; 0 is one for each core."
    )

    static let metricsHost = Setting(
        "metrics.host",
        .host,
        default: "127.0.0.1",
        example: "0.0.0.0",
        "The address `/metrics` listens on."
    )
    static let metricsPort = Setting(
        "metrics.port",
        .integer(0...65535),
        default: 9464,
        example: "9100",
        "The port `/metrics` listens on; 0 turns it off."
    )

    static let databaseURL = OptionalSetting(
        "database.url",
        .connectionString,
        isRequired: true,
        example: "postgresql://latchkey:password@db/latchkey",
        "Where Postgres is, as libpq understands it: a URI or `host=… dbname=…`. A secret, because it can hold a "
            + "password."
    )
    static let databaseSharedConnections = Setting(
        "database.shared_connections",
        .integer(1...64),
        default: 2,
        example: "3",
        "Connections that many single statements share, pipelined."
    )
    static let databaseTransactionConnections = Setting(
        "database.transaction_connections",
        .integer(1...1000),
        default: 8,
        example: "16",
        "Connections that are lent to one transaction at a time."
    )
    static let databaseConnectTimeout = Setting(
        "database.connect_timeout",
        .duration(.milliseconds(100) ... .minutes(1)),
        default: .seconds(1),
        example: "3s",
        "Budget for one connection attempt, and for the wait for one while there is none at all."
    )
    static let databaseLeaseTimeout = Setting(
        "database.lease_timeout",
        .duration(.milliseconds(100) ... .minutes(1)),
        default: .seconds(2),
        example: "4s",
        "How long a transaction waits while all of `database.transaction_connections` are lent, before its request is "
            + "answered with 503."
    )
    static let databaseStatementTimeout = Setting(
        "database.statement_timeout",
        .duration(.milliseconds(100) ... .minutes(5)),
        default: .seconds(5),
        example: "2s",
        "Budget for one statement; Postgres itself cancels it."
    )

    static let retentionDecisions = Setting(
        "retention.decisions",
        .duration(.days(30) ... .days(3650)),
        default: .days(400),
        example: "180d",
        "How long linking decisions are kept: for owners, for `policy plan`, `explain` and `blame`."
    )
    static let retentionAccountEvents = Setting(
        "retention.account_events",
        .duration(.days(30) ... .days(3650)),
        default: .days(400),
        example: "180d",
        "How long it is kept what happened to an account."
    )
    static let retentionAppEvents = Setting(
        "retention.app_events",
        .duration(.days(7) ... .days(400)),
        default: .days(90),
        example: "30d",
        "How long events for apps are kept; an app that was away for longer has to read everything anew."
    )
    static let retentionDeadJobs = Setting(
        "retention.dead_jobs",
        .duration(.days(1) ... .days(400)),
        default: .days(30),
        example: "7d",
        "How long jobs that were given up, such as mails nobody took, are kept for `latchkey jobs revive`."
    )

    static let templatesDirectory = Setting(
        "templates.directory",
        .path,
        default: "templates",
        example: "/etc/latchkey/templates",
        "The folder with the pages."
    )
    static let logLevel = Setting(
        "log.level",
        .choice,
        default: ServiceConfiguration.Log.Level.info,
        example: "debug",
        "The least severe level that is written."
    )
    static let logFormat = Setting(
        "log.format",
        .choice,
        default: ServiceConfiguration.Log.Format.json,
        example: "text",
        "One JSON object for each line, or text for a person."
    )
    static let administrationKeys = ListSetting(
        "administration.keys",
        .administratorKey,
        example: "ada:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Who may use `/admin/v1`: names with the SHA-256 of their keys. `latchkey administration key NAME` makes a key. "
            + "Without any, nothing answers there."
    )
    static let encryptionKeys = ListSetting(
        "encryption.keys",
        .encryptionKey,
        example: "2026-11:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "Keys for secrets at rest, the current one first; the others still decrypt. Make one with "
            + "`openssl rand 32 | basenc --base64url | tr -d =`."
    )
}
