import Cryptography
import HTTPTypes
import JSON

/// GitHub's OAuth 2.0, which is not OpenID Connect: errors come with status 200, scopes with commas, and bodies as
/// forms unless JSON was asked for.
struct GitHub: Provider {
    let standIn: StandIn

    func endpoint(at path: String) -> Endpoint {
        switch path {
        case "/login/oauth/authorize": .authorize
        case "/login/oauth/access_token": .token
        case "/user", "/api/v3/user": .profile
        case "/user/emails", "/api/v3/user/emails": .emails
        case "/.well-known/oauth-authorization-server/login/oauth": .discovery
        case _ where path.hasPrefix("/applications/") && path.hasSuffix("/token"): .check
        case _ where path.hasPrefix("/applications/") && path.hasSuffix("/grant"): .check
        default: .unknown
        }
    }

    func answer(_ visit: Visit) -> Served {
        switch visit.endpoint {
        case .authorize: Served(authorization.answer(visit.incoming))
        case .token: token(visit)
        case .profile, .emails: GitHubAPI(github: self).answer(visit)
        case .check: GitHubAPI(github: self).checkToken(visit)
        case .discovery: discovery(visit)
        default: Served(notFound)
        }
    }

    // MARK: Authorization

    private var authorization: Authorization {
        let standIn = standIn
        var rules = AuthorizationRules()
        rules.methods = ["S256"]
        rules.needsScope = false
        rules.redirectsMismatch = true
        rules.needsResponseType = false
        return Authorization(
            standIn: standIn,
            rules: rules,
            makeCode: { RandomText.hex(20) },
            parameters: { request, code, _ in
                var pairs = [("code", code)]
                if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
                if let state = request.state { pairs.append(("state", state)) }
                return pairs
            },
            errorParameters: { request, error, description in
                var pairs = [
                    ("error", error),
                    ("error_description", description ?? Self.description(of: error)),
                    ("error_uri", Self.troubleshooting + error.replacingUnderscores),
                ]
                if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
                if let state = request.state { pairs.append(("state", state)) }
                return pairs
            }
        )
    }

    private static let troubleshooting =
        "/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#"

    private static func description(of error: String) -> String {
        switch error {
        case "access_denied": "The user has denied your application access."
        case "application_suspended": "Your application has been suspended. Contact support@github.com."
        default: "The authorization request failed."
        }
    }

    // MARK: Token

    private func token(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST" else { return Served(notFound) }
        let incoming = visit.incoming.jsonBodyAsForm
        let wantsJSON = (visit.incoming.header("accept") ?? "").contains("json")
        if incoming.form?["grant_type"] == "refresh_token" { return refresh(incoming, wantsJSON, visit) }
        switch CodeExchange.examine(incoming, at: standIn, methods: [.post]) {
        case .granted(let grant, let client):
            let asked = grant.scope.filter { $0 != "offline_access" }
            let key = client.id + "\u{0}" + grant.person.subject
            let everAllowed = standIn.tokens.rememberedScopes(key, adding: asked)
            // Scope stickiness: asking for nothing gives everything that was ever allowed.
            let scope = asked.isEmpty ? everAllowed.sorted() : asked
            let expires = standIn.settings.expiringTokens || grant.scope.contains("offline_access")
            standIn.log.count("token_granted", at: .github)
            let issue = Issue(person: grant.person, client: client, scope: scope, family: grant.family)
            return granted(issue, expires: expires, wantsJSON, visit)
        case .refused(let refusal):
            standIn.log.count("token_refused", at: .github)
            return Served(refused(wording(refusal), wantsJSON))
        }
    }

    /// What a token is issued for.
    private struct Issue {
        let person: Person
        let client: Client
        let scope: [String]
        let family: String
    }

