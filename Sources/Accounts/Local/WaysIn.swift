/// Which ways of signing in work at this installation today. Whatever an account has besides opens nothing, so it does not count
/// when the last way in must not be removed (G14).
public struct WaysIn: Sendable, Hashable {
    /// Whether passwords are offered.
    public let password: Bool
    /// Issuers of the providers that are switched on and sign people in.
    public let issuers: [String]
    /// Whether a link or a code by mail signs in, for whoever has a proven address.
    public let mail: Bool

    /// Creates the ways of an installation.
    public init(password: Bool, issuers: [String], mail: Bool) {
        self.password = password
        self.issuers = issuers
        self.mail = mail
    }

    /// Whether an account with these has a way in that works; for pages. What is removed is decided by the store, under a lock.
    public func open(password hasPassword: Bool, issuers linked: [String], provenAddress: Bool) -> Bool {
        (password && hasPassword) || linked.contains { issuers.contains($0) } || (mail && provenAddress)
    }
}
