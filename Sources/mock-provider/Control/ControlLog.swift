import JSON

/// What the stand-ins have seen.
struct ControlLog {
    let world: World

    /// The kept requests, oldest first; `provider`, `endpoint` and `since` (a number: only later ones) narrow them.
    func entries(_ query: FormFields) -> JSONValue {
        let provider = query.nonEmpty("provider")
        let endpoint = query.nonEmpty("endpoint").flatMap(Endpoint.init(name:))
        let since = query["since"].flatMap { Int($0) } ?? 0
        let entries = world.log.entries { entry in
            (provider == nil || entry.kind.rawValue == provider)
                && (endpoint == nil || entry.endpoint == endpoint)
                && entry.number > since
        }
        return .array(entries.map { .object($0.json) })
    }
}
