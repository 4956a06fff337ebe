import Logging
import ServiceConfiguration
import ServiceLifecycle

struct NodeTelemetry {
    let logger: Logger

    static func start(_ settings: ServiceConfiguration.Log) -> NodeTelemetry {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "latchkey")
        logger.logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        return NodeTelemetry(logger: logger)
    }
}
