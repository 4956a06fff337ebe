public import Accounts
import Cryptography
import JSON
public import OAuth

/// A valid request to the authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §3.1.2.1).
public struct AuthorizationRequest: Sendable, Hashable {
    /// What the app wants of the person before it gets an answer.
    public enum Prompt: String, Sendable, Hashable, CaseIterable {
        /// No page at all: an answer or an error at once.
        case none
        /// To sign in again, session or not.
        case login
        /// To be asked for consent again.
        case consent
        /// To choose an account: here, to sign in again.
        case selectAccount = "select_account"
        /// To create one (OpenID Connect Prompt Create 1.0): here, the sign-in page, which offers it.
        case create
    }

    /// Who asks.
    public let client: ClientID
    /// Where the answer goes: registered, and as it was asked for.
    public let redirectURI: String
    /// Scopes, those the app may have only, in the order of the request.
    public let scope: [String]
    /// Handed back unchanged.
    public let state: String?
    /// Goes into the ID token.
    public let nonce: String?
    /// The S256 challenge (RFC 7636 §4.2), always there.
    public let codeChallenge: String
    /// Wishes about pages.
    public let prompt: Set<Prompt>
    /// How old the authentication may be, in seconds.
    public let maximumAge: Int64?
    /// How many factors the app asks for: the least of the `acr_values` that are ours; nil when it names none of them.
    public let level: AuthenticationLevel?
    /// An address to fill in.
    public let loginHint: String?
    /// The provider to go to straight away.
    public let provider: ProviderID?
    /// The user an ID token given as `id_token_hint` was about; nobody else will do.
    public let expectedUser: UserID?
}

/// Why there is no valid request, and who may be told: a redirect URI that is not registered is never redirected to (RFC 9700 §4.11).
public enum AuthorizationRefusal: Error, Sendable, Hashable {
    /// The person is told on a page of ours.
    case page(OAuthFailure)
    /// The app is told at its redirect URI.
    case redirect(OAuthFailure, to: String, state: String?)
}

extension AuthorizationRequest {
    /// Longest `state` and others, in bytes: enough for any library, and short enough to travel through the sign-in.
    static let maximumStateBytes = 1024
    static let maximumNonceBytes = 512

    /// Reads the parameters of a request. Unknown ones are ignored (RFC 6749 §3.1).
    ///
    /// - Parameter hintedUser: what an `id_token_hint` says, checked: the user, or nil when it is not one of ours.
    public static func read(
        _ parameters: FormParameters,
        clients: ClientRegistry,
        hintedUser: (String) -> UserID?
    ) throws(AuthorizationRefusal) -> AuthorizationRequest {
        guard let text = parameters["client_id"], let id = ClientID(text), let client = clients[id] else {
            throw .page(.init(.invalidClient, "client_id is missing or unknown"))
        }
        let redirectURI = try redirectURI(parameters, client)
        let state = parameters["state"]
        func refuse(_ code: OAuthFailure.Code, _ description: String) -> AuthorizationRefusal {
            .redirect(OAuthFailure(code, description), to: redirectURI, state: state.flatMap(fitting))
        }
        if let state, fitting(state) == nil {
            throw refuse(.invalidRequest, "state has to be of visible ASCII, 1024 bytes at most")
        }
        try checkShape(parameters, client, refuse)
        let challenge = try challenge(parameters, refuse)
        guard let requested = Scope.parse(parameters["scope"] ?? "") else {
            throw refuse(.invalidScope, "scope is malformed")
        }
        // What the app may not have is left out, and the answer says what it got (RFC 6749 §3.3).
        var scope = requested.filter(client.scopes.contains)
        if !client.grants.contains(.refreshToken) { scope.removeAll { $0 == Scope.offlineAccess } }
        guard !scope.isEmpty || requested.isEmpty else {
            throw refuse(.invalidScope, "none of these scopes is for this client")
        }
        let nonce = parameters["nonce"]
        if let nonce, !isPlain(nonce, maximum: maximumNonceBytes) {
            throw refuse(.invalidRequest, "nonce has to be of visible ASCII, 512 bytes at most")
        }
        return AuthorizationRequest(
            client: id,
            redirectURI: redirectURI,
            scope: scope,
            state: state,
            nonce: nonce,
            codeChallenge: challenge,
            prompt: try prompt(parameters, refuse),
            maximumAge: try maximumAge(parameters, refuse),
            level: level(parameters),
            loginHint: parameters["login_hint"].flatMap { isPlain($0, maximum: 254) ? $0 : nil },
            provider: try provider(parameters, client, refuse),
            expectedUser: try hint(parameters, hintedUser, refuse)
        )
    }

