/// Why a mail was not accepted for delivery. The codes are stable and name neither person nor server.
public enum MailFailure: Error, Sendable, Hashable {
    /// Trying again later may work: no connection, a timeout, a 4yz reply (RFC 5321 §4.2.1).
    case temporary(String)
    /// It will never work: a 5yz reply, or a letter that cannot be put into words.
    case permanent(String)

    /// The code.
    public var code: String {
        switch self {
        case .temporary(let code), .permanent(let code): code
        }
    }
}

/// Hands messages over for delivery.
public protocol MailTransport: Sendable {
    /// Returns when a server has taken responsibility for the message (RFC 5321 §6.1). A message may be handed over twice
    /// when that answer got lost; its id tells.
    func send(_ message: MIMEMessage) async throws(MailFailure)
}
