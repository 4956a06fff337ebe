import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import ServiceConfiguration
import ServiceLifecycle
import Synchronization
import Telemetry

/// Logs to standard error, metrics on a listener of their own.
struct NodeTelemetry: Sendable {
    let logger: Logger
    private let registry: PrometheusRegistry

    // Logging and metrics systems can be set up once in a process.
    private static let shared = Mutex<NodeTelemetry?>(nil)

    static func start(_ settings: ServiceConfiguration.Log) -> NodeTelemetry {
        shared.withLock { started in
            if let started { return started }
            let level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
            let registry = PrometheusRegistry(help: help)
            MetricsSystem.bootstrap(registry)
            LoggingSystem.bootstrap { _ in
                switch settings.format {
                case .json: JSONLogHandler(level: level)
                case .text: ReadableLogHandler(level: level)
                }
            }
            let telemetry = NodeTelemetry(logger: Logger(label: "latchkey"), registry: registry)
            started = telemetry
            return telemetry
        }
    }

    /// `GET /metrics`, away from the address people use: what it says is for operators only.
    func metricsServer(host: String, port: Int, group: any EventLoopGroup) -> some Service {
        let router = Router()
        let registry = registry
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: PrometheusRegistry.contentType, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: registry.exposition()))
            )
        }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            eventLoopGroupProvider: .shared(group),
            logger: quiet
        )
    }

    /// For parts that announce themselves at a level nobody asked for.
    var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static let help = [
        "latchkey_http_requests_total": "Requests answered, by route template and status.",
        "latchkey_http_request_duration_seconds": "Time from the request's head to its answer, by route template.",
        "latchkey_flow_completions_total": "Flows that ran to their end, by what came of them.",
        "latchkey_policy_version": "Number of the linking policy's version that this node decides by.",
        "latchkey_policy_polling": "1 while changes of the policy are looked for every second instead of heard.",
        "latchkey_policy_faults_total": "Policies that were not put in force, by where they stand: file or version.",
        "latchkey_policy_shadow_total": "Decisions made beside a candidate in shadow mode, by whether both agree.",
        "latchkey_flow_failures_total": "Flows that stopped, by step and code.",
    ]
}
