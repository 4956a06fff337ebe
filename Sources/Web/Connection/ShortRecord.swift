import HTTPTypes
import NIOCore

/// Writes down the answers of one route that passes the router by: metrics and a line in the request log, as the router's.
struct ShortRecord: Sendable {
    private let method: HTTPRequest.Method
    private let route: String
    private let metrics = RequestMetrics()
    private let succeeded: RequestMetrics.Instruments
    private let log: RequestLog

    init(method: HTTPRequest.Method, route: String, log: RequestLog) {
        self.method = method
        self.route = route
        self.log = log
        succeeded = metrics.instruments(route: route, status: 200)
    }

    func write(status: Int, refusal: Refusal?, elapsed: TimeAmount, requestID: String) {
        if status == 200 {
            succeeded.record(nanoseconds: elapsed.nanoseconds)
        } else {
            metrics.record(route: route, status: status, nanoseconds: elapsed.nanoseconds)
        }
        log.write(
            method: method,
            route: route,
            status: status,
            nanoseconds: elapsed.nanoseconds,
            refusal: refusal,
            requestID: requestID
        )
    }
}
