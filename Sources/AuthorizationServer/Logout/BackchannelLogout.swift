public import OAuth

/// How an app is told that a person's session with it has ended (OpenID Connect Back-Channel Logout 1.0 §2.2).
public struct BackchannelLogout: Sendable, Hashable {
    /// Where the logout token is posted: https, or plain http on this machine.
    public let uri: EndpointURL
    /// Whether the app needs `sid`. It gets it either way.
    public let isSessionRequired: Bool

    /// The queue in which notices wait, one job for each session that ended.
    public static let queue = "logout"

    /// Nil for plain http to another machine: whoever sees a logout token on its way learns who left.
    public init?(uri: EndpointURL, isSessionRequired: Bool) {
        guard uri.isSecure(allowingLoopbackHTTP: true) else { return nil }
        self.uri = uri
        self.isSessionRequired = isSessionRequired
    }
}
