import JOSE
import JSON

/// One request on its way through a provider.
struct Visit: Sendable {
    let incoming: Incoming
    let endpoint: Endpoint
    /// The stand-in's misbehaviours on this endpoint's surface; each has been counted down.
    let chosen: [Misbehaviour]
}

/// An answer, and whom it is about, so that this person's own misbehaviours can be added.
struct Served: Sendable {
    var answer: Answer
    var person: Person?

    init(_ answer: Answer, about person: Person? = nil) {
        self.answer = answer
        self.person = person
    }
}

/// One provider's protocol: which path is which endpoint, and what each answers.
protocol Provider: Sendable {
    var standIn: StandIn { get }

    /// The endpoint at a path. Exact: nothing is decoded or normalised.
    func endpoint(at path: String) -> Endpoint

    /// The provider's own answer, with the misbehaviours of its content already in it.
    func answer(_ visit: Visit) -> Served
}

extension Provider {
    /// Everything that happens to a request: the override a test supplied, or the provider's own answer and the
    /// misbehaviours of its delivery; then the log.
    func serve(_ incoming: Incoming) -> Answer {
        let endpoint = incoming.path.hasPrefix("/bait/") ? .bait : endpoint(at: incoming.path)
        let answer = standIn.overrides.take(endpoint) ?? ownAnswer(incoming, endpoint)
        standIn.log.note(
            incoming,
            kind: standIn.kind,
            endpoint: endpoint,
            status: answer.status,
            milliseconds: standIn.clock.milliseconds
        )
        return answer
    }

    private func ownAnswer(_ incoming: Incoming, _ endpoint: Endpoint) -> Answer {
        guard let surface = Surface(endpoint) else {
            return endpoint == .bait ? bait(incoming) : notFound
        }
        let chosen = standIn.misbehaviours.take(surface)
        var served = answer(Visit(incoming: incoming, endpoint: endpoint, chosen: chosen))
        let all = chosen + (served.person?.misbehaviours(on: surface) ?? [])
        standIn.twist(&served.answer, with: DeliveryTwists.all, chosen: all, origin: incoming.origin)
        return served.answer
    }

    /// What a real provider says to a path it does not have.
    var notFound: Answer { .html("<!doctype html><title>Not found</title><h1>Not found</h1>", status: 404) }

    /// What lies behind the addresses that only an attacked client calls: the foreign key, and an endless redirect.
    private func bait(_ incoming: Incoming) -> Answer {
        switch incoming.path {
        case "/bait/loop": .redirect("\(incoming.origin)/bait/loop", status: 307)
        case "/bait/keys": .json(["keys": .array([.object(standIn.keys.foreign.published)])])
        default: .json(["bait": true])
        }
    }

    /// Changes what is about to be said, by the misbehaviours of the stand-in and of the person.
    func twist<Draft>(_ draft: inout Draft, with all: [Twist<Draft>], for person: Person?, on visit: Visit) {
        guard let surface = Surface(visit.endpoint) else { return }
        let chosen = visit.chosen + (person?.misbehaviours(on: surface) ?? [])
        standIn.twist(&draft, with: all, chosen: chosen, origin: visit.incoming.origin)
    }

    /// An ID token with its own misbehaviours.
    func idToken(_ grant: Grant, _ client: Client, accessToken: String, _ visit: Visit) -> String {
        IDTokens.make(
            for: grant.person,
            scope: grant.scope,
            audience: client,
            nonce: grant.nonce,
            accessToken: accessToken,
            lifetime: 3600,
            at: standIn,
            chosen: standIn.misbehaviours.take(.idToken) + grant.person.misbehaviours(on: .idToken),
            origin: visit.incoming.origin
        )
    }

    /// Key sets, the same at every OpenID Provider.
    func keySet(_ visit: Visit, headers: [(String, String)]) -> Served {
        let keys = standIn.keys
        var set = KeySetDraft(
            keys: keys.published.map(\.published),
            current: keys.current.keyID,
            foreign: keys.foreign.published
        )
        twist(&set, with: KeySetTwists.all, for: nil, on: visit)
        var answer = Answer.json(set.replacement ?? ["keys": .array(set.keys.map { .object($0) })])
        for (name, value) in headers { answer.setHeader(name, value) }
        return Served(answer)
    }
}

extension Person {
    /// This person's own misbehaviours on a surface.
    func misbehaviours(on surface: Surface) -> [Misbehaviour] {
        misbehaviours.isEmpty ? [] : misbehaviours.filter { $0.surface == surface }
    }
}
