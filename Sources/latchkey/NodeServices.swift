import Accounts
import CurlTransport
import Logging
import Postgres
import ServiceLifecycle

/// The database client, as a part of the node that stops after everything that uses it.
struct PostgresService: Service {
    let client: PostgresClient

    func run() async throws {
        try? await gracefulShutdown()
        await client.shutdown(within: .seconds(10))
    }
}

/// Outbound calls, stopped after the requests that make them.
struct OutboundService: Service {
    let transport: CurlTransport

    func run() async throws {
        try? await gracefulShutdown()
        await transport.shutdown(grace: .seconds(10))
    }
}

/// Removes what is over, in small bites with pauses, so that nothing else notices.
struct Housekeeping: Service {
    let sessions: any SessionStore
    let logger: Logger
    private let bite = 500
    private let pause: Duration = .seconds(30)

    init(sessions: any SessionStore, logger: Logger) {
        self.sessions = sessions
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let removed = try await sessions.removeExpired(limit: bite)
                    if removed >= bite { continue }
                } catch {
                    logger.debug("housekeeping will try again", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }
}

extension Duration {
    var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
