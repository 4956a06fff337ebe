import Accounts
import Cryptography
import OAuth
import OpenIDConnect
import Providers
import Testing
import YAML

private let client = ClientRegistration(clientID: "client", clientSecrets: [Secret("s3cret"), Secret("older")])

extension Provider {
    /// Endpoints without asking anybody.
    fileprivate func testEndpoints(alwaysSendsIssuer: Bool = false) throws -> ResolvedEndpoints {
        switch endpointSource {
        case .explicit(let endpoints): return endpoints
        case .discovery(let source):
            let document = #"""
                {"issuer":"\#(issuer)","authorization_endpoint":"https://accounts.google.com/o/oauth2/v2/auth",
                 "token_endpoint":"https://oauth2.googleapis.com/token","jwks_uri":"https://www.googleapis.com/oauth2/v3/certs",
                 "userinfo_endpoint":"https://openidconnect.googleapis.com/v1/userinfo",
                 "authorization_response_iss_parameter_supported":\#(alwaysSendsIssuer)}
                """#
            let response = OutboundResponse(
                status: 200,
                headers: [(name: "content-type", value: "application/json")],
                body: Array(document.utf8)
            )
            return endpoints(from: try ProviderMetadata.parse(response, for: source))
        }
    }

    fileprivate func testURL(_ passThrough: [String: String] = [:]) throws -> String {
        try authorizationRequest(
            client: client,
            redirectURI: "https://host.example/callback/\(id)",
            state: "st",
            nonce: "no",
            codeChallenge: "ch",
            endpoints: testEndpoints(),
            passThrough: passThrough
        ).url
    }
}

@Suite("Requests to providers")
struct ProviderRequestTests {
    @Test(
        "A01 A04 A06 A11 A16 the authorization URL of every built-in provider",
        arguments: [
            (
                "google",
                "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=client"
                    + "&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback%2Fgoogle&scope=openid%20email%20profile&state=st&nonce=no"
                    + "&code_challenge=ch&code_challenge_method=S256&prompt=select_account"
            ),
            (
                "github",
                "https://github.com/login/oauth/authorize?response_type=code&client_id=client"
                    + "&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback%2Fgithub&scope=user%3Aemail&state=st"
                    + "&code_challenge=ch&code_challenge_method=S256"
            ),
            (
                "twitter",
                "https://x.com/i/oauth2/authorize?response_type=code&client_id=client"
                    + "&redirect_uri=https%3A%2F%2Fhost.example%2Fcallback%2Ftwitter&scope=tweet.read%20users.read%20users.email&state=st"
                    + "&code_challenge=ch&code_challenge_method=S256"
            ),
        ]
    )
    func authorizationURLs(id: String, url: String) throws {
        #expect(try ProviderFiles.provider(id).testURL() == url)
    }

    @Test(
        "F-6 only listed parameters pass through",
        arguments: [
            "redirect_uri", "Redirect_URI", "state", "STATE", "scope", "client_id", "response_type", "nonce", "prompt",
            "login_Hint", "LOGIN_HINT", "request", "request_uri", "code_challenge", "", "hd",
        ]
    )
    func passThrough(name: String) throws {
        let provider = try ProviderFiles.provider("google")
        #expect(try provider.testURL([name: "evil"]) == provider.testURL())
    }

    @Test("F-6 a listed parameter passes when its value is plain text")
    func passThroughValues() throws {
        let provider = try ProviderFiles.provider("google")
        #expect(try provider.testURL(["login_hint": "a+b@example.com"]).hasSuffix("&login_hint=a%2Bb%40example.com"))
        for value in ["", "a\r\nb", "a b", "a\u{202E}b", String(repeating: "a", count: 257)] {
            #expect(try provider.testURL(["login_hint": value]) == provider.testURL())
        }
    }

    @Test("F-7 what one request brings along leaves no trace in the next")
    func immutable() throws {
        let provider = try ProviderFiles.provider("google")
        let before = provider
        _ = try provider.testURL(["login_hint": "x@example.com"])
        #expect(provider == before)
        #expect(try !provider.testURL().contains("login_hint"))
    }

    @Test(
        "C01 C02 C05 token requests: client authentication by file, never both ways",
        arguments: [("google", false), ("github", false), ("twitter", true)]
    )
    func tokenRequests(id: String, basic: Bool) throws {
        let provider = try ProviderFiles.provider(id)
        let endpoints = try provider.testEndpoints()
        let request = provider.tokenRequest(
            code: Secret("c0de"),
            verifier: Secret("ver"),
            client: client,
            redirectURI: "https://host.example/callback/\(id)",
            endpoints: endpoints
        )
        let body = try #require(request.body?.reveal())
        #expect(request.url == endpoints.token.description && request.bulkhead == id)
        #expect(body.contains("client_secret=s3cret") == !basic)
        #expect(request.headers.contains { $0.name == "Authorization" } == basic)
        #expect(body.contains("code_verifier=ver") && body.contains("code=c0de"))
        #expect(body.contains("redirect_uri=https%3A%2F%2Fhost.example%2Fcallback%2F\(id)"))
        #expect(!request.url.contains("s3cret") && !request.url.contains("c0de"))
    }

    @Test("A05 PKCE can be turned off by a file, and then neither end sends it")
    func withoutPKCE() throws {
        let text = try ProviderFiles.text("github").replacing(
            "  scopes: [user:email]",
            with: "  scopes: [user:email]\n  pkce: false"
        )
        let (catalog, diagnostics) = ProviderCatalog.load(files: [(name: "github.yaml", text: text)])
        #expect(diagnostics.isEmpty)
        let provider = try #require(catalog.providers.first)
        #expect(try !provider.testURL().contains("code_challenge"))
        let request = provider.tokenRequest(
            code: Secret("c"),
            verifier: Secret("ver"),
            client: client,
            redirectURI: "https://h/cb",
            endpoints: try provider.testEndpoints()
        )
        #expect(request.body?.reveal().contains("code_verifier") == false)
    }

    @Test(
        "B03 B05 iss is compared byte by byte, advertised or not",
        arguments: [
            ("google", "https://accounts.google.com"), ("github", "https://github.com/login/oauth"),
            ("twitter", "https://x.com"),
        ]
    )
    func issuer(id: String, issuer: String) throws {
        let provider = try ProviderFiles.provider(id)
        let endpoints = try provider.testEndpoints()
        try provider.checkCallbackIssuer(issuer, endpoints: endpoints)
        try provider.checkCallbackIssuer(nil, endpoints: endpoints)
        for wrong in [
            issuer + "/", issuer.uppercased(), "http" + issuer.dropFirst(5), "https%3A%2F%2Fx.com", "",
            "https://evil.example",
        ] {
            #expect(throws: CallbackIssuerFault.mismatch) {
                try provider.checkCallbackIssuer(wrong, endpoints: endpoints)
            }
        }
    }

    @Test("B04 iss is required when the metadata or the file says so")
    func requiredIssuer() throws {
        let google = try ProviderFiles.provider("google")
        let endpoints = try google.testEndpoints(alwaysSendsIssuer: true)
        #expect(throws: CallbackIssuerFault.missing) { try google.checkCallbackIssuer(nil, endpoints: endpoints) }
        let text = try ProviderFiles.text("github").replacing(
            "endpoints:",
            with: "callback_issuer: { required: true }\nendpoints:"
        )
        let provider = try #require(
            ProviderCatalog.load(files: [(name: "github.yaml", text: text)]).catalog.providers.first
        )
        #expect(throws: CallbackIssuerFault.missing) {
            try provider.checkCallbackIssuer(nil, endpoints: try provider.testEndpoints())
        }
    }

    @Test("what an ID token has to say comes from the file")
    func idTokenExpectation() throws {
        let google = try #require(
            ProviderFiles.provider("google").idTokenExpectation(client: client, nonce: Secret("n"), accessToken: nil)
        )
        #expect(google.issuers == ["https://accounts.google.com", "accounts.google.com"])
        #expect(google.clientID == "client" && google.algorithms == [.rs256] && google.maximumAge == 3600)
        #expect(
            try ProviderFiles.provider("github").idTokenExpectation(
                client: client,
                nonce: Secret("n"),
                accessToken: nil
            ) == nil
        )
    }

    @Test("stand-ins take the place of endpoints, not of issuers")
    func substitutions() throws {
        let origins = [
            "https://accounts.google.com", "https://oauth2.googleapis.com", "https://openidconnect.googleapis.com",
            "https://www.googleapis.com", "https://github.com", "https://api.github.com",
        ]
        let standIns = Dictionary(uniqueKeysWithValues: origins.map { ($0, "http://127.0.0.1:9401") })
        let (catalog, diagnostics) = ProviderCatalog.load(directory: ProviderFiles.directory, substitutions: standIns)
        #expect(diagnostics.isEmpty)
        let google = try #require(catalog.providers.first { $0.id.description == "google" })
        guard case .discovery(let source) = google.endpointSource else { return #expect(Bool(false), "no discovery") }
        #expect(source.url.description == "http://127.0.0.1:9401/.well-known/openid-configuration")
        #expect(source.issuer == "https://accounts.google.com" && google.issuer == "https://accounts.google.com")
        let endpoints = try google.testEndpoints()
        #expect(endpoints.token.description == "http://127.0.0.1:9401/token")
        #expect(google.keySetSource(endpoints)?.url.description == "http://127.0.0.1:9401/oauth2/v3/certs")
        let github = try #require(catalog.providers.first { $0.id.description == "github" })
        #expect(try github.testEndpoints().authorization.description == "http://127.0.0.1:9401/login/oauth/authorize")
        #expect(github.profile[0].url.description == "http://127.0.0.1:9401/user")
        #expect(github.issuer == "https://github.com/login/oauth")
    }

    @Test(
        "substitutions that are not origins, or whose stand-in is plain http elsewhere",
        arguments: [
            ("https://x.com/path", "http://127.0.0.1:1"), ("x.com", "http://127.0.0.1:1"),
            ("https://x.com", "http://10.0.0.1"), ("https://x.com", ""),
        ]
    )
    func wrongSubstitutions(from: String, to: String) {
        #expect(ProviderCatalog.load(files: [], substitutions: [from: to]).diagnostics.count == 1)
    }
}
