import Cryptography
import JSON

/// Google's OpenID Connect, as its documentation and published captures of 2026 describe it.
struct Google: Provider {
    let standIn: StandIn

    /// Google writes these scopes out in token responses.
    private static let expansions = [
        "email": "https://www.googleapis.com/auth/userinfo.email",
        "profile": "https://www.googleapis.com/auth/userinfo.profile",
    ]

    func endpoint(at path: String) -> Endpoint {
        switch path {
        case "/o/oauth2/v2/auth": .authorize
        case "/token": .token
        case "/v1/userinfo", "/oauth2/v3/userinfo": .profile
        case "/oauth2/v3/certs": .keys
        case "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server": .discovery
        case "/revoke": .revoke
        default: .unknown
        }
    }

    func answer(_ visit: Visit) -> Served {
        switch visit.endpoint {
        case .authorize: Served(authorization.answer(visit.incoming))
        case .token: token(visit)
        case .profile: profile(visit)
        case .keys:
            // A capture of 2016 still is the best published example: the key set was already old when it arrived.
            keySet(
                visit,
                headers: [("cache-control", "public, max-age=24873, must-revalidate, no-transform"), ("age", "5059")]
            )
        case .discovery: discovery(visit)
        case .revoke: revoke(visit)
        default: Served(notFound)
        }
    }

    // MARK: Authorization

    private var authorization: Authorization {
        let standIn = standIn
        return Authorization(
            standIn: standIn,
            rules: AuthorizationRules(),
            makeCode: { "4/0A" + RandomText.base64URL(48) },
            parameters: { request, code, person in
                var pairs: [(String, String)] = []
                if let state = request.state { pairs.append(("state", state)) }
                if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
                pairs += [
                    ("code", code),
                    ("scope", Self.callbackScope(request.scope)),
                    ("authuser", "0"),
                ]
                if let domain = person.hostedDomain { pairs.append(("hd", domain)) }
                pairs.append(("prompt", request.prompt == "none" ? "none" : "consent"))
                return pairs
            },
            errorParameters: { request, error, description in
                var pairs = [("error", error)]
                if let description { pairs.append(("error_description", description)) }
                if let state = request.state { pairs.append(("state", state)) }
                if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
                return pairs
            }
        )
    }

    /// The callback names short scopes first, then their expansions, `openid` last.
    private static func callbackScope(_ scope: [String]) -> String {
        let short = scope.filter { $0 != "openid" }
        let long = short.reversed().compactMap { expansions[$0] }
        return (short + long + (scope.contains("openid") ? ["openid"] : [])).joined(separator: " ")
    }

    // MARK: Token

