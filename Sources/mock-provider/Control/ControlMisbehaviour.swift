import JSON

/// Misbehaviours and overrides.
struct ControlMisbehaviour {
    let world: World

    /// Every misbehaviour, by surface.
    static var catalogue: JSONValue {
        .object(
            JSONObject(
                Surface.allCases.map { surface in
                    let entries = Catalogue.entries(of: surface).map { ($0.name, JSONValue.string($0.summary)) }
                    return (surface.rawValue, .object(JSONObject(entries)))
                }
            )
        )
    }

    func route(_ method: String, _ parts: [String], _ incoming: Incoming) throws(ControlFault) -> JSONValue? {
        switch (method, parts[0], parts.count) {
        case ("GET", "misbehave", 2): return try world.standIn(named: parts[1]).misbehaviours.json
        case ("PUT", "misbehave", 2): try post(world.standIn(named: parts[1]), body(incoming))
        case ("DELETE", "misbehave", 1): for provider in world.providers { provider.standIn.misbehaviours.clear() }
        case ("DELETE", "misbehave", 2): try world.standIn(named: parts[1]).misbehaviours.clear()
        case ("DELETE", "misbehave", 3):
            guard let surface = Surface(name: parts[2]) else { throw ControlFault("no surface \(parts[2])") }
            try world.standIn(named: parts[1]).misbehaviours.clear(surface)
        case ("PUT", "override", 3):
            try world.standIn(named: parts[1]).overrides.post(.parse(body(incoming)), for: endpoint(parts[2]))
        case ("DELETE", "override", 1): for provider in world.providers { provider.standIn.overrides.clear() }
        case ("DELETE", "override", 2): try world.standIn(named: parts[1]).overrides.clear()
        case ("DELETE", "override", 3): try world.standIn(named: parts[1]).overrides.clear(endpoint(parts[2]))
        default: return nil
        }
        return [:]
    }

    /// `{"misbehave":[…], "count":n}`, or one member per surface: `{"token":"slow=2000", "id_token":["expired"]}`.
    private func post(_ standIn: StandIn, _ body: JSONValue) throws(ControlFault) {
        guard let members = body.object else { throw ControlFault("misbehaviours are a JSON object") }
        var chosen: [Misbehaviour] = []
        var times: Int?
        for (name, value) in members.members {
            if name == "count" {
                times = value.int64.flatMap { Int(exactly: $0) }
            } else if name == "misbehave" {
                chosen += try Misbehaviour.parse(list: value)
            } else if let surface = Surface(name: name) {
                chosen += try Misbehaviour.parse(list: value, on: surface)
            } else {
                throw ControlFault("no surface \(name)")
            }
        }
        standIn.misbehaviours.post(chosen, times: times)
    }

    private func endpoint(_ name: String) throws(ControlFault) -> Endpoint {
        guard let endpoint = Endpoint(name: name) else { throw ControlFault("no endpoint \(name)") }
        return endpoint
    }

    private func body(_ incoming: Incoming) throws(ControlFault) -> JSONValue {
        guard let json = incoming.json else { throw ControlFault("the body is not JSON") }
        return json
    }
}
