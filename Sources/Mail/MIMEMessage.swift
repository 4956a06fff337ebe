public import Accounts

public import struct Foundation.UUID

/// One mail in the form that travels: RFC 5322 with a text and an HTML part (RFC 2046 §5.1.4).
public struct MIMEMessage: Sendable, Hashable {
    /// The job's id.
    public let id: UUID
    /// The author; its address is the envelope's too.
    public let sender: Mailer.Sender
    /// The one recipient.
    public let recipient: EmailAddress
    /// The subject, one line.
    public let subject: String
    /// The text part, lines ending in `\n`.
    public let text: String
    /// The HTML part.
    public let html: String
    /// When it was written, in seconds since the Unix epoch.
    public let unixTime: Int64
    /// The right side of the Message-ID.
    public let host: String

    /// Creates a message; a subject of several lines becomes one.
    public init(
        id: UUID,
        sender: Mailer.Sender,
        recipient: EmailAddress,
        subject: String,
        text: String,
        html: String,
        unixTime: Int64,
        host: String
    ) {
        self.id = id
        self.sender = sender
        self.recipient = recipient
        self.subject = MailText.line(subject)
        self.text = text
        self.html = html
        self.unixTime = unixTime
        self.host = host
    }

    /// `<id@host>`, the same for every attempt.
    public var messageID: String {
        "<\(id.uuidString.lowercased())@\(host.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? host : "invalid")>"
    }

    /// The message as bytes: CRLF line ends, ASCII only, no line above 76 characters but an address may make a header's.
    /// Byte for byte the same for the same value.
    public var bytes: [UInt8] {
        // `=_` cannot occur in quoted-printable text (RFC 2045 §6.7, note 5), so no part can end itself.
        let boundary = "=_\(id.uuidString.lowercased())"
        let lines = [
            "Date: \(MailDate.text(unixTime: unixTime))",
            "From: \(HeaderText.mailbox(name: sender.name, address: sender.address.description))",
            "To: \(recipient)",
            "Message-ID: \(messageID)",
            "Subject: \(HeaderText.unstructured(subject, after: 9))",
            // Keeps holiday notices from answering (RFC 3834 §5).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative;",
            " boundary=\"\(boundary)\"",
            "",
            "--\(boundary)",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            QuotedPrintable.encode(text),
            "--\(boundary)",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            QuotedPrintable.encode(html),
            "--\(boundary)--",
            "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
