import Accounts
public import Cryptography
public import OAuth
public import OpenIDConnect

extension Provider {
    /// Parameters that only Latchkey sets. A file may not name them, and nothing from the outside may add them (F-6).
    static let reservedParameters: Set<String> = [
        "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method", "request", "request_uri", "registration", "claims", "code",
        "grant_type", "code_verifier", "dpop_jkt", "resource",
    ]

    /// The request the browser takes to the provider (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
    ///
    /// - Parameters:
    ///   - client: Who we are there.
    ///   - redirectURI: The registered one, `https://HOST/callback/<id>`.
    ///   - state: The transaction's state; at most 500 characters, or X refuses it (A03).
    ///   - nonce: The transaction's nonce; sent only to OpenID Providers (A06).
    ///   - codeChallenge: The S256 challenge; left out only where the file turns PKCE off.
    ///   - endpoints: Where to.
    ///   - passThrough: Parameters a person's request brought along; those the file does not list are dropped, as are
    ///     values that are empty, longer than 256 bytes or not plain visible text.
    public func authorizationRequest(
        client: ClientRegistration,
        redirectURI: String,
        state: String,
        nonce: String?,
        codeChallenge: String,
        endpoints: ResolvedEndpoints,
        passThrough: [String: String] = [:]
    ) throws(AuthorizationRequestFault) -> AuthorizationRequest {
        var parameters: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client.clientID), ("redirect_uri", redirectURI),
        ]
        if !authorization.scopes.isEmpty { parameters.append(("scope", authorization.scopes.joined(separator: " "))) }
        parameters.append(("state", state))
        if isOpenIDConnect, let nonce { parameters.append(("nonce", nonce)) }
        if authorization.usesPKCE {
            parameters += [("code_challenge", codeChallenge), ("code_challenge_method", PKCE.method)]
        }
        if authorization.responseMode == .formPost { parameters.append(("response_mode", "form_post")) }
        let allowed = passThrough.filter {
            authorization.passThrough.contains($0.key) && Self.isPlain($0.value)
        }
        for parameter in authorization.parameters where allowed[parameter.name] == nil {
            parameters.append((parameter.name, parameter.value))
        }
        for (name, value) in allowed.sorted(by: { $0.key < $1.key }) { parameters.append((name, value)) }
        return try AuthorizationRequest(endpoint: endpoints.authorization, parameters: parameters)
    }

    /// The request that exchanges the code (C01, C02, C05). The endpoint comes from this provider's own record.
    public func tokenRequest(
        code: Secret,
        verifier: Secret,
        client: ClientRegistration,
        redirectURI: String,
        endpoints: ResolvedEndpoints
    ) -> OutboundRequest {
        TokenRequest(
            code: code,
            redirectURI: redirectURI,
            verifier: authorization.usesPKCE ? verifier : nil,
            client: client,
            authentication: clientAuthentication
        ).outbound(to: endpoints.token, bulkhead: id.description)
    }

    /// What the ID token of this sign-in has to say; nil for plain OAuth 2.0.
    ///
    /// - Parameter nonce: what was sent; nil where the caller judges the nonce.
    public func idTokenExpectation(
        client: ClientRegistration,
        nonce: Secret?,
        accessToken: Secret?
    ) -> IDTokenExpectation? {
        guard let idToken else { return nil }
        return IDTokenExpectation(
            issuers: idToken.issuers,
            clientID: client.clientID,
            nonce: nonce,
            algorithms: idToken.algorithms,
            maximumAge: idToken.maximumAge,
            accessToken: accessToken
        )
    }

    /// What to ask with the access token, in order: userinfo first where it is used, then the file's own requests.
    public func profileRequests(_ endpoints: ResolvedEndpoints) -> [ProfileRequest] {
        guard asksUserInfo, let url = endpoints.userInfo else { return profile }
        return [ProfileRequest(name: ClaimPath.userInfo, url: url, bulkhead: id.description, origins: origins)]
            + profile
    }

    private static func isPlain(_ value: String) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && !DisplayText.isHidden($0) }
    }
}
