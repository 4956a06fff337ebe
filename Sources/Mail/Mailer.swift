public import Accounts
import Cryptography
public import Foundation

/// Puts letters into words and hands them over.
public struct Mailer: Sendable {
    /// Whom mails come from.
    public struct Sender: Sendable, Hashable {
        /// The address; also the envelope's, so bounces go there.
        public let address: EmailAddress
        /// The name shown beside it.
        public let name: String

        /// Creates a sender.
        public init(address: EmailAddress, name: String) {
            self.address = address
            self.name = name
        }
    }

    private let templates: MailTemplates
    private let transport: any MailTransport
    private let sender: Sender
    private let service: String
    private let origin: String

    /// Creates a mailer.
    ///
    /// - Parameters:
    ///   - service: the installation's name.
    ///   - origin: the configured public origin, without a slash at the end.
    public init(
        templates: MailTemplates,
        transport: any MailTransport,
        sender: Sender,
        service: String,
        origin: String
    ) {
        self.templates = templates
        self.transport = transport
        self.sender = sender
        self.service = service
        self.origin = origin
    }

    /// Writes and hands over one letter.
    ///
    /// - Parameter id: the job's id. The same id makes the same Message-ID and date, so a repetition can be recognised.
    /// - Throws: the transport's failure, or a permanent one when the letter lacks a value, has a foreign link, or cannot be put into words.
    public func send(_ letter: Letter, id: UUID) async throws(MailFailure) {
        try await transport.send(try compose(letter, id: id))
    }

    /// The message that ``send(_:id:)`` hands over.
    public func compose(_ letter: Letter, id: UUID) throws(MailFailure) -> MIMEMessage {
        let words = try templates.words(for: letter.event, try values(of: letter))
        return MIMEMessage(
            id: id,
            sender: sender,
            recipient: letter.to,
            subject: words.subject,
            text: words.text,
            html: words.html,
            unixTime: Self.unixTime(of: id) ?? Int64(Date().timeIntervalSince1970),
            host: host
        )
    }

    private func values(of letter: Letter) throws(MailFailure) -> [String: String] {
        let event = letter.event
        let (required, known) = (event.requiredNames, event.requiredNames.union(event.optionalNames))
        var values: [String: String] = [:]
        for (name, secret) in letter.values {
            let value = secret.reveal()
            // What no template can name is not shown.
            guard known.contains(name) else { continue }
            if name == "link" || name.hasSuffix("_link") {
                // P-8: whatever a request claimed about its host, links lead to the configured origin.
                guard value.hasPrefix(origin + "/"), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                    throw .permanent("letter_foreign_link")
                }
                values[name] = value
            } else if name == "change" {
                guard event.changes.contains(value) else { throw .permanent("letter_unknown_change") }
                values["change_\(value)"] = "yes"
            } else {
                let line = MailText.line(value, limit: name == "code" ? .max : 254)
                if !line.isEmpty { values[name] = line }
            }
        }
        for name in required where name != "change" && values[name] == nil {
            throw .permanent("letter_missing_value")
        }
        guard !required.contains("change") || letter.values["change"] != nil,
            event != .signInByMail || values["link"] != nil || values["code"] != nil
        else { throw .permanent("letter_missing_value") }
        values["service"] = MailText.line(service)
        values["address"] = letter.to.description
        values["origin"] = origin
        return values
    }

    /// The origin's host, as a Message-ID's right side.
    private var host: String {
        let authority = origin.firstRange(of: "://").map { origin[$0.upperBound...] } ?? origin[...]
        let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return String(name)
    }

    /// Seconds since the Unix epoch out of a UUIDv7 (RFC 9562 §5.7): the letter's date stays the same over attempts.
    private static func unixTime(of id: UUID) -> Int64? {
        let bytes = id.uuid
        guard bytes.6 >> 4 == 7 else { return nil }
        var milliseconds: Int64 = 0
        for byte in [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5] {
            milliseconds = milliseconds << 8 | Int64(byte)
        }
        return milliseconds / 1000
    }
}
