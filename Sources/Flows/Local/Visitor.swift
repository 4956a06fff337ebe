public import Accounts

/// Who sends a request, as far as the edge can tell: the secrets of the browser, and where it is.
public struct Visitor: Sendable {
    /// The secret of a browser that is signing in or up.
    public let browser: BrowserToken?
    /// The session it holds.
    public let session: SessionToken?
    /// The secret it is known by since an earlier sign-in.
    public let knownDevice: DeviceToken?
    /// Whether it is a program, which keeps no cookies, rather than a browser.
    public let isProgram: Bool
    /// What to remember of it.
    public let device: Device
    /// Whom limits count: a whole IPv4 address, or the /64 of an IPv6 address.
    public let client: String
    /// For logs and events.
    public let requestID: String

    /// Creates a visitor.
    public init(
        browser: BrowserToken?,
        session: SessionToken?,
        knownDevice: DeviceToken?,
        isProgram: Bool,
        device: Device,
        client: String,
        requestID: String
    ) {
        self.browser = browser
        self.session = session
        self.knownDevice = knownDevice
        self.isProgram = isProgram
        self.device = device
        self.client = client
        self.requestID = requestID
    }
}
