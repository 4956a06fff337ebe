/// All stand-ins of one process, and what they share.
final class World: Sendable {
    let clock = MockClock()
    let log: RequestLog
    /// The stand-ins, each in its provider's protocol.
    let providers: [any Provider]

    /// - Parameters:
    ///   - logCapacity: how many requests the log keeps.
    ///   - clients: the app registered with each provider; `google-client` and so on where none is given.
    ///   - kinds: whom to play.
    ///   - keys: keys that exist already; the others are generated, which takes a while for RSA.
    init(
        logCapacity: Int,
        clients: [StandInKind: Client] = [:],
        kinds: [StandInKind] = StandInKind.allCases,
        keys: [StandInKind: SigningKeys] = [:]
    ) throws(ControlFault) {
        log = RequestLog(capacity: logCapacity)
        var providers: [any Provider] = []
        for kind in kinds {
            let client = clients[kind] ?? Client(id: "\(kind)-client", secret: "\(kind)-secret", redirectURIs: [])
            let keys = if let existing = keys[kind] { existing } else { try SigningKeys.standard(kind) }
            providers.append(Self.provider(StandIn(kind, client: client, keys: keys, clock: clock, log: log)))
        }
        self.providers = providers
    }

    /// One stand-in's protocol.
    func provider(_ kind: StandInKind) -> (any Provider)? {
        providers.first { $0.standIn.kind == kind }
    }

    /// One stand-in's memory.
    func standIn(_ kind: StandInKind) -> StandIn? { provider(kind)?.standIn }

    /// Back to the beginning.
    func reset() {
        log.reset()
        clock.offsetSeconds = 0
        for provider in providers { provider.standIn.reset() }
    }

    private static func provider(_ standIn: StandIn) -> any Provider {
        switch standIn.kind {
        case .google: Google(standIn: standIn)
        case .github: GitHub(standIn: standIn)
        case .x: X(standIn: standIn)
        case .oidc: OpenIDProvider(standIn: standIn)
        }
    }
}
