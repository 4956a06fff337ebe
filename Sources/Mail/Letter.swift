public import Accounts
public import Cryptography

/// A mail before it is put into words: what about, to whom, and the values its templates name.
///
/// Every letter's templates also see `service` (the installation's name), `address` (the recipient) and `origin` (the
/// configured public origin). Links are made from the configured origin only (P-8).
public struct Letter: Sendable {
    /// What it is about.
    public let event: MailEvent
    /// The one recipient.
    public let to: EmailAddress
    /// Values by the names that ``MailEvent`` lists. Links and codes are secrets, so every value is one.
    public let values: [String: Secret]

    /// Creates a letter.
    public init(_ event: MailEvent, to: EmailAddress, values: [String: Secret] = [:]) {
        self.event = event
        self.to = to
        self.values = values
    }
}