    private typealias Refuse = (OAuthFailure.Code, String) -> AuthorizationRefusal

    private static func redirectURI(
        _ parameters: FormParameters,
        _ client: Client
    ) throws(AuthorizationRefusal) -> String {
        guard let requested = parameters["redirect_uri"] else {
            throw .page(.init(.invalidRequest, "redirect_uri is missing"))
        }
        guard client.redirectURIs.contains(where: { $0.matches(requested) }) else {
            throw .page(.init(.invalidRequest, "redirect_uri is not one that this client registered"))
        }
        return requested
    }

    private static func checkShape(
        _ parameters: FormParameters,
        _ client: Client,
        _ refuse: Refuse
    ) throws(AuthorizationRefusal) {
        if parameters["request"] != nil { throw refuse(.requestNotSupported, "request objects are not supported") }
        if parameters["request_uri"] != nil {
            throw refuse(
                .requestURINotSupported,
                "request_uri has to come from the pushed authorization request endpoint"
            )
        }
        if parameters["registration"] != nil {
            throw refuse(.registrationNotSupported, "clients are registered by the operator")
        }
        guard let type = parameters["response_type"] else { throw refuse(.invalidRequest, "response_type is missing") }
        guard type.isExactly("code") else {
            throw refuse(.unsupportedResponseType, "only response_type=code is supported")
        }
        guard client.grants.contains(.authorizationCode) else {
            throw refuse(.unauthorizedClient, "this client may not use authorization codes")
        }
        if let mode = parameters["response_mode"], !mode.isExactly("query") {
            throw refuse(.invalidRequest, "only response_mode=query is supported")
        }
    }

    private static func challenge(_ parameters: FormParameters, _ refuse: Refuse) throws(AuthorizationRefusal) -> String
    {
        guard let challenge = parameters["code_challenge"] else {
            throw refuse(.invalidRequest, "PKCE is required: code_challenge is missing")
        }
        // Left out, it would mean `plain` (RFC 7636 §4.3), which protects nothing (J03).
        guard let method = parameters["code_challenge_method"], method.isExactly(PKCE.method) else {
            throw refuse(.invalidRequest, "code_challenge_method has to be S256")
        }
        guard challenge.utf8.count == 43, Base64URL.decode(challenge)?.count == 32 else {
            throw refuse(.invalidRequest, "code_challenge has to be 43 characters of base64url")
        }
        return challenge
    }

    private static func prompt(_ parameters: FormParameters, _ refuse: Refuse) throws(AuthorizationRefusal) -> Set<
        Prompt
    > {
        var prompts: Set<Prompt> = []
        for word in (parameters["prompt"] ?? "").split(separator: " ") {
            guard let prompt = Prompt(rawValue: String(word)) else {
                throw refuse(.invalidRequest, "prompt has an unknown value")
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.none) || prompts.count == 1 else {
            throw refuse(.invalidRequest, "prompt=none stands alone")
        }
        return prompts
    }

    private static func maximumAge(_ parameters: FormParameters, _ refuse: Refuse) throws(AuthorizationRefusal)
        -> Int64?
    {
        guard let text = parameters["max_age"] else { return nil }
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let age = Int64(text)
        else { throw refuse(.invalidRequest, "max_age has to be a number of seconds") }
        return age
    }

    /// In the app's order of preference (OpenID Connect Core 1.0 §3.1.2.1): each will do, so the least counts. Others' are passed
    /// over, as every OpenID Provider does with classes it does not know.
    private static func level(_ parameters: FormParameters) -> AuthenticationLevel? {
        (parameters["acr_values"] ?? "").split(separator: " ").compactMap { AuthenticationLevel(acr: String($0)) }.min()
    }

    private static func provider(
        _ parameters: FormParameters,
        _ client: Client,
        _ refuse: Refuse
    ) throws(AuthorizationRefusal) -> ProviderID? {
        guard let text = parameters["provider"] else { return nil }
        guard let id = ProviderID(text), client.admits(provider: id.description) else {
            throw refuse(.invalidRequest, "this client may not use this provider")
        }
        return id
    }

    private static func hint(
        _ parameters: FormParameters,
        _ hintedUser: (String) -> UserID?,
        _ refuse: Refuse
    ) throws(AuthorizationRefusal) -> UserID? {
        guard let hint = parameters["id_token_hint"] else { return nil }
        guard let user = hintedUser(hint) else {
            throw refuse(.invalidRequest, "id_token_hint is not an ID token of this issuer")
        }
        return user
    }

    private static func fitting(_ state: String) -> String? { isPlain(state, maximum: maximumStateBytes) ? state : nil }

    private static func isPlain(_ text: String, maximum: Int) -> Bool {
        text.utf8.count <= maximum && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
