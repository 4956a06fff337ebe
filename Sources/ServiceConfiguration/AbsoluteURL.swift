import Accounts

/// URLs that configuration names exactly. They stay text, because they are compared character by character.
enum AbsoluteURL {
    /// Visible ASCII without fragment, wildcard, backslash or user information; https, or http on a loopback host;
    /// at most 2,048 bytes.
    static func isAcceptable(_ text: String) -> Bool {
        guard let origin = origin(of: text) else { return false }
        return origin.isSecure || origin.isLoopback
    }

    /// The origin of such a URL.
    static func origin(of text: String) -> WebOrigin? {
        guard (1...2048).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.contains(where: { $0 == "\\" || $0 == "#" || $0 == "*" }),
            let scheme = text.firstRange(of: "://")
        else { return nil }
        let rest = text[scheme.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        return WebOrigin(String(text[..<end]))
    }
}

extension ValueType where Value == String {
    /// An absolute URL, compared exactly.
    static let absoluteURL = of(
        "absolute https URL without fragment, user or wildcard (http only for localhost, 127.0.0.1 and [::1])",
        write: { $0 }
    ) { AbsoluteURL.isAcceptable($0) ? $0 : nil }

    /// Where people reach somebody: a URL to open, or an address to write to.
    static let contact = of("e-mail address or an absolute https URL", write: { $0 }) { text in
        let isMailbox = EmailAddress(text) != nil && !text.contains(where: \.isWhitespace)
        return isMailbox || AbsoluteURL.isAcceptable(text) ? text : nil
    }

    /// An issuer identifier: no query (OpenID Connect Discovery 1.0 §3).
    static let issuer = of("issuer: an https URL without query, fragment or user", write: { $0 }) { text in
        AbsoluteURL.isAcceptable(text) && !text.contains("?") ? text : nil
    }

    /// A path of this origin: one slash first, so that a browser cannot read it as another host (A13).
    static let ownPath = of("path that begins with one /", write: { $0 }) { text in
        guard (1...2048).contains(text.utf8.count), text.hasPrefix("/"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.contains("//"), !text.contains("/.."), !text.contains("%"),
            !text.contains(where: { $0 == "\\" || $0 == "#" })
        else { return nil }
        return text
    }
}
