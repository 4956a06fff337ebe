public import Accounts
public import Cryptography
import InternetAddress

extension ServiceConfiguration {
    /// Settings of `mail`.
    public struct Mail: Sendable {
        /// Whether the connection has to be encrypted.
        public enum TLS: String, Sendable, CaseIterable {
            /// Yes.
            case required
            /// No; for loopback and private networks only.
            case none
        }

        /// The mail server; nil when none is configured.
        public let server: MailServer?
        /// User name at the server; there is a password with it.
        public let username: String?
        /// Password at the server.
        public let password: Secret?
        /// The sender's address; there is one when there is a server.
        public let from: EmailAddress?
        /// The sender's name, when it is not the service's.
        public let fromName: String?
        /// Whether the connection has to be encrypted.
        public let tls: TLS
        /// Further certificate authorities.
        public let caFile: String?
        /// Whether mails are caught instead of sent; only in development mode.
        public let isCaught: Bool
        /// Budget for one mail.
        public let timeout: Duration
    }
}

extension ServiceConfiguration.Mail {
    init(_ resolver: inout Resolver) {
        server = resolver.value(Settings.mailURL)
        username = resolver.value(Settings.mailUsername)
        password = resolver.value(Settings.mailPassword)
        from = resolver.value(Settings.mailFrom)
        fromName = resolver.value(Settings.mailFromName)
        tls = resolver.value(Settings.mailTLS)
        caFile = resolver.value(Settings.mailCAFile)
        isCaught = resolver.value(Settings.mailCatch)
        timeout = resolver.value(Settings.mailTimeout)
    }

    func check(_ mode: ServiceConfiguration.Mode, _ resolver: inout Resolver) {
        if isCaught, mode == .production {
            let message = "mails are only caught in mode: development; in production nobody would get them"
            resolver.fail(.notAllowed, ["mail.catch", "mode"], message)
        }
        if (username == nil) != (password == nil) {
            let message = "mail.username and mail.password only work together"
            resolver.fail(.conflict, ["mail.username", "mail.password"], message)
        }
        guard let server else { return }
        if from == nil {
            resolver.fail(.conflict, ["mail.url", "mail.from"], "mail.url needs mail.from: whom mails come from")
        }
        guard tls == .none else { return }
        if server.isEncrypted {
            resolver.fail(
                .conflict,
                ["mail.tls", "mail.url"],
                "smtps:// is encrypted: it cannot be with mail.tls: none"
            )
        }
        if server.isPublicAddress {
            let message = "mail.tls: none is only allowed for loopback and private addresses"
            resolver.fail(.notAllowed, ["mail.tls", "mail.url"], message)
        }
        if mode == .production, password != nil, !server.isLoopback {
            let message = "a password would travel in clear: it needs mail.tls: required"
            resolver.fail(.notAllowed, ["mail.password", "mail.tls"], message)
        }
    }
}

/// Where a mail server is: `smtp://host:port` or `smtps://host:port`.
public struct MailServer: Sendable, Hashable, CustomStringConvertible {
    /// Whether it is encrypted from the first byte (`smtps`).
    public let isEncrypted: Bool
    /// Lower-case host name, IPv4 address, or IPv6 address in brackets.
    public let host: String
    /// The port; without one written 587 (RFC 6409 §3.1), or 465 for `smtps` (RFC 8314 §7.3).
    public let port: Int

    /// Nil for anything with user information, a path or a query, and for every other scheme.
    public init?(_ text: String) {
        let isEncrypted = text.hasPrefix("smtps://")
        guard isEncrypted || text.hasPrefix("smtp://") else { return nil }
        let authority = text.dropFirst(isEncrypted ? 8 : 7)
        // The same rules as for web servers, whose own port stands for none here.
        guard let origin = WebOrigin("https://" + authority) else { return nil }
        self.isEncrypted = isEncrypted
        host = origin.host
        port = origin.port == 443 && !authority.hasSuffix(":443") ? (isEncrypted ? 465 : 587) : origin.port
    }

    /// Whether the host is this machine.
    public var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(host) }

    /// Whether the host is written as an address of the public internet. A name is judged when it is connected to.
    var isPublicAddress: Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard let address = IPAddress(bare) else { return false }
        return !Self.premises.contains { $0.contains(address) }
    }

    private static let premises = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
    ]
    .compactMap { AddressRange($0) }

    /// `scheme://host:port`.
    public var description: String { "\(isEncrypted ? "smtps" : "smtp")://\(host):\(port)" }
}

extension ValueType where Value == MailServer {
    /// A mail server.
    static let mailServer = of(
        "mail server such as smtp://mail.example.org:587 or smtps://mail.example.org, without user, password and path",
        write: \.description
    ) { MailServer($0) }
}

extension ValueType where Value == EmailAddress {
    /// One address.
    static let mailAddress = of("mail address such as accounts@example.org", write: \.description) { text in
        text.contains(where: \.isWhitespace) ? nil : EmailAddress(text)
    }
}
