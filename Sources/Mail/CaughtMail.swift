public import Accounts

public import struct Foundation.UUID

/// A mail that was kept instead of sent, for a person who develops against this service.
public struct CaughtMail: Sendable, Hashable {
    /// The job's id, which is the message's too.
    public let id: UUID
    /// When it was caught.
    public let at: Instant
    /// The recipient's address.
    public let to: String
    /// The subject.
    public let subject: String
    /// The text part.
    public let text: String
    /// The HTML part.
    public let html: String

    /// Creates a caught mail.
    public init(id: UUID, at: Instant, to: String, subject: String, text: String, html: String) {
        self.id = id
        self.at = at
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
    }
}

/// Where caught mails are kept.
public protocol CaughtMailStore: Sendable {
    /// Keeps a message, once however often it is sent; only the latest two hundred stay.
    func keep(_ message: MIMEMessage) async throws(MailFailure)
    /// The latest first.
    func latest(limit: Int) async throws(MailFailure) -> [CaughtMail]
    /// One mail; nil when it is not there any more.
    func message(_ id: UUID) async throws(MailFailure) -> CaughtMail?
}

/// Catches every mail. For development only: what it keeps holds live links.
public struct CatchingTransport: MailTransport {
    private let store: any CaughtMailStore

    /// Creates the transport.
    public init(store: any CaughtMailStore) {
        self.store = store
    }

    /// Keeps the message.
    public func send(_ message: MIMEMessage) async throws(MailFailure) {
        try await store.keep(message)
    }
}
