import Cryptography
import Logging
import OAuth

@testable import CurlTransport

/// A transport for loopback whose limits no busy machine reaches; a test of a limit sets its own.
func makeTransport(_ change: (inout CurlConfiguration) -> Void = { _ in }) throws -> CurlTransport {
    var configuration = CurlConfiguration(version: "test")
    configuration.allowLoopbackHTTP = true
    configuration.maximumTimeout = .seconds(600)
    configuration.connectTimeout = .seconds(600)
    configuration.stallTimeout = .seconds(600)
    configuration.idleConnectionLifetime = .seconds(600)
    change(&configuration)
    return try CurlTransport(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

/// The failure of a call, or nil when it was answered.
func failure(of transport: CurlTransport, _ request: OutboundRequest) async -> TransportFailure? {
    do {
        _ = try await transport.send(request)
        return nil
    } catch {
        return error
    }
}

extension OutboundRequest {
    /// GET with a generous budget.
    static func get(_ url: String, bulkhead: String = "test", timeout: Duration = .seconds(600)) -> OutboundRequest {
        OutboundRequest(.get, url, bulkhead: bulkhead, timeout: timeout)
    }

    /// POST of a secret code with a generous budget.
    static func postingCode(
        _ url: String,
        bulkhead: String = "test",
        timeout: Duration = .seconds(600)
    ) -> OutboundRequest {
        OutboundRequest(
            .post,
            url,
            headers: [
                Header("Content-Type", "application/x-www-form-urlencoded"),
                Header("Authorization", "Basic c2VjcmV0LWhlYWRlcg=="),
            ],
            body: Secret("code=secret-code"),
            bulkhead: bulkhead,
            timeout: timeout
        )
    }
}

/// Waits until a condition that another thread brings about holds.
func eventually(_ condition: @Sendable () -> Bool) async {
    while !condition() && !Task.isCancelled {
        await Task.yield()
        try? await Task.sleep(for: .milliseconds(2))
    }
}
