import JSON

/// Any OpenID Provider: its issuer is its own origin, clients authenticate with Basic, and errors are those of the
/// specifications.
struct OpenIDProvider: Provider {
    let standIn: StandIn

    func endpoint(at path: String) -> Endpoint {
        switch path {
        case "/authorize": .authorize
        case "/token": .token
        case "/userinfo": .profile
        case "/jwks": .keys
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
        case .keys: keySet(visit, headers: [("cache-control", "max-age=600")])
        case .discovery: discovery(visit)
        case .revoke: revoke(visit)
        default: Served(notFound)
        }
    }

    private var authorization: Authorization {
        let standIn = standIn
        var rules = AuthorizationRules()
        rules.methods = ["S256"]
        rules.needsOpenID = true
        let tail = { @Sendable (request: AuthorizationRequest) -> [(String, String)] in
            var pairs: [(String, String)] = []
            if let state = request.state { pairs.append(("state", state)) }
            if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
            return pairs
        }
        return Authorization(
            standIn: standIn,
            rules: rules,
            makeCode: { RandomText.base64URL(32) },
            parameters: { request, code, _ in [("code", code)] + tail(request) },
            errorParameters: { request, error, description in
                [("error", error)] + (description.map { [("error_description", $0)] } ?? []) + tail(request)
            }
        )
    }

    private func token(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST" else {
            return Served(Answer(status: 405, headers: [("allow", "POST")]))
        }
        switch CodeExchange.examine(visit.incoming, at: standIn, methods: [.basic]) {
        case .granted(let grant, let client): return granted(grant, client, visit)
        case .refused(let refusal):
            standIn.log.count("token_refused", at: .oidc)
            let (status, error) = Self.wording(refusal)
            let headers = status == 401 ? [("www-authenticate", "Basic realm=\"token\"")] : []
            return Served(.json(["error": .string(error)], status: status, headers: headers))
        }
    }

    private func granted(_ grant: Grant, _ client: Client, _ visit: Visit) -> Served {
        let accessToken = RandomText.base64URL(32)
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
        standIn.log.count("token_granted", at: .oidc)
        var draft = JSONDraft([
            "access_token": .string(accessToken), "token_type": "Bearer", "expires_in": .seconds(lifetime),
            "scope": .string(grant.scope.joined(separator: " ")),
            "id_token": .string(idToken(grant, client, accessToken: accessToken, visit)),
        ])
        twist(&draft, with: TokenTwists.all, for: grant.person, on: visit)
        return Served(draft.answer(), about: grant.person)
    }

    private static func wording(_ refusal: CodeExchange.Refusal) -> (Int, String) {
        switch refusal {
        case .unsupportedAuthentication, .unknownClient, .wrongSecret: (401, "invalid_client")
        case .wrongGrantType: (400, "unsupported_grant_type")
        case .notAForm, .repeated, .secretInURL, .doubleAuthentication, .missing: (400, "invalid_request")
        case .unknownCode, .usedCode, .expiredCode, .otherClient, .redirectMismatch, .missingVerifier, .wrongVerifier:
            (400, "invalid_grant")
        }
    }

    private func profile(_ visit: Visit) -> Served {
        guard let token = visit.incoming.bearer,
            let issued = standIn.tokens.owner(of: token, now: standIn.clock.milliseconds)
        else {
            return Served(
                .json(
                    ["error": "invalid_token"],
                    status: 401,
                    headers: [("www-authenticate", "Bearer error=\"invalid_token\"")]
                )
            )
        }
        var person: JSONObject = ["sub": .string(issued.person.subject)]
        for (name, value) in IDTokens.personClaims(issued.person, scope: issued.scope).members { person[name] = value }
        if issued.scope.contains("profile") { person["preferred_username"] = .string(issued.person.username) }
        for (name, value) in issued.person.claims.members { person[name] = value }
        var draft = ProfileDraft(person: person, isWrapped: false, subjectName: "sub")
        twist(&draft, with: ProfileTwists.all, for: issued.person, on: visit)
        return Served(draft.answer(headers: []), about: issued.person)
    }

    private func discovery(_ visit: Visit) -> Served {
        let origin = visit.incoming.origin
        var metadata: JSONObject = [
            "issuer": .string(standIn.issuer),
            "authorization_endpoint": .string(origin + "/authorize"),
            "token_endpoint": .string(origin + "/token"),
            "userinfo_endpoint": .string(origin + "/userinfo"),
            "jwks_uri": .string(origin + "/jwks"),
            "revocation_endpoint": .string(origin + "/revoke"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "email", "email_verified", "name"],
        ]
        metadata["authorization_response_iss_parameter_supported"] =
            standIn.settings.advertisesIssuer.map(JSONValue.bool)
        var draft = JSONDraft(metadata)
        twist(&draft, with: DiscoveryTwists.all, for: nil, on: visit)
        var answer = draft.answer()
        answer.setHeader("cache-control", "max-age=600")
        return Served(answer)
    }

    private func revoke(_ visit: Visit) -> Served {
        switch CodeExchange.authenticate(visit.incoming, at: standIn, methods: [.basic]) {
        case .refused(let refusal):
            let (status, error) = Self.wording(refusal)
            return Served(.json(["error": .string(error)], status: status))
        case .proven(_, let form):
            _ = standIn.tokens.revoke(form["token"] ?? "")
            return Served(.empty(200))
        }
    }
}
