import JSON

/// What a misbehaviour changes. In the order in which a bare name is looked up.
enum Surface: String, CaseIterable, Sendable {
    /// Claims, header, signature or shape of the ID token.
    case idToken = "id_token"
    /// Parameters of the redirect back to the client.
    case callback
    /// Body of the token response.
    case token
    /// Body of userinfo, `/user`, `/2/users/me`.
    case profile
    /// Body and links of GitHub's `/user/emails`.
    case emails
    /// The key set.
    case keys
    /// Discovery, or authorization server metadata.
    case discovery
    /// Delivery of the revocation response.
    case revoke
    /// Delivery of the token check response.
    case check
    /// Delivery of the consent page.
    case authorize

    /// Reads a name; the usual other names are accepted.
    init?(name: String) {
        switch name {
        case "userinfo", "user", "me": self = .profile
        case "jwks", "certs": self = .keys
        default: self.init(rawValue: name)
        }
    }

    /// The surface of the responses of an endpoint.
    init?(_ endpoint: Endpoint) {
        self.init(rawValue: endpoint.rawValue)
    }
}

/// One chosen misbehaviour, written `name`, `surface:name` or `surface:name=argument`.
struct Misbehaviour: Sendable, CustomStringConvertible {
    let surface: Surface
    let name: String
    let argument: String?

    /// The full spelling.
    var description: String { "\(surface.rawValue):\(name)" + (argument.map { "=\($0)" } ?? "") }

    /// Reads one. A name without a surface means the first surface that knows it.
    /// - Throws: a sentence that says what is unknown.
    static func parse(_ text: String, on surface: Surface? = nil) throws(ControlFault) -> Misbehaviour {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let argument = halves.count > 1 ? String(halves[1]) : nil
        var name = halves.first.map(String.init) ?? ""
        var wanted = surface
        if wanted == nil, let colon = name.firstIndex(of: ":") {
            guard let named = Surface(name: String(name[..<colon])) else {
                throw ControlFault("no surface \(name[..<colon])")
            }
            wanted = named
            name = String(name[name.index(after: colon)...])
        }
        let candidates = wanted.map { [$0] } ?? Surface.allCases
        guard let found = candidates.first(where: { Catalogue.knows(name, on: $0) }) else {
            throw ControlFault("no misbehaviour \(text)")
        }
        return Misbehaviour(surface: found, name: name, argument: argument)
    }

    /// Reads a string or an array of strings.
    static func parse(list: JSONValue, on surface: Surface? = nil) throws(ControlFault) -> [Misbehaviour] {
        var found: [Misbehaviour] = []
        for value in list.array ?? [list] {
            guard let text = value.string else { throw ControlFault("a misbehaviour is a string") }
            found.append(try parse(text, on: surface))
        }
        return found
    }
}

/// One way of misbehaving: a name, what it does in a sentence, and the change itself.
struct Twist<Draft>: Sendable {
    let name: String
    let summary: String
    let effect: @Sendable (inout Draft, TwistContext) -> Void

    init(_ name: String, _ summary: String, _ effect: @escaping @Sendable (inout Draft, TwistContext) -> Void) {
        self.name = name
        self.summary = summary
        self.effect = effect
    }
}

/// What a change may need to know.
struct TwistContext: Sendable {
    /// What stood behind `=`.
    let argument: String?
    /// Seconds since 1970, by the stand-in's clock.
    let now: Int64
    /// The stand-in's own origin, for bait addresses.
    let origin: String

    /// The argument as a number, or the usual one; kept small enough to be added to a time or multiplied by 1000.
    func number(or usual: Int64) -> Int64 {
        min(max(argument.flatMap { Int64($0) } ?? usual, -1_000_000_000_000), 1_000_000_000_000)
    }
}
