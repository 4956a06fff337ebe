/// Addresses of other origins that the operator lets people return to.
public struct RegisteredAddresses: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// URLs, compared character by character.
    public let urls: Set<String>
    /// Origins, as `https://app.example.org` or with a port: every page of theirs.
    public let origins: Set<String>

    /// Creates a list.
    public init(urls: Set<String>, origins: Set<String> = []) {
        self.urls = urls
        self.origins = origins
    }

    /// URLs only.
    public init(arrayLiteral urls: String...) { self.init(urls: Set(urls)) }

    /// Whether a text of visible ASCII characters is one of these. The slash behind an origin ends its host for every reader, so
    /// that neither `https://app.example.org.evil` nor `https://app.example.org@evil` is a page of it.
    func contain(_ text: String) -> Bool {
        if urls.contains(text) { return true }
        guard !origins.isEmpty, !text.utf8.contains(UInt8(ascii: "\\")) else { return false }
        return origins.contains { text.hasPrefix($0 + "/") }
    }
}