    private func token(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST" else {
            return Served(Answer(status: 404, headers: [("content-type", "text/html; charset=utf-8")]))
        }
        if visit.incoming.form?["grant_type"] == "refresh_token" { return refresh(visit) }
        let exchange = CodeExchange.examine(visit.incoming, at: standIn, methods: [.post, .basic])
        switch exchange {
        case .granted(let grant, let client):
            standIn.log.count("token_granted", at: .google)
            return granted(grant, client, refreshToken: refreshToken(grant, client), visit)
        case .refused(let refusal):
            standIn.log.count("token_refused", at: .google)
            return Served(refused(refusal))
        }
    }

    private func refused(_ refusal: CodeExchange.Refusal) -> Answer {
        let (status, error, description) = Self.wording(refusal)
        return .json(["error": .string(error), "error_description": .string(description)], status: status)
    }

    /// Only for offline access, and then the first time, or whenever the person is asked for consent.
    private func refreshToken(_ grant: Grant, _ client: Client) -> String? {
        guard grant.isOffline else { return nil }
        let isFirst = standIn.tokens.isFirstOfflineConsent(client.id + "\u{0}" + grant.person.subject)
        guard isFirst || grant.asksConsent else { return nil }
        let token = "1//0" + RandomText.base64URL(72)
        standIn.tokens.issue(
            refresh: token,
            Issued(
                person: grant.person,
                clientID: client.id,
                scope: grant.scope,
                expiresAt: nil,
                family: grant.family
            )
        )
        return token
    }

    /// A refresh gives a new access token; the refresh token goes on.
    private func refresh(_ visit: Visit) -> Served {
        switch CodeExchange.authenticate(visit.incoming, at: standIn, methods: [.post, .basic]) {
        case .refused(let refusal): return Served(refused(refusal))
        case .proven(let client, let form):
            guard let issued = standIn.tokens.refreshable(form["refresh_token"] ?? ""), issued.clientID == client.id
            else {
                standIn.log.count("refresh_refused", at: .google)
                return Served(
                    .json(
                        ["error": "invalid_grant", "error_description": "Token has been expired or revoked."],
                        status: 400
                    )
                )
            }
            standIn.log.count("token_refreshed", at: .google)
            let grant = Grant(
                person: issued.person,
                clientID: client.id,
                redirectURI: "",
                scope: issued.scope,
                nonce: nil,
                challenge: nil,
                challengeMethod: nil,
                issuedAt: standIn.clock.milliseconds,
                family: issued.family
            )
            return granted(grant, client, refreshToken: nil, visit)
        }
    }

    private func granted(_ grant: Grant, _ client: Client, refreshToken: String?, _ visit: Visit) -> Served {
        let accessToken = "ya29.a0" + RandomText.base64URL(96)
        let lifetime = standIn.settings.tokenLifetime
        standIn.tokens.issue(
            access: accessToken,
            Issued(
                person: grant.person,
                clientID: client.id,
                scope: grant.scope,
                expiresAt: standIn.clock.milliseconds + lifetime * 1000,
                family: grant.family
            )
        )
        var body: JSONObject = [
            "access_token": .string(accessToken),
            "expires_in": .seconds(lifetime),
            "scope": .string(grant.scope.map { Self.expansions[$0] ?? $0 }.joined(separator: " ")),
            "token_type": "Bearer",
        ]
        body["refresh_token"] = refreshToken.map { .string($0) }
        if grant.scope.contains("openid") {
            body["id_token"] = .string(idToken(grant, client, accessToken: accessToken, visit))
        }
        var draft = JSONDraft(body)
        twist(&draft, with: TokenTwists.all, for: grant.person, on: visit)
        return Served(draft.answer(), about: grant.person)
    }

    private static func wording(_ refusal: CodeExchange.Refusal) -> (Int, String, String) {
        switch refusal {
        case .notAForm: (400, "invalid_request", "Bad Request")
        case .repeated(let name): (400, "invalid_request", "Parameter not allowed more than once: \(name)")
        case .doubleAuthentication: (400, "invalid_request", "Client credentials were passed in more than one way.")
        case .unsupportedAuthentication, .unknownClient: (401, "invalid_client", "The OAuth client was not found.")
        case .wrongSecret: (401, "invalid_client", "Unauthorized")
        case .wrongGrantType(let type): (400, "unsupported_grant_type", "Invalid grant_type: \(type)")
        case .missing(let name): (400, "invalid_request", "Missing required parameter: \(name)")
        case .secretInURL: (400, "invalid_request", "Parameters belong into the body.")
        case .unknownCode: (400, "invalid_grant", "Malformed auth code.")
        case .usedCode, .expiredCode, .otherClient: (400, "invalid_grant", "Bad Request")
        case .redirectMismatch: (400, "redirect_uri_mismatch", "Bad Request")
        case .missingVerifier: (400, "invalid_grant", "Missing code verifier.")
        case .wrongVerifier: (400, "invalid_grant", "Invalid code verifier.")
        }
    }

    // MARK: UserInfo, discovery, revocation

    private func profile(_ visit: Visit) -> Served {
        guard let token = visit.incoming.bearer,
            let issued = standIn.tokens.owner(of: token, now: standIn.clock.milliseconds)
        else {
            let detail =
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
                + "valid authentication credential."
            return Served(
                .json(
                    ["error": ["code": 401, "message": .string(detail), "status": "UNAUTHENTICATED"]],
                    status: 401,
                    headers: [("www-authenticate", "Bearer realm=\"https://accounts.google.com/\"")]
                )
            )
        }
        var person: JSONObject = ["sub": .string(issued.person.subject)]
        for (name, value) in IDTokens.personClaims(issued.person, scope: issued.scope).members { person[name] = value }
        for (name, value) in issued.person.claims.members { person[name] = value }
        var draft = ProfileDraft(person: person, isWrapped: false, subjectName: "sub")
        twist(&draft, with: ProfileTwists.all, for: issued.person, on: visit)
        return Served(draft.answer(headers: []), about: issued.person)
    }

    private func discovery(_ visit: Visit) -> Served {
        let isLocal = standIn.settings.localEndpoints
        let address = { (host: String, path: String) -> JSONValue in
            .string((isLocal ? visit.incoming.origin : "https://\(host)") + path)
        }
        var metadata: JSONObject = [
            "issuer": .string(standIn.issuer),
            "authorization_endpoint": address("accounts.google.com", "/o/oauth2/v2/auth"),
            "device_authorization_endpoint": address("oauth2.googleapis.com", "/device/code"),
            "token_endpoint": address("oauth2.googleapis.com", "/token"),
            "userinfo_endpoint": address("openidconnect.googleapis.com", "/v1/userinfo"),
            "revocation_endpoint": address("oauth2.googleapis.com", "/revoke"),
            "jwks_uri": address("www.googleapis.com", "/oauth2/v3/certs"),
        ]
        for (name, value) in Self.supported.members { metadata[name] = value }
        metadata["authorization_response_iss_parameter_supported"] =
            standIn.settings.advertisesIssuer.map(JSONValue.bool)
        var draft = JSONDraft(metadata)
        twist(&draft, with: DiscoveryTwists.all, for: nil, on: visit)
        var answer = draft.answer()
        answer.setHeader("cache-control", "public, max-age=3600")
        return Served(answer)
    }

    private static let supported: JSONObject = [
        "response_types_supported": [
            "code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token", "none",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name", "picture",
            "sub",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    ]

    private func revoke(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST", let form = visit.incoming.form, let token = form.nonEmpty("token") else {
            return Served(.json(["error": "invalid_request", "error_description": "Bad Request"], status: 400))
        }
        guard standIn.tokens.revoke(token) else {
            return Served(
                .json(["error": "invalid_token", "error_description": "Token expired or revoked"], status: 400)
            )
        }
        return Served(.json([:]))
    }
}
