import Accounts
public import JSON
public import OAuth

/// `POST /oauth/par` (RFC 9126): an app leaves its authorization request here beforehand, proven to be its own, and sends the browser
/// with a handle.
public struct PushedRequestEndpoint: Sendable {
    private let authenticate: ClientAuthenticator
    private let clients: ClientRegistry
    private let grants: any GrantStore
    private let signer: any TokenSigner

    /// What proves the app and is no part of its request: what is kept tells nobody how to be that app.
    private static let credentials: Set<String> = [
        "client_id", "client_secret", "client_assertion", "client_assertion_type",
    ]

    /// How long a handle is good for.
    public static let lifetime: Duration = .seconds(90)

    /// Creates the endpoint.
    public init(
        authenticate: ClientAuthenticator,
        clients: ClientRegistry,
        grants: any GrantStore,
        signer: any TokenSigner
    ) {
        self.authenticate = authenticate
        self.clients = clients
        self.grants = grants
        self.signer = signer
    }

    /// Checks a request as the authorization endpoint would, and keeps it.
    public func callAsFunction(
        authorization: [String],
        form: FormParameters,
        origin: RequestOrigin
    ) async throws(OAuthFailure) -> JSONObject {
        let client = try await authenticate(authorization: authorization, form: form, at: .pushedRequest)
        // Each one is stored, and anybody can speak for a public client.
        try origin.count(for: client)
        guard form["request_uri"] == nil else {
            throw .invalidRequest("request_uri cannot be pushed (RFC 9126 section 2.1)")
        }
        var members = form.names.compactMap { name in form[name].map { (name: name, value: $0) } }
        members.removeAll { Self.credentials.contains($0.name) }
        members.append((name: "client_id", value: client.id.description))
        let query = FormURLEncoded.encode(members)
        guard query.utf8.count <= 8192 else { throw .invalidRequest("the request is too large") }
        do {
            _ = try AuthorizationRequest.read(try FormURLEncoded.parse(query), clients: clients) { hint in
                signer.claims(of: hint, type: .idToken)?["sub"]?.string.flatMap { UserID($0) }
            }
        } catch let refusal as AuthorizationRefusal {
            switch refusal {
            case .page(let failure), .redirect(let failure, _, _): throw failure
            }
        } catch {
            throw .invalidRequest("the request is malformed")
        }
        let handle = PushedRequestToken.generate()
        try await stored { () async throws(StoreFailure) in
            try await grants.push(query, client: client.id, handle: handle.hash, lifetime: Self.lifetime)
        }
        return [
            "request_uri": .string(AuthorizationEndpoint.pushedPrefix + handle.reveal()),
            "expires_in": .number(JSONNumber(Self.lifetime.components.seconds)),
        ]
    }
}