    private func granted(_ issue: Issue, expires: Bool, _ wantsJSON: Bool, _ visit: Visit) -> Served {
        let now = standIn.clock.milliseconds
        let lifetime = standIn.settings.tokenLifetime
        let accessToken = "gho_" + RandomText.alphanumeric(36)
        let issued = Issued(
            person: issue.person,
            clientID: issue.client.id,
            scope: issue.scope,
            expiresAt: expires ? now + lifetime * 1000 : nil,
            family: issue.family
        )
        standIn.tokens.issue(access: accessToken, issued)
        var body: JSONObject = ["access_token": .string(accessToken)]
        if expires {
            let refreshToken = "ghr_" + RandomText.alphanumeric(76)
            standIn.tokens.issue(refresh: refreshToken, issued)
            body["expires_in"] = .seconds(lifetime)
            body["refresh_token"] = .string(refreshToken)
            body["refresh_token_expires_in"] = 15_897_600
        }
        body["scope"] = .string(issue.scope.joined(separator: ","))
        body["token_type"] = "bearer"
        var draft = JSONDraft(body)
        draft.asForm = !wantsJSON
        twist(&draft, with: TokenTwists.all, for: issue.person, on: visit)
        return Served(draft.answer(), about: issue.person)
    }

    /// A refresh gives two new tokens; the old access token dies with the old refresh token.
    private func refresh(_ incoming: Incoming, _ wantsJSON: Bool, _ visit: Visit) -> Served {
        switch CodeExchange.authenticate(incoming, at: standIn, methods: [.post]) {
        case .refused(let refusal): return Served(refused(wording(refusal), wantsJSON))
        case .proven(let client, let form):
            guard case .valid(let issued) = standIn.tokens.renew(form["refresh_token"] ?? ""),
                issued.clientID == client.id
            else {
                standIn.log.count("refresh_refused", at: .github)
                let description = "The refresh token passed is incorrect or expired."
                return Served(refused(("bad_refresh_token", description), wantsJSON))
            }
            standIn.log.count("token_refreshed", at: .github)
            standIn.tokens.revoke(family: issued.family)
            let issue = Issue(person: issued.person, client: client, scope: issued.scope, family: issued.family)
            return granted(issue, expires: true, wantsJSON, visit)
        }
    }

    /// Every refusal is a success to HTTP.
    private func refused(_ wording: (error: String, description: String), _ wantsJSON: Bool) -> Answer {
        let page = "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#"
        var draft = JSONDraft([
            "error": .string(wording.error),
            "error_description": .string(wording.description),
            "error_uri": .string(page + wording.error.replacingUnderscores),
        ])
        draft.asForm = !wantsJSON
        return draft.answer()
    }

    private func wording(_ refusal: CodeExchange.Refusal) -> (String, String) {
        switch refusal {
        case .unknownClient, .wrongSecret, .unsupportedAuthentication:
            ("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
        case .doubleAuthentication:
            ("incorrect_client_credentials", "Client credentials were passed in more than one way.")
        case .redirectMismatch:
            (
                "redirect_uri_mismatch",
                "The redirect_uri MUST match the registered callback URL for this application."
            )
        case .missingVerifier, .wrongVerifier:
            (standIn.settings.verifierError, "The code passed is incorrect or expired.")
        case .wrongGrantType: ("unsupported_grant_type", "The grant type is not supported.")
        case .notAForm, .repeated, .secretInURL, .missing:
            ("bad_verification_code", "The code passed is incorrect or expired.")
        case .unknownCode, .usedCode, .expiredCode, .otherClient:
            ("bad_verification_code", "The code passed is incorrect or expired.")
        }
    }

    // MARK: Metadata

    private func discovery(_ visit: Visit) -> Served {
        let origin = standIn.settings.localEndpoints ? visit.incoming.origin : "https://github.com"
        var metadata: JSONObject = [
            "issuer": .string(standIn.issuer),
            "authorization_endpoint": .string(origin + "/login/oauth/authorize"),
            "token_endpoint": .string(origin + "/login/oauth/access_token"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
        ]
        metadata["authorization_response_iss_parameter_supported"] =
            standIn.settings.advertisesIssuer.map(JSONValue.bool)
        var draft = JSONDraft(metadata)
        twist(&draft, with: DiscoveryTwists.all, for: nil, on: visit)
        return Served(draft.answer())
    }
}

extension Incoming {
    /// GitHub also reads a JSON body; its members become fields.
    var jsonBodyAsForm: Incoming {
        guard mediaType == "application/json", let members = json?.object else { return self }
        let pairs = members.members.map { ($0.name, $0.value.string ?? $0.value.serialized()) }
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return Incoming(
            method: method,
            path: path,
            rawQuery: rawQuery,
            headers: headers,
            host: host,
            body: Array(FormFields.encode(pairs).utf8)
        )
    }
}

extension String {
    /// Anchors in GitHub's documentation use hyphens.
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? "-" : $0 }) }
}
