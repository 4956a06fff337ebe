import Accounts
import CurlTransport
import Flows
import Jobs
import Logging
import Mail
import PostgresStore
import ServiceConfiguration
import ServiceLifecycle

/// What sends mail at this node.
struct MailServices: Sendable {
    let runner: JobRunner
    /// The connection to the mail server; nil where mails are caught.
    let transport: SMTPTransport?
}

/// The words of mails; nil where no mail is configured.
func mailTemplates(_ configuration: ServiceConfiguration) throws(StartFault) -> MailTemplates? {
    guard configuration.mail.isCaught || configuration.mail.server != nil else { return nil }
    do {
        return try MailTemplates(directory: configuration.templates.directory)
    } catch {
        throw StartFault("the mail templates cannot be used:\n\(error)")
    }
}

/// Transport and runner of the queue `mail`; nil where no mail is configured.
func mailServices(
    _ configuration: ServiceConfiguration,
    templates: MailTemplates?,
    store: PostgresStore,
    local: LocalAccountServices,
    logger: Logger
) throws(StartFault) -> MailServices? {
    let mail = configuration.mail
    let smtp = try smtpTransport(configuration, logger: logger)
    guard let templates, let transport: any MailTransport = mail.isCaught ? CatchingTransport(store: store) : smtp
    else { return nil }
    // Where mails are caught, any sender will do.
    guard let from = mail.from ?? EmailAddress("latchkey@example.org") else { return nil }
    let mailer = Mailer(
        templates: templates,
        transport: transport,
        sender: Mailer.Sender(address: from, name: mail.fromName ?? configuration.serviceName),
        service: configuration.serviceName,
        origin: configuration.publicURL.description
    )
    let deliver = DeliverMail(local, pendingLinks: store, receipts: store) { (letter, job) async throws(MailFailure) in
        try await mailer.send(letter, id: job.id)
    }
    let runner = JobRunner(queue: "mail", store: store, logger: logger) { (job) async throws(JobFault) in
        try await deliver(job)
    }
    return MailServices(runner: runner, transport: smtp)
}

private func smtpTransport(
    _ configuration: ServiceConfiguration,
    logger: Logger
) throws(StartFault) -> SMTPTransport? {
    let mail = configuration.mail
    guard let server = mail.server, !mail.isCaught else { return nil }
    var smtp = SMTPConfiguration(
        host: server.host,
        port: server.port,
        encryption: server.isEncrypted ? .implicit : mail.tls == .required ? .startTLS : .none,
        localName: configuration.publicURL.host
    )
    smtp.username = mail.username
    smtp.password = mail.password
    smtp.certificateFile = mail.caFile
    smtp.timeout = mail.timeout
    do {
        return try SMTPTransport(smtp, logger: logger)
    } catch {
        throw StartFault("mail cannot be sent: \(error.rawValue)")
    }
}

/// The runner of the queue `mail`, and the connection it uses.
struct MailService: Service {
    let mail: MailServices

    func run() async throws {
        await withGracefulShutdownHandler {
            await mail.runner.run()
        } onGracefulShutdown: {
            mail.runner.stop()
        }
        await mail.transport?.shutdown(grace: .seconds(5))
    }
}

/// Password hashing, stopped after the requests that wait for it.
struct HashingService: Service {
    let stop: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }
}
