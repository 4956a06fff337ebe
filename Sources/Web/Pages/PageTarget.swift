/// Which addresses a page may lead to. Escaping keeps an address inside its attribute but does not make it safe:
/// `javascript:…`, `//evil.example` and `/\evil.example` contain nothing that is escaped.
enum PageTarget {
    /// `path` if it is a path of this origin, else `/`.
    static func path(_ path: String) -> String {
        isLocalPath(path) ? path : "/"
    }

    /// `address` if it is a path of this origin, an `https` address, or `http` on loopback; else `/`.
    static func link(_ address: String) -> String {
        isLocalPath(address) || isWebAddress(address) ? address : "/"
    }

    /// `address` if it is a web address, or a mailbox as a `mailto:` address without header fields (RFC 6068 §2); else `/`.
    static func contact(_ address: String) -> String {
        guard !isWebAddress(address) else { return address }
        let isMailbox = isPlain(address) && address.contains("@") && !address.contains { "?&#%:/,;<>\"".contains($0) }
        return isMailbox ? "mailto:" + address : "/"
    }

    /// `address` if it is an `otpauth://totp/…` address, which only an authenticator app opens; else nil.
    static func authenticator(_ address: String) -> String? {
        isPlain(address) && address.hasPrefix("otpauth://totp/") ? address : nil
    }

    /// Starts with exactly one slash and holds neither a backslash, which browsers read as a slash, nor white space or
    /// control characters, which browsers remove before they look.
    private static func isLocalPath(_ text: String) -> Bool {
        isPlain(text) && text.hasPrefix("/") && !text.hasPrefix("//")
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard isPlain(text), let colon = text.firstIndex(of: ":") else { return false }
        let scheme = text[..<colon]
        guard text[colon...].hasPrefix("://") else { return false }
        let authority = text[text.index(colon, offsetBy: 3)...].prefix { !"/?#".contains($0) }
        // "https://bank.example@evil.example" shows one host and opens another.
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        return scheme == "https" || (scheme == "http" && isLoopback(authority))
    }

    private static func isLoopback(_ authority: Substring) -> Bool {
        ["localhost", "127.0.0.1", "[::1]"].contains { host in
            guard authority.hasPrefix(host) else { return false }
            let port = authority.dropFirst(host.count)
            return port.isEmpty || (port.first == ":" && port.dropFirst().allSatisfy { "0123456789".contains($0) })
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    }
}
