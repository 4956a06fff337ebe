import TestSupport

/// Two nodes with the limits as they are delivered, behind a proxy whose word about a client they believe: so that a test can
/// be as many clients as it needs.
enum Proxied {
    static func stack() async throws -> Stack { try await running.value }
    private static let running = Task {
        try await Stack.start(
            nodes: 2,
            settings: Installation.everything + [
                "server.trusted_proxies=127.0.0.1/32", "throttle.mails_per_client=1000",
            ]
        )
    }

    /// An address in a network that nobody used before.
    static func freshClient() -> String {
        "10.\(Int.random(in: 0...255)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"
    }
}
