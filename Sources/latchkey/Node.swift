import Accounts
import Administration
import AuthorizationServer
import CurlTransport
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PasswordHashing
import Postgres
import PostgresStore
import ServiceConfiguration
import ServiceLifecycle
import UnixSignals
import Web

/// One running Latchkey: database, outbound calls, housekeeping, metrics, HTTP; started in this order, stopped in reverse, so
/// that requests in progress find everything they need until they are done.
struct Node {
    private let configuration: ServiceConfiguration
    private let telemetry: NodeTelemetry

    init(_ configuration: ServiceConfiguration) {
        self.configuration = configuration
        telemetry = NodeTelemetry.start(configuration.log)
    }

    /// Applies what is missing of the schema; returns how many scripts that were.
    func migrate() async throws -> Int {
        let services = try await buildServices(configuration, checksPolicy: false, logger: telemetry.logger)
        services.postgres.start()
        defer { Task { await services.postgres.shutdown(within: .seconds(1)) } }
        try await reachDatabase(services.postgres)
        return try await migrate(services.migrator)
    }

    /// Runs until SIGTERM or SIGINT. Faults at the start leave as ``StartFault``, one sentence each.
    func run(migrating: Bool, announce: @escaping @Sendable (String) -> Void = { _ in }) async throws {
        ignoreHangUps()
        let services = try await buildServices(configuration, checksPolicy: true, logger: telemetry.logger)
        services.postgres.start()
        // Meanwhile, because it takes as long as reaching the database does.
        async let responderBuilt = buildRouter(services.web).buildResponder()
        do {
            try await reachDatabase(services.postgres)
            if migrating {
                _ = try await migrate(services.migrator)
            } else {
                try await checkSchema(services.migrator)
            }
            try await startPolicy(services.policy)
            if let keys = services.signingKeys { try await startSigningKeys(keys.loader) }
            try await startClients(services.clients)
            try await serve(services, responder: await responderBuilt, announce: announce)
        } catch {
            await services.transport.shutdown(grace: .zero)
            await services.mail?.transport?.shutdown(grace: .zero)
            await services.hasher.shutdown()
            await services.postgres.shutdown(within: .seconds(1))
            throw error
        }
    }

    private func reachDatabase(_ postgres: PostgresClient) async throws(StartFault) {
        do {
            try await postgres.ready(within: .seconds(5))
        } catch {
            let reason = postgres.connectionProblem.map { ": \($0)" } ?? ""
            throw StartFault("the database cannot be reached\(reason); check database.url")
        }
    }

    private func migrate(_ migrator: Migrator) async throws(StartFault) -> Int {
        do {
            let logger = telemetry.logger
            return try await migrator.migrate { migration in
                logger.notice("applying migration", metadata: ["migration": "\(migration.number) \(migration.name)"])
            }.count
        } catch {
            throw StartFault("the schema could not be brought up to date: \(error)")
        }
    }

    private func checkSchema(_ migrator: Migrator) async throws(StartFault) {
        let pending: Int
        do {
            pending = try await migrator.pending()
        } catch {
            throw StartFault("the schema could not be checked: \(error)")
        }
        guard pending == 0 else {
            throw StartFault("the schema is \(pending) migration(s) behind: run `latchkey migrate` first")
        }
    }

    private func startPolicy(_ loader: PolicyLoader) async throws(StartFault) {
        do {
            try await loader.start()
        } catch {
            let faults = error.details.map { "\n\($0)" }.joined()
            throw StartFault("there is no linking policy to start with: \(error.code)\(faults)")
        }
    }

    private func startClients(_ loader: ClientLoader) async throws(StartFault) {
        do {
            try await loader.start()
        } catch {
            throw StartFault("the apps cannot be read: \(error.rawValue)")
        }
    }

    private func serve(
        _ services: Services,
        responder: RouterResponder<RequestScope>,
        announce: @escaping @Sendable (String) -> Void
    ) async throws {
        let logger = telemetry.logger
        logger.notice("hashing passwords", metadata: ["memory": "\(services.hasher.memory.label)"])
        let server = configuration.server
        let group = MultiThreadedEventLoopGroup(numberOfThreads: server.threads > 0 ? server.threads : System.coreCount)
        try await checkPort(server.port, host: server.host, group: group)
        if let port = configuration.metrics.port {
            try await checkPort(port, host: configuration.metrics.host, group: group)
        }
        let origin = configuration.publicURL.description
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                ServerChannel(
                    services.web,
                    limits: ServerChannel.Limits(
                        idleTimeout: .nanoseconds(server.idleTimeout.wholeNanoseconds),
                        headerFieldBytes: 16 * 1024,
                        headerListBytes: 32 * 1024,
                        headerFields: 100
                    ),
                    handlers: { [StalledWriteHandler(limit: .nanoseconds(server.idleTimeout.wholeNanoseconds))] },
                    logger: logger,
                    responder: responder
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(server.host, port: server.port),
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(server.maximumConnections)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? server.port
                logger.notice("listening", metadata: ["host": "\(server.host)", "port": "\(port)"])
                announce(origin)
            },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
        // Each by a name of its own: one that is not given is made by printing the part with everything it holds, at every start.
        var parts: [(name: String, service: any Service)] = [
            ("postgres", PostgresService(client: services.postgres)),
            ("outbound calls", OutboundService(transport: services.transport)),
            ("housekeeping", Housekeeping(sessions: services.store, logger: logger)),
            ("policy", PolicyService(loader: services.policy)),
            ("apps", ClientService(loader: services.clients)),
            ("password hashing", HashingService { await services.hasher.shutdown() }),
        ]
        if let refreshes = services.upstreamRefreshes {
            parts.append(("upstream refreshes", RefreshService(refreshes: refreshes)))
        }
        if let resealing = services.resealing {
            parts.append(("resealing", Resealing(reseal: resealing, logger: logger)))
        }
        if let keys = services.signingKeys { parts.append(("signing keys", SigningKeyService(loader: keys.loader))) }
        if services.signingKeys != nil { parts.append(("logout notices", JobService(runner: services.logoutNotices))) }
        if let mail = services.mail { parts.append(("mail", MailService(mail: mail))) }
        if let port = configuration.metrics.port {
            parts.append(
                ("metrics", telemetry.metricsServer(host: configuration.metrics.host, port: port, group: group))
            )
        }
        parts.append(("web", application))
        var lifecycle = ServiceGroupConfiguration(
            services: parts.map { .init(service: $0.service, serviceName: $0.name) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        lifecycle.maximumGracefulShutdownDuration = server.shutdownTimeout
        lifecycle.maximumCancellationDuration = .seconds(2)
        do {
            try await ServiceGroup(configuration: lifecycle).run()
        } catch let error as IOError {
            throw StartFault("cannot listen: \(error.localizedDescription)")
        }
        logger.notice("stopped")
    }

    /// Takes the port for a moment before anything starts, so that the fault names it, and is the last thing said: the server
    /// takes its ports while other parts of the node are starting, and they would go on talking while they stop.
    private func checkPort(_ port: Int, host: String, group: any EventLoopGroup) async throws {
        guard port != 0 else { return }
        do {
            // Nobody is let in yet: whoever was, would keep a connection that nothing ever answers or closes.
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.autoRead, value: false)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw StartFault("port \(port) on this machine is taken by another program")
        } catch let error as IOError where error.errnoCode == EACCES {
            throw StartFault("port \(port) needs more rights than this program has")
        } catch let error as IOError {
            throw StartFault("cannot listen on \(host):\(port): \(error.localizedDescription)")
        }
    }
}
