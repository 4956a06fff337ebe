/// Mail that was caught instead of sent, for people who try the service on their own machine.
///
/// Only the text of a mail is shown. Its HTML version is foreign markup, and the policy of pages allows no frame in which
/// it could be kept apart.
public struct MailboxPage: Sendable, Hashable {
    /// One mail.
    public struct Mail: Sendable, Hashable {
        /// When it was caught.
        public let when: PageTime
        /// The recipient's address.
        public let to: String
        /// The subject.
        public let subject: String
        /// The text part.
        public let text: String

        /// Creates a mail.
        public init(when: PageTime, to: String, subject: String, text: String) {
            self.when = when
            self.to = to
            self.subject = subject
            self.text = text
        }
    }

    /// The public origin of this service: `http://localhost:8080`. Links to it can be clicked; no others.
    public let origin: String
    /// The mails, newest first.
    public let mails: [Mail]

    /// Creates a page.
    public init(origin: String, mails: [Mail]) {
        self.origin = origin
        self.mails = mails
    }
}
