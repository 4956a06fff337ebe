public import Cryptography
import InternetAddress

/// Which mail server takes our mails, and how we speak to it.
public struct SMTPConfiguration: Sendable {
    /// How the connection is protected. Whatever is encrypted is also verified: certificate and host name.
    public enum Encryption: String, Sendable, CaseIterable {
        /// TLS from the first byte (`smtps`, RFC 8314 §3.3).
        case implicit
        /// STARTTLS (RFC 3207), and nothing is said in clear if the server does not offer it.
        case startTLS = "starttls"
        /// None. The socket guard then allows loopback and private networks only.
        case none
    }

    /// Host name, IPv4 address, or IPv6 address in brackets.
    public var host: String
    /// Port.
    public var port: Int
    /// How the connection is protected.
    public var encryption: Encryption
    /// What we call ourselves in EHLO: the public host.
    public var localName: String
    /// For AUTH, with ``password``.
    public var username: String?
    /// For AUTH.
    public var password: Secret?
    /// PEM file with further certificate authorities.
    public var certificateFile: String?
    /// Budget for one mail, waiting included. Default 30 s.
    public var timeout: Duration = .seconds(30)
    /// Mails handed over at a time. Default 4.
    public var maximumConcurrent = 4

    /// Creates a configuration.
    public init(host: String, port: Int, encryption: Encryption, localName: String) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.localName = localName
    }

    /// The server as libcurl takes it; the path is the name for EHLO. Nil when a part holds what a URL cannot.
    var url: String? {
        func isPlain(_ text: String, _ allowed: String) -> Bool {
            !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || allowed.utf8.contains(byte)
                }
        }
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
        guard isPlain(isAddress ? String(host.dropFirst().dropLast()) : host, isAddress ? ":." : ".-_"),
            isPlain(localName, ".-:[]"), (1...65_535).contains(port)
        else { return nil }
        return "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(port)/\(localName)"
    }

    /// The server is an operator's choice and may be on the own premises; without encryption it has to be. Cloud metadata
    /// services are nobody's mail server.
    func allows(_ address: IPAddress) -> Bool {
        let networks = encryption == .none ? Self.privateNetworks : Self.allNetworks
        return AddressGuard.allows(address, policy: AddressPolicy(loopback: .allowed, allowedNetworks: networks))
            && (encryption != .none || Self.isOnPremises(address))
    }

    private static func isOnPremises(_ address: IPAddress) -> Bool {
        AddressGuard.allows(address, policy: AddressPolicy(loopback: .required))
            || privateNetworks.contains { $0.contains(address) }
    }

    private static let allNetworks = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }
    private static let privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
        .compactMap { AddressRange($0) }
}
