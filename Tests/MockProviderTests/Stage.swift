import Cryptography
import HTTPTypes
import JOSE
import JSON
import Testing

@testable import mock_provider

/// One stand-in without a network, and a client that knows how to talk to it.
struct Stage {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    static let redirectURI = "http://127.0.0.1:8080/callback/test"

    /// Generating RSA keys takes longer than everything else here.
    private static let googleKeys = Result { try SigningKeys.standard(.google) }

    let world: World
    let kind: StandInKind
    private let provider: any Provider

    init(_ kind: StandInKind, redirectURIs: [String] = []) throws {
        let client = Client(id: "\(kind)-client", secret: "\(kind)-secret", redirectURIs: redirectURIs)
        let keys = kind == .google ? try [kind: Self.googleKeys.get()] : [:]
        world = try World(logCapacity: 100, clients: [kind: client], kinds: [kind], keys: keys)
        self.kind = kind
        provider = try #require(world.provider(kind))
        provider.standIn.port = 9999
    }

    var standIn: StandIn { provider.standIn }

    // MARK: Requests

    func get(_ path: String, _ headers: [String: String] = [:]) -> Answer {
        send("GET", path, headers)
    }

    func send(_ method: String, _ target: String, _ headers: [String: String] = [:], body: String = "") -> Answer {
        let halves = target.split(separator: "?", maxSplits: 1)
        var fields = HTTPFields()
        for (name, value) in headers { HTTPField.Name(name).map { fields[$0] = value } }
        return provider.serve(
            Incoming(
                method: method,
                path: String(halves[0]),
                rawQuery: halves.count > 1 ? String(halves[1]) : "",
                headers: fields,
                host: "127.0.0.1:9999",
                body: Array(body.utf8)
            )
        )
    }

    func control(_ method: String, _ path: String, _ body: JSONValue? = nil) -> Answer {
        let halves = path.split(separator: "?", maxSplits: 1)
        return ControlAPI(world: world).answer(
            Incoming(
                method: method,
                path: String(halves[0]),
                rawQuery: halves.count > 1 ? String(halves[1]) : "",
                headers: [:],
                host: "127.0.0.1:9998",
                body: body?.serializedBytes() ?? []
            )
        )
    }

    // MARK: The flow

    /// The parameters a good client sends; `nil` in `changes` leaves one out.
    func authorize(
        as person: String? = "alice",
        scope: String? = nil,
        _ changes: [String: String?] = [:],
        headers: [String: String] = [:]
    ) -> Answer {
        var parameters: [String: String] = [
            "client_id": "\(kind)-client", "response_type": "code", "redirect_uri": Self.redirectURI,
            "scope": scope ?? defaultScope, "state": "the-state", "nonce": "the-nonce",
            "code_challenge": Self.challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { parameters[name] = value }
        var headers = headers
        if let person { headers["mock-person"] = person }
        let query = FormFields.encode(parameters.sorted { $0.key < $1.key })
        return send("GET", "\(path(.authorize))?\(query)", headers)
    }

    /// A fresh code.
    func code(as person: String = "alice", scope: String? = nil, _ changes: [String: String?] = [:]) throws -> String {
        try #require(authorize(as: person, scope: scope, changes).callback["code"])
    }

    /// Exchanges a code as a good client would; `nil` in `changes` leaves a field out.
    func exchange(
        _ code: String,
        _ changes: [String: String?] = [:],
        headers: [String: String] = [:]
    ) -> Answer {
        var fields: [String: String] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": Self.redirectURI,
            "code_verifier": Self.verifier,
        ]
        var all = ["content-type": "application/x-www-form-urlencoded", "accept": "application/json"]
        if kind == .x || kind == .oidc {
            all["authorization"] = Self.basic("\(kind)-client", "\(kind)-secret")
        } else {
            fields["client_id"] = "\(kind)-client"
            fields["client_secret"] = "\(kind)-secret"
        }
        for (name, value) in changes { fields[name] = value }
        for (name, value) in headers { all[name] = value.isEmpty ? nil : value }
        return send("POST", path(.token), all, body: FormFields.encode(fields.sorted { $0.key < $1.key }))
    }

    /// Tokens for a person.
    func tokens(as person: String = "alice", scope: String? = nil) throws -> JSONValue {
        try exchange(code(as: person, scope: scope)).json
    }

    /// The profile behind a token.
    func profile(_ token: String, query: String = "") -> Answer {
        get(path(.profile) + query, ["authorization": "Bearer \(token)", "user-agent": "tests"])
    }

    /// The claims of an ID token after checking it with the published keys.
    func verified(_ tokens: JSONValue) throws -> JSONValue {
        let keys = try JWKSet.parse(get(path(.keys)).json)
        let text = try #require(tokens["id_token"]?.string)
        return try JSONValue.parse(JWS.verify(text, keys: keys, allowing: [.rs256, .es256]).payload)
    }

    static func basic(_ id: String, _ secret: String) -> String {
        "Basic " + Base64.encode(Array("\(id):\(secret)".utf8))
    }

    func path(_ endpoint: Endpoint) -> String {
        switch (kind, endpoint) {
        case (.google, .authorize): "/o/oauth2/v2/auth"
        case (.google, .profile): "/v1/userinfo"
        case (.google, .keys): "/oauth2/v3/certs"
        case (.github, .authorize): "/login/oauth/authorize"
        case (.github, .token): "/login/oauth/access_token"
        case (.github, .profile): "/user"
        case (.github, .discovery): "/.well-known/oauth-authorization-server/login/oauth"
        case (.x, .authorize): "/i/oauth2/authorize"
        case (.x, .token): "/2/oauth2/token"
        case (.x, .profile): "/2/users/me"
        case (.x, .revoke): "/2/oauth2/revoke"
        case (_, .authorize): "/authorize"
        case (_, .token): "/token"
        case (_, .profile): "/userinfo"
        case (_, .emails): "/user/emails"
        case (_, .keys): "/jwks"
        case (_, .revoke): "/revoke"
        default: "/.well-known/openid-configuration"
        }
    }

    private var defaultScope: String {
        switch kind {
        case .google, .oidc: "openid email profile"
        case .github: "user:email"
        case .x: "tweet.read users.read users.email"
        }
    }
}

extension Answer {
    /// The body as JSON; null when it is not.
    var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// A header field.
    func header(_ name: String) -> String? { headers.first { $0.0.lowercased() == name }?.1 }

    /// The parameters of a redirect back to the client.
    var callback: FormFields {
        guard let location = header("location"), let mark = location.firstIndex(of: "?") else { return .none }
        return FormFields(location[location.index(after: mark)...])
    }
}
