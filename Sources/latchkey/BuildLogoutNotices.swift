import AuthorizationServer
import CurlTransport
import Foundation
import Jobs
import Logging
import PostgresStore
import ServiceConfiguration
import ServiceLifecycle

/// The runner of the queue `logout`: it tells apps that sessions have ended.
func logoutNotices(
    _ configuration: ServiceConfiguration,
    server: AuthorizationServer,
    store: PostgresStore,
    transport: CurlTransport,
    logger: Logger
) -> JobRunner {
    let deliver = DeliverLogoutNotice(
        clients: server.clients,
        signer: server.signer,
        transport: transport,
        issuer: configuration.publicURL.description,
        unixTime: { Int64(Date().timeIntervalSince1970) }
    )
    var settings = JobRunner.Settings()
    // Waiting for an app costs a socket and little else; a few at a time for each, so that one that is slow holds up no other.
    settings.concurrency = 64
    settings.concurrencyPerKind = 4
    return JobRunner(queue: BackchannelLogout.queue, store: store, settings: settings, logger: logger) {
        (job) async throws(JobFault) in
        try await deliver(job)
    }
}

/// A runner, as a part of the node.
struct JobService: Service {
    let runner: JobRunner

    func run() async throws {
        await withGracefulShutdownHandler {
            await runner.run()
        } onGracefulShutdown: {
            runner.stop()
        }
    }
}
