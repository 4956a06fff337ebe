import Cryptography
import JSON

/// X's OAuth 2.0: PKCE and Basic authentication are mandatory, codes live 30 seconds, and a bad code is an
/// `invalid_request`.
struct X: Provider {
    let standIn: StandIn

    func endpoint(at path: String) -> Endpoint {
        switch path {
        case "/i/oauth2/authorize": .authorize
        case "/2/oauth2/token": .token
        case "/2/users/me": .profile
        case "/2/oauth2/revoke": .revoke
        default: .unknown
        }
    }

    func answer(_ visit: Visit) -> Served {
        switch visit.endpoint {
        case .authorize: Served(authorization.answer(visit.incoming))
        case .token: token(visit)
        case .profile: XUser(x: self).answer(visit)
        case .revoke: revoke(visit)
        default: Served(notFound)
        }
    }

    // MARK: Authorization

    private var authorization: Authorization {
        let standIn = standIn
        var rules = AuthorizationRules()
        // Any spelling is accepted here; with s256 the exchange then fails.
        rules.methods = ["S256", "plain", "s256", "PLAIN"]
        rules.longestState = 500
        rules.needsState = true
        return Authorization(
            standIn: standIn,
            rules: rules,
            makeCode: {
                Base64URL.encode(Array("\(RandomText.alphanumeric(40)):1:1:ac:1".utf8))
            },
            parameters: { request, code, _ in
                var pairs: [(String, String)] = []
                if let state = request.state { pairs.append(("state", state)) }
                pairs.append(("code", code))
                if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
                return pairs
            },
            errorParameters: { request, error, description in
                var pairs = [("error", error)]
                if let description { pairs.append(("error_description", description)) }
                if let state = request.state { pairs.append(("state", state)) }
                return pairs
            }
        )
    }

    // MARK: Token

    private func token(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST" else { return Served(notFound) }
        if visit.incoming.form?["grant_type"] == "refresh_token" { return refresh(visit) }
        switch CodeExchange.examine(visit.incoming, at: standIn, methods: [.basic]) {
        case .granted(let grant, let client):
            standIn.log.count("token_granted", at: .x)
            return granted(grant.person, client, grant.scope, grant.family, visit)
        case .refused(let refusal):
            standIn.log.count("token_refused", at: .x)
            return Served(refused(refusal))
        }
    }

    private func granted(
        _ person: Person,
        _ client: Client,
        _ scope: [String],
        _ family: String,
        _ visit: Visit
    ) -> Served {
        let lifetime = standIn.settings.tokenLifetime
        let accessToken = Base64URL.encode(Array("\(RandomText.alphanumeric(48)):1:0:at:1".utf8))
        let issued = Issued(
            person: person,
            clientID: client.id,
            scope: scope,
            expiresAt: standIn.clock.milliseconds + lifetime * 1000,
            family: family
        )
        standIn.tokens.issue(access: accessToken, issued)
        var body: JSONObject = [
            "token_type": "bearer", "expires_in": .seconds(lifetime), "access_token": .string(accessToken),
            "scope": .string(scope.joined(separator: " ")),
        ]
        if scope.contains("offline.access") {
            let refreshToken = Base64URL.encode(Array("\(RandomText.alphanumeric(48)):1:1:rt:1".utf8))
            standIn.tokens.issue(refresh: refreshToken, issued)
            body["refresh_token"] = .string(refreshToken)
        }
        var draft = JSONDraft(body)
        twist(&draft, with: TokenTwists.all, for: person, on: visit)
        return Served(draft.answer(), about: person)
    }

    /// Refresh tokens are worth one use; a second one costs the whole family.
    private func refresh(_ visit: Visit) -> Served {
        switch CodeExchange.authenticate(visit.incoming, at: standIn, methods: [.basic]) {
        case .refused(let refusal): return Served(refused(refusal))
        case .proven(let client, let form):
            guard case .valid(let issued) = standIn.tokens.renew(form["refresh_token"] ?? ""),
                issued.clientID == client.id
            else {
                standIn.log.count("refresh_refused", at: .x)
                return Served(invalid("Value passed for the token was invalid."))
            }
            standIn.log.count("token_refreshed", at: .x)
            return granted(issued.person, client, issued.scope, issued.family, visit)
        }
    }

    private func refused(_ refusal: CodeExchange.Refusal) -> Answer {
        switch refusal {
        case .unsupportedAuthentication, .unknownClient, .wrongSecret, .doubleAuthentication:
            return .json(
                ["error": "unauthorized_client", "error_description": "Missing valid authorization header"],
                status: 401
            )
        case .unknownCode, .usedCode, .expiredCode, .otherClient:
            let description = "Value passed for the authorization code was invalid."
            return invalid(description, errors: [["message": .string(description)]])
        case .missingVerifier, .wrongVerifier:
            return invalid("Value passed for the code verifier did not match the code challenge.")
        case .redirectMismatch:
            return invalid("Value passed for the redirect uri did not match the uri of the authorization code.")
        case .wrongGrantType: return invalid("Value passed for the grant type was invalid.")
        case .missing(let name): return invalid("Missing required parameter [\(name)].")
        case .repeated(let name): return invalid("Parameter [\(name)] was passed more than once.")
        case .notAForm, .secretInURL: return invalid("Parameters belong into a form.")
        }
    }

    /// X says `invalid_request` where RFC 6749 has `invalid_grant`.
    private func invalid(_ description: String, errors: [JSONValue] = []) -> Answer {
        var body: JSONObject = ["error": "invalid_request", "error_description": .string(description)]
        if !errors.isEmpty { body["errors"] = .array(errors) }
        return .json(.object(body), status: 400)
    }

    private func revoke(_ visit: Visit) -> Served {
        guard visit.incoming.method == "POST" else { return Served(notFound) }
        switch CodeExchange.authenticate(visit.incoming, at: standIn, methods: [.basic]) {
        case .refused(let refusal): return Served(refused(refusal))
        case .proven(_, let form):
            // RFC 7009 §2.2: success also for a token that is not known.
            _ = standIn.tokens.revoke(form["token"] ?? "")
            return Served(.json(["revoked": true]))
        }
    }
}
