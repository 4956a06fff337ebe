public import CoreMetrics
public import Logging
public import Mail
import Metrics
import OAuth

/// Hands mails to one SMTP server with libcurl.
///
/// It has a loop and a thread of its own: libcurl waits for the answer to QUIT while it closes a connection, and a mail
/// server that is slow to say goodbye must not hold up calls to providers. Every mail has a connection of its own; a server
/// that is down costs a few attempts and then nothing until its circuit closes again.
public final class SMTPTransport: MailTransport {
    private let configuration: SMTPConfiguration
    private let url: String
    private let mailbox: Mailbox
    private let metrics: OutboundMetrics

    /// Starts the thread. Counts under the provider `mail`.
    public init(
        _ configuration: SMTPConfiguration,
        logger: Logger = Logger(label: "latchkey.mail"),
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) throws(CurlStartFault) {
        guard let url = configuration.url else { throw .unusableAddress }
        var curl = CurlConfiguration()
        curl.extraCertificateFile = configuration.certificateFile
        curl.maximumConcurrentPerBulkhead = configuration.maximumConcurrent
        curl.circuitBreaker.maximumCoolDown = .seconds(15)
        self.configuration = configuration
        self.url = url
        metrics = OutboundMetrics(factory: factory)
        mailbox = try CurlLoop.start(curl, logger: logger, metrics: metrics)
    }

    deinit {
        mailbox.stop(by: .now)
    }

    /// Returns when the server has taken the message; see ``MailTransport``. Cancelling the task ends the attempt.
    public func send(_ message: MIMEMessage) async throws(MailFailure) {
        let call = SMTPCall(message, url: url, configuration: configuration)
        let answer = await withTaskCancellationHandler {
            if !mailbox.post(call) {
                metrics.count("stopped", provider: SMTPCall.bulkheadName)
                call.fail(.stopped)
            }
            return await call.answer()
        } onCancel: {
            call.cancel()
            mailbox.cancel(call.id)
        }
        try answer.get()
    }

    /// Accepts nothing more, lets mails in flight end within `grace`, and returns when the thread has released everything.
    public func shutdown(grace: Duration = .seconds(10)) async {
        mailbox.stop(by: .now.advanced(by: grace))
        await mailbox.ended()
    }
}
