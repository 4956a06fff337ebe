/// What a client asked for at the authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3).
struct AuthorizationRequest: Sendable {
    let client: Client
    let redirectURI: String
    let state: String?
    let scope: [String]
    let nonce: String?
    let challenge: String?
    let challengeMethod: String?
    let prompt: String?
    let loginHint: String?
    /// Google: `access_type=offline`.
    let isOffline: Bool
}

/// Why an authorization request gets no consent page.
enum AuthorizationRefusal: Error, Sendable {
    /// Shown to the person and never redirected: the address is not trustworthy.
    case page(status: Int, error: String, detail: String)
    /// Redirected to the client.
    case redirect(to: String, state: String?, error: String, description: String)
}

/// The rules in which the providers differ.
struct AuthorizationRules: Sendable {
    /// Method names that are accepted at this step.
    var methods: Set<String> = ["S256", "plain"]
    /// Longest accepted `state`.
    var longestState = Int.max
    /// Whether `scope` and `state` have to be there.
    var needsScope = true
    var needsState = false
    /// Whether `openid` has to be among the scopes.
    var needsOpenID = false
    /// GitHub answers a wrong redirect address by redirecting to the registered one.
    var redirectsMismatch = false
    /// GitHub does not want `response_type`.
    var needsResponseType = true
}

extension AuthorizationRequest {
    /// Checks a request in the order in which the providers do: client, address, then the rest.
    static func parse(
        _ query: FormFields,
        at standIn: StandIn,
        rules: AuthorizationRules
    ) throws(AuthorizationRefusal) -> AuthorizationRequest {
        if let name = query.repeatedName {
            throw .page(status: 400, error: "invalid_request", detail: "Parameter not allowed more than once: \(name)")
        }
        guard let client = standIn.client(query.nonEmpty("client_id")) else {
            throw .page(status: 401, error: "invalid_client", detail: "The OAuth client was not found.")
        }
        let state = query.nonEmpty("state")
        let redirectURI = try redirectURI(query, client, state, rules)
        let fail = { (error: String, description: String) -> AuthorizationRefusal in
            .redirect(to: redirectURI, state: state, error: error, description: description)
        }
        if rules.needsResponseType, query["response_type"] != "code" {
            throw fail("unsupported_response_type", "Only the code flow is played here.")
        }
        if let state, state.utf8.count > rules.longestState {
            throw .page(status: 400, error: "invalid_request", detail: "state is longer than \(rules.longestState).")
        }
        if rules.needsState, state == nil {
            throw .page(status: 400, error: "invalid_request", detail: "Missing required parameter: state")
        }
        let scope = (query["scope"] ?? "").split(separator: " ").map(String.init)
        if rules.needsScope, scope.isEmpty { throw fail("invalid_scope", "Missing required parameter: scope") }
        if rules.needsOpenID, !scope.contains("openid") { throw fail("invalid_scope", "scope lacks openid.") }
        let (challenge, method) = try proof(query, standIn, rules, fail)
        return AuthorizationRequest(
            client: client,
            redirectURI: redirectURI,
            state: state,
            scope: scope,
            nonce: query.nonEmpty("nonce"),
            challenge: challenge,
            challengeMethod: method,
            prompt: query.nonEmpty("prompt"),
            loginHint: query.nonEmpty("login_hint") ?? query.nonEmpty("login"),
            isOffline: query["access_type"] == "offline"
        )
    }

    private static func redirectURI(
        _ query: FormFields,
        _ client: Client,
        _ state: String?,
        _ rules: AuthorizationRules
    ) throws(AuthorizationRefusal) -> String {
        guard let wanted = query.nonEmpty("redirect_uri") else {
            guard rules.redirectsMismatch, let registered = client.redirectURIs.first else {
                throw .page(status: 400, error: "invalid_request", detail: "Missing required parameter: redirect_uri")
            }
            return registered
        }
        guard !client.allows(wanted) else { return wanted }
        if rules.redirectsMismatch, let registered = client.redirectURIs.first {
            throw .redirect(
                to: registered,
                state: state,
                error: "redirect_uri_mismatch",
                description: "The redirect_uri MUST match the registered callback URL for this application."
            )
        }
        throw .page(
            status: 400,
            error: "redirect_uri_mismatch",
            detail: "The redirect URI in the request does not match the ones authorized for this client."
        )
    }

    private static func proof(
        _ query: FormFields,
        _ standIn: StandIn,
        _ rules: AuthorizationRules,
        _ fail: (String, String) -> AuthorizationRefusal
    ) throws(AuthorizationRefusal) -> (challenge: String?, method: String?) {
        guard let challenge = query.nonEmpty("code_challenge") else {
            if standIn.settings.requiresPKCE { throw fail("invalid_request", "code_challenge is missing.") }
            return (nil, nil)
        }
        let method = query.nonEmpty("code_challenge_method") ?? "plain"
        guard rules.methods.contains(method) else {
            throw fail("invalid_request", "code_challenge_method \(method) is not supported.")
        }
        guard (43...128).contains(challenge.utf8.count), method == "plain" || challenge.utf8.count == 43 else {
            throw fail("invalid_request", "code_challenge has the wrong length.")
        }
        return (challenge, method)
    }
}
