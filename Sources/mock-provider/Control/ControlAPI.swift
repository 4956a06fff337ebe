import Cryptography
import JOSE
import JSON

/// The tester's door: what the stand-ins do next, and what they have seen. Only on its own port, so that no client
/// under test can reach it by accident.
struct ControlAPI: Sendable {
    let world: World

    /// Answers one instruction: JSON in, JSON out, 400 with a sentence when it cannot be followed.
    func answer(_ incoming: Incoming) -> Answer {
        do throws(ControlFault) {
            let parts = incoming.path.split(separator: "/").map { FormFields.decode(Array($0.utf8)) }
            guard let result = try route(incoming.method, parts, incoming) else {
                return .json(["error": "no such instruction", "see": "GET /"], status: 404)
            }
            return .json(result)
        } catch {
            return .json(["error": .string(error.description)], status: 400)
        }
    }

    private func route(_ method: String, _ parts: [String], _ incoming: Incoming) throws(ControlFault) -> JSONValue? {
        switch (method, parts.first ?? "", parts.count) {
        case ("GET", "", _): .array(Self.instructions.map(JSONValue.string))
        case ("GET", "log", 1): ControlLog(world: world).entries(incoming.query)
        case ("GET", "counters", 1): .object(world.log.counters)
        case ("DELETE", "log", 1): done { world.log.reset() }
        case ("POST", "reset", 1): done { world.reset() }
        case ("PUT", "clock", 1): try setClock(body(incoming))
        case ("GET", "people", 2): .array(try standIn(parts[1]).people.all.map { .object($0.json) })
        case ("PUT", "people", 3): try putPerson(parts[1], parts[2], body(incoming))
        case ("DELETE", "people", 3): try removePerson(parts[1], parts[2])
        case ("POST", "next", 1): try queue(body(incoming))
        case ("PUT", "auto", 2): try setMode(standIn(parts[1]), body(incoming))
        case ("PUT", "clients", 3): try register(standIn(parts[1]), parts[2], body(incoming))
        case ("GET", "settings", 2): .object(try standIn(parts[1]).settings.json)
        case ("PUT", "settings", 2): try apply(standIn(parts[1]), body(incoming))
        case ("POST", "rotate-keys", 2): try rotate(standIn(parts[1]), incoming)
        case ("POST", "mint", 2): try ControlMint(standIn: standIn(parts[1])).mint(body(incoming), incoming.origin)
        case ("POST", "sign", 2): try ControlMint(standIn: standIn(parts[1])).sign(body(incoming))
        case ("GET", "misbehaviours", 1): ControlMisbehaviour.catalogue
        case (_, "misbehave", _), (_, "override", _):
            try ControlMisbehaviour(world: world).route(method, parts, incoming)
        default: nil
        }
    }

    private static let instructions = [
        "GET /log?provider=&endpoint=&since=", "DELETE /log", "GET /counters", "POST /reset",
        "PUT /clock {offset_seconds}", "GET /people/{provider}", "PUT /people/{provider}/{id} {person}",
        "DELETE /people/{provider}/{id}", "POST /next {provider, person | deny | error, auto, times}",
        "PUT /auto/{provider} {mode: page | fixed | fresh, person}",
        "PUT /clients/{provider}/{id} {secret, redirect_uris}", "GET|PUT /settings/{provider} {…}",
        "POST /rotate-keys/{provider} {keep_old, publish}", "POST /mint/{provider} {person, nonce, …}",
        "POST /sign/{provider} {header, payload}", "GET /misbehaviours", "GET|PUT|DELETE /misbehave/{provider}",
        "DELETE /misbehave", "PUT|DELETE /override/{provider}/{endpoint} {status, content_type, body, …}",
        "DELETE /override",
    ]

    // MARK: Instructions

