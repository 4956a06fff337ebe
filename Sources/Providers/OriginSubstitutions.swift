import OAuth

/// Puts stand-ins in the place of origins, for development and tests. Endpoints move; issuers stay what they are, so a
/// stand-in has to speak exactly as the real provider.
struct OriginSubstitutions: Sendable, Hashable {
    private let targets: [String: EndpointURL]

    static let none = OriginSubstitutions(targets: [:])

    private init(targets: [String: EndpointURL]) { self.targets = targets }

    /// Reads `origin: origin` pairs; the second element names those that are not two origins.
    static func read(_ pairs: [String: String]) -> (OriginSubstitutions, faults: [String]) {
        var targets: [String: EndpointURL] = [:]
        var faults: [String] = []
        for (from, to) in pairs.sorted(by: { $0.key < $1.key }) {
            guard let source = EndpointURL(from), isOrigin(source), let target = EndpointURL(to), isOrigin(target),
                target.isSecure(allowingLoopbackHTTP: true)
            else {
                faults.append(from)
                continue
            }
            targets[source.origin] = target
        }
        return (OriginSubstitutions(targets: targets), faults)
    }

    /// Whether plain http may occur: only where a stand-in is on it.
    var allowLoopbackHTTP: Bool { targets.values.contains { $0.scheme == .http } }

    /// Hosts of the stand-ins; metadata may name them.
    var hosts: Set<String> { Set(targets.values.map(\.host)) }

    func apply(to url: EndpointURL) -> EndpointURL {
        targets[url.origin].map { url.moved(to: $0) } ?? url
    }

    private static func isOrigin(_ url: EndpointURL) -> Bool {
        (url.path.isEmpty || url.path == "/") && url.query == nil
    }
}
