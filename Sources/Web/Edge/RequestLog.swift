import Flows
import HTTPTypes
import Logging

/// One line for each answer: the path's template, never the path or the query, because those carry codes and states (M01).
struct RequestLog: Sendable {
    let logger: Logger
    /// Whether successes speak through metrics alone: session checks sit on every request of every app behind this.
    let isQuiet: Bool

    func write(
        method: HTTPRequest.Method,
        route: String,
        status: Int,
        nanoseconds: Int64,
        refusal: Refusal?,
        requestID: String
    ) {
        let level: Logger.Level = status >= 500 ? .error : status < 400 && isQuiet ? .debug : .info
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "request_id": "\(requestID)",
            "method": "\(method.rawValue)",
            "route": "\(route)",
            "status": "\(status)",
            "duration_ms": "\(Double(nanoseconds / 1000) / 1000)",
        ]
        if let refusal {
            metadata["error"] = "\(refusal.code)"
            if let step = refusal.step { metadata["step"] = "\(step.rawValue)" }
            if !refusal.detail.isEmpty { metadata["detail"] = "\(refusal.detail)" }
            if let provider = refusal.provider { metadata["provider"] = "\(provider)" }
        }
        logger.log(level: level, "request", metadata: metadata)
    }
}
