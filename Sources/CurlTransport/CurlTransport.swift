public import CoreMetrics
public import Logging
import Metrics
public import OAuth

/// Why the transport could not be created.
public enum CurlStartFault: String, Error, Sendable, CaseIterable {
    /// libcurl is older than 7.88 or could not be initialised.
    case unusableLibrary = "unusable_library"
    /// The extra certificate file cannot be read.
    case unreadableCertificateFile = "unreadable_certificate_file"
    /// The system gave no thread.
    case noThread = "no_thread"
    /// The mail server's host, its port or our own name cannot stand in a URL.
    case unusableAddress = "unusable_address"
}

/// Calls providers with libcurl: one thread, one multi handle, connections reused, HTTP/2 where the peer speaks it.
///
/// A call is confined (L01 to L06): certificates and host names are always verified, TLS is 1.2 or newer, only https
/// is spoken, redirects arrive as answers, addresses outside the public internet are refused after name resolution,
/// bodies and heads have caps, everything has a budget, and neither the environment nor the home folder has a say.
///
/// Each ``OutboundRequest/bulkhead`` has its own places, queue and circuit breaker, so a provider that is down, slow
/// or dripping delays nobody else (R7, L08). A request is never repeated once a byte of it was sent (C12).
///
/// Cancelling the calling task removes the transfer; the call then throws ``TransportFailure/stopped``.
public final class CurlTransport: HTTPTransport {
    private let configuration: CurlConfiguration
    private let mailbox: Mailbox
    private let metrics: OutboundMetrics

    /// Starts the thread. Metrics go to `metrics`, changes of circuits to `logger`.
    public init(
        _ configuration: CurlConfiguration = CurlConfiguration(),
        logger: Logger = Logger(label: "latchkey.outbound"),
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) throws(CurlStartFault) {
        let metrics = OutboundMetrics(factory: factory)
        self.configuration = configuration
        self.metrics = metrics
        mailbox = try CurlLoop.start(configuration, logger: logger, metrics: metrics)
    }

    deinit {
        mailbox.stop(by: .now)
    }

    /// Sends one request; see ``HTTPTransport``. A header that could not be sent as it is fails with
    /// ``TransportFailure/refusedURL``: a line break in a value would start a header of its own.
    public func send(_ request: OutboundRequest) async throws(TransportFailure) -> OutboundResponse {
        var request = request
        request.timeout = min(request.timeout, configuration.maximumTimeout)
        let target: RequestURL
        do {
            target = try RequestURL(request.url, allowLoopbackHTTP: configuration.allowLoopbackHTTP)
            try RequestHeaders.check(request)
            try checkBeforeProxy(target)
        } catch {
            metrics.count(error.rawValue, provider: request.bulkhead)
            throw error
        }
        let call = HTTPCall(request, target: target, configuration: configuration)
        let answer = await withTaskCancellationHandler {
            if !mailbox.post(call) {
                metrics.count(TransportFailure.stopped.rawValue, provider: request.bulkhead)
                call.fail(.stopped)
            }
            return await call.answer()
        } onCancel: {
            call.cancel()
            mailbox.cancel(call.id)
        }
        return try answer.get()
    }

    /// Accepts nothing more, lets calls in flight end within `grace`, ends the rest with
    /// ``TransportFailure/stopped``, and returns when the thread has released everything. May be called twice.
    public func shutdown(grace: Duration = .seconds(10)) async {
        mailbox.stop(by: .now.advanced(by: grace))
        await mailbox.ended()
    }

    /// Behind a proxy the socket guard sees the proxy's address, so an address written in the URL is judged here.
    private func checkBeforeProxy(_ target: RequestURL) throws(TransportFailure) {
        guard configuration.proxy != nil, let address = target.literal else { return }
        guard AddressGuard.allows(address, policy: configuration.addressPolicy(for: target)) else {
            throw .refusedAddress
        }
    }
}
