public import Accounts

/// A session about to begin, with the two secrets that only the browser keeps.
struct FreshSession: Sendable {
    let token: SessionToken
    let device: DeviceToken
    let stored: NewSession
}

extension LocalAccountServices {
    /// A session for a user who arrived by these methods; the browser's former session ends with it.
    func freshSession(
        for user: UserID,
        methods: [AuthenticationMethod],
        _ visitor: Visitor
    ) -> FreshSession {
        let token = SessionToken.generate()
        let device = visitor.knownDevice ?? .generate()
        return FreshSession(
            token: token,
            device: device,
            stored: NewSession(
                id: freshID(),
                tokenHash: token.hash,
                methods: methods,
                lifetime: settings.sessionLifetime,
                replacing: visitor.session?.hash,
                device: visitor.device,
                // A program keeps no cookie: it is known by its network, so that its owner is told once, not each time.
                deviceToken: visitor.isProgram ? .ofState("program \(visitor.device.network ?? "")") : device.hash,
                newDeviceNotice: job(.newDevice(user, visitor.device, unixTime: unixTime()))
            )
        )
    }
}

/// A sign-in that worked, as the edge answers it.
public struct SignedIn: Sendable {
    /// The session's token, for its cookie.
    public let token: SessionToken
    /// The secret the browser is known by from now on.
    public let device: DeviceToken
    /// Whether the browser was signed in as somebody else before.
    public let switched: Bool
    /// Whether the session opens nothing until the second step.
    public let awaitsSecondFactor: Bool
    /// Where to go; nil for wherever was asked for.
    public let returnTo: String?

    init(_ fresh: FreshSession, _ started: StartedSession, returnTo: String? = nil) {
        token = fresh.token
        device = fresh.device
        switched = started.replaced.map { $0 != started.user } ?? false
        awaitsSecondFactor = started.awaitsSecondFactor
        self.returnTo = returnTo
    }
}
