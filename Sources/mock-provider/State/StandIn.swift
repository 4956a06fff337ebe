import Cryptography
import JOSE
import JSON
import Synchronization

/// One stand-in with everything it remembers.
final class StandIn: Sendable {
    let kind: StandInKind
    let codes = CodeStore()
    let tokens = TokenStore()
    let people: People
    let consent = ConsentPolicy()
    let keys: SigningKeys
    let misbehaviours = MisbehaviourBoard()
    let overrides = OverrideBoard()
    let reads = RateWindow(limit: 75, seconds: 900)
    let clock: MockClock
    let log: RequestLog
    private let changeable: Mutex<(settings: Settings, clients: [String: Client])>
    private let registered: (settings: Settings, client: Client)
    private let boundPort = Atomic<Int>(0)

    init(_ kind: StandInKind, client: Client, keys: SigningKeys, clock: MockClock, log: RequestLog) {
        self.kind = kind
        self.keys = keys
        self.clock = clock
        self.log = log
        people = People(kind: kind)
        registered = (Settings.standard(kind), client)
        changeable = Mutex((registered.settings, [client.id: client]))
    }

    /// How the stand-in behaves when it behaves.
    var settings: Settings { changeable.withLock { $0.settings } }

    /// The port, once it is known.
    var port: Int {
        get { boundPort.load(ordering: .acquiring) }
        set { boundPort.store(newValue, ordering: .releasing) }
    }

    /// `iss`: the real provider's, or this server's own for the generic provider.
    var issuer: String {
        let issuer = settings.issuer
        return issuer.isEmpty ? "http://127.0.0.1:\(port)" : issuer
    }

    /// Changes settings. Another kind of signature means other keys.
    func apply(_ changes: JSONObject) throws(ControlFault) {
        var next = settings
        try next.apply(changes)
        if next.signature != keys.current.algorithm { try rotateKeys(next.signature) }
        changeable.withLock { $0.settings = next }
    }

    /// Signs with a new key from now on; see ``SigningKeys/rotate(_:keepingOld:publishing:)``.
    func rotateKeys(
        _ algorithm: SignatureAlgorithm? = nil,
        keepingOld: Bool = false,
        publishing: Bool = true
    ) throws(ControlFault) {
        do throws(KeyFault) {
            try keys.rotate(algorithm ?? settings.signature, keepingOld: keepingOld, publishing: publishing)
        } catch {
            throw ControlFault("no new key: \(error.rawValue)")
        }
    }

    /// A registered app.
    func client(_ id: String?) -> Client? {
        guard let id else { return nil }
        return changeable.withLock { $0.clients[id] }
    }

    /// Registers an app, or replaces it.
    func register(_ client: Client) {
        changeable.withLock { $0.clients[client.id] = client }
    }

    /// Applies the misbehaviours of a surface to what it is about to say.
    func twist<Draft>(
        _ draft: inout Draft,
        with all: [Twist<Draft>],
        chosen: [Misbehaviour],
        origin: String
    ) {
        Catalogue.apply(chosen, from: all, to: &draft, now: clock.seconds, origin: origin)
    }

    /// Back to the beginning.
    func reset() {
        keys.reset()
        codes.reset()
        tokens.reset()
        people.reset()
        consent.reset()
        misbehaviours.clear()
        overrides.clear()
        reads.reset()
        changeable.withLock { $0 = (registered.settings, [registered.client.id: registered.client]) }
    }
}
