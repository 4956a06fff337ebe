import Accounts
import CurlTransport
import Flows
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

/// Refreshes of providers' tokens, which end before the calls and the database that they need.
struct RefreshService: Service {
    let refreshes: UpstreamRefreshes

    func run() async throws {
        try? await gracefulShutdown()
        await refreshes.drained()
    }
}

/// Seals providers' tokens again that an older key has sealed: a walk through all of them at the start, and one each hour for what
/// nodes with an older configuration have sealed since.
struct Resealing: Service {
    let reseal: ResealUpstreamTokens
    let logger: Logger
    private let bite = 200
    private let between: Duration = .milliseconds(100)
    private let pause: Duration = .seconds(3600)

    init(reseal: ResealUpstreamTokens, logger: Logger) {
        self.reseal = reseal
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isThrough = await walk()
                do { try await Task.sleep(for: isThrough ? pause : .seconds(30)) } catch { return }
            }
        }
    }

    private func walk() async -> Bool {
        var place: FederatedIdentityID?
        var count = 0
        do {
            repeat {
                let (last, resealed) = try await reseal(after: place, limit: bite)
                count += resealed
                place = last
                try await Task.sleep(for: between)
            } while place != nil
        } catch {
            logger.debug("sealing again will be tried again", metadata: ["error": "\(error)"])
            return false
        }
        if count > 0 { logger.notice("sealed providers' tokens with the current key", metadata: ["rows": "\(count)"]) }
        return true
    }
}

extension Duration {
    var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