    private func setClock(_ body: JSONValue) throws(ControlFault) -> JSONValue {
        guard let offset = body["offset_seconds"]?.int64, abs(offset) < 10_000_000_000 else {
            throw ControlFault("offset_seconds has to be a number of seconds")
        }
        world.clock.offsetSeconds = offset
        return ["now": .seconds(world.clock.seconds)]
    }

    private func putPerson(_ provider: String, _ id: String, _ body: JSONValue) throws(ControlFault) -> JSONValue {
        let people = try standIn(provider).people
        let person = try Person.parse(body, id: id, onto: people.find(id))
        people.put(person)
        return .object(person.json)
    }

    private func removePerson(_ provider: String, _ id: String) throws(ControlFault) -> JSONValue {
        try standIn(provider).people.remove(id)
        return [:]
    }

    private func queue(_ body: JSONValue) throws(ControlFault) -> JSONValue {
        guard let provider = body["provider"]?.string else { throw ControlFault("provider is missing") }
        let standIn = try standIn(provider)
        let decision = try decision(body, standIn)
        if body["auto"]?.bool == true {
            standIn.consent.set(.fixed(decision))
        } else {
            let times = min(max(body["times"]?.int64 ?? 1, 1), 100_000)
            for _ in 0..<times { standIn.consent.queue(decision) }
        }
        return [:]
    }

    private func setMode(_ standIn: StandIn, _ body: JSONValue) throws(ControlFault) -> JSONValue {
        switch body["mode"]?.string {
        case "page": standIn.consent.set(.page)
        case "fresh": standIn.consent.set(.fresh)
        case "fixed": standIn.consent.set(.fixed(try decision(body, standIn)))
        default: throw ControlFault("mode is page, fixed or fresh")
        }
        return [:]
    }

    private func decision(_ body: JSONValue, _ standIn: StandIn) throws(ControlFault) -> Decision {
        if body["deny"]?.bool == true { return .deny }
        if let error = body["error"]?.string {
            return .error(code: error, description: body["error_description"]?.string)
        }
        guard let wanted = body["person"] else { throw ControlFault("person, deny or error is missing") }
        return .allow(try ControlMint.person(wanted, standIn))
    }

    private func register(_ standIn: StandIn, _ id: String, _ body: JSONValue) throws(ControlFault) -> JSONValue {
        guard let secret = body["secret"]?.string else { throw ControlFault("secret is missing") }
        let addresses = body["redirect_uris"]?.array?.compactMap(\.string) ?? []
        standIn.register(Client(id: id, secret: secret, redirectURIs: addresses))
        return [:]
    }

    private func apply(_ standIn: StandIn, _ body: JSONValue) throws(ControlFault) -> JSONValue {
        guard let changes = body.object else { throw ControlFault("settings are a JSON object") }
        try standIn.apply(changes)
        return [:]
    }

    private func rotate(_ standIn: StandIn, _ incoming: Incoming) throws(ControlFault) -> JSONValue {
        let body = incoming.body.isEmpty ? [:] : try body(incoming)
        try standIn.rotateKeys(
            keepingOld: body["keep_old"]?.bool ?? true,
            publishing: body["publish"]?.bool ?? true
        )
        return ["kid": .string(standIn.keys.current.keyID)]
    }

    // MARK: Reading

    private func standIn(_ name: String) throws(ControlFault) -> StandIn {
        try world.standIn(named: name)
    }

    private func body(_ incoming: Incoming) throws(ControlFault) -> JSONValue {
        guard let json = incoming.json else { throw ControlFault("the body is not JSON") }
        return json
    }

    private func done(_ action: () -> Void) -> JSONValue {
        action()
        return [:]
    }
}

extension World {
    /// The stand-in of this name.
    func standIn(named name: String) throws(ControlFault) -> StandIn {
        guard let kind = StandInKind(rawValue: name), let standIn = standIn(kind) else {
            throw ControlFault("no provider \(name): google, github, x or oidc")
        }
        return standIn
    }
}
