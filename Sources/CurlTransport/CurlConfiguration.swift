public import InternetAddress

/// When a provider is no longer asked, and for how long.
public struct CircuitBreakerSettings: Sendable, Hashable {
    /// Transport failures or 5xx answers in a row that open the circuit. Default 5.
    public var failuresToOpen: Int
    /// How long nothing is sent after that. Default 5 s, shortened by chance by up to a quarter.
    public var coolDown: Duration
    /// The cool-down doubles with each failed attempt up to this. Default 60 s.
    public var maximumCoolDown: Duration

    /// Creates settings.
    public init(
        failuresToOpen: Int = 5,
        coolDown: Duration = .seconds(5),
        maximumCoolDown: Duration = .seconds(60)
    ) {
        self.failuresToOpen = max(1, failuresToOpen)
        self.coolDown = coolDown
        self.maximumCoolDown = max(coolDown, maximumCoolDown)
    }
}

/// How the transport behaves. The defaults suit production; what is not here (verification of certificates and
/// host names, no redirects, no cookies, no `.netrc`, no proxies from the environment) cannot be turned off.
public struct CurlConfiguration: Sendable {
    /// `User-Agent` of requests that bring none. GitHub refuses requests without one.
    public var userAgent: String
    /// Budget for name resolution, connecting and the TLS handshake. Default 3 s; the request's own budget still holds.
    public var connectTimeout: Duration = .seconds(3)
    /// No call takes longer than this, whatever it asks for.
    public var maximumTimeout: Duration = .seconds(10)
    /// A call that stayed below ``stallBytesPerSecond`` for this long is given up; whole seconds. Default 5 s, so
    /// that a dripping provider costs a person no longer than that (R7).
    public var stallTimeout: Duration = .seconds(5)
    /// See ``stallTimeout``. Default 32 bytes per second, in either direction.
    public var stallBytesPerSecond = 32
    /// Largest response head in bytes, interim responses and trailers included. Default 32 KiB.
    public var maximumHeaderBytes = 32 * 1024
    /// Most header fields in a response. Default 100.
    public var maximumHeaderFields = 100
    /// Calls of one bulkhead that run at once. Default 32.
    public var maximumConcurrentPerBulkhead = 32
    /// Calls of one bulkhead that wait for a place; one more fails with ``TransportFailure/busy``. Default 128.
    public var maximumQueuedPerBulkhead = 128
    /// Connections to one host and port. Default 64, above the bulkhead's limit, since two providers may share a host.
    public var maximumConnectionsPerHost = 64
    /// Idle connections kept for reuse, all hosts together. Default 64.
    public var maximumIdleConnections = 64
    /// How long an idle connection may be reused; whole seconds. Default 30 s.
    public var idleConnectionLifetime: Duration = .seconds(30)
    /// When a provider is no longer asked.
    public var circuitBreaker = CircuitBreakerSettings()
    /// Proxy for everything, such as `http://proxy.corp.example:3128`. Default none; `http_proxy` and its relatives
    /// in the environment are never read. With a proxy the address guard sees only IP addresses written in URLs:
    /// the proxy resolves names, so the proxy has to refuse private addresses.
    public var proxy: String?
    /// PEM file with further certificate authorities, for providers on the own premises. Default none. The system's
    /// authorities stay trusted.
    public var extraCertificateFile: String?
    /// Whether `http://localhost`, `http://127.0.0.1` and `http://[::1]` may be called, and https there. Default
    /// false; for development and tests.
    public var allowLoopbackHTTP = false
    /// Private ranges that may be connected to over https, for providers on the own premises. Default none. Cloud
    /// metadata addresses stay refused unless listed by themselves.
    public var allowPrivateNetworks: [AddressRange] = []

    /// Creates the defaults. `version` is Latchkey's own and becomes the `User-Agent`.
    public init(version: String = "dev") {
        userAgent = "Latchkey/\(version)"
    }

    /// What a call to this target may connect to.
    func addressPolicy(for target: RequestURL) -> AddressPolicy {
        let mayUseLoopback = allowLoopbackHTTP && target.isLoopbackHost
        // Plain http passes validation for loopback hosts only; `required` holds even if the name were to resolve
        // to something else.
        let loopback: AddressPolicy.Loopback =
            target.isEncrypted ? (mayUseLoopback ? .allowed : .refused) : .required
        return AddressPolicy(loopback: loopback, allowedNetworks: allowPrivateNetworks)
    }
}
