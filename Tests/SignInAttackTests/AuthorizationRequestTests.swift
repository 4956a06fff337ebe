import Foundation
import Postgres
import TestSupport
import Testing

/// What Latchkey asks a provider for (section A of the security checks).
@Suite("The authorization request", .enabled(if: Stack.isAvailable))
struct AuthorizationRequestTests {
    /// The query of an authorization request of this provider.
    private func request(
        _ provider: String,
        form: [(String, String)] = [],
        headers: [String: String] = [:]
    ) async throws -> (url: String, parameters: [(name: String, value: String)]) {
        let stack = try await Stack.shared()
        var all = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
        all.merge(headers) { _, new in new }
        let answer = try await stack.browser().post("/sign-in/\(provider)", form: form, headers: all)
        try #require(answer.status == 303, "\(answer.status) \(answer.text.prefix(300))")
        let url = try #require(answer.header("location"))
        return (url, Query.parameters(of: url))
    }

    @Test(
        "A01 A04 A05 A11 the request is the code flow with PKCE and no more scope than signing in needs",
        arguments: [
            ("google", "openid email profile", true), ("github", "user:email", false),
            ("twitter", "tweet.read users.read users.email", false), ("oidc-example", "openid email profile", true),
        ]
    )
    func snapshot(_ provider: String, scope: String, isOpenID: Bool) async throws {
        let (url, parameters) = try await request(provider)
        let client = Persona.standIn(for: provider) + "-client"
        func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
        #expect(value("response_type") == "code")
        #expect(value("client_id") == client)
        #expect(value("scope") == scope)
        #expect(value("code_challenge_method") == "S256")
        #expect(value("redirect_uri") == "\(Stack.origin)/callback/\(provider)")
        let challenge = try #require(value("code_challenge"))
        #expect(challenge.range(of: "^[A-Za-z0-9_-]{43}$", options: .regularExpression) != nil)
        #expect((value("nonce") != nil) == isOpenID)
        var expected: Set = [
            "response_type", "client_id", "scope", "code_challenge", "code_challenge_method", "redirect_uri", "state",
        ]
        if isOpenID { expected.insert("nonce") }
        if provider == "google" {
            expected.insert("prompt")
            #expect(value("prompt") == "select_account")
        }
        #expect(Set(parameters.map(\.name)) == expected, "\(url)")
        #expect(!url.contains("offline"))
    }

    @Test("A16 parameters are percent-encoded as RFC 3986 says, and none comes twice", arguments: Persona.providers)
    func encoding(_ provider: String) async throws {
        let (url, parameters) = try await request(provider)
        let query = try #require(url.split(separator: "?", maxSplits: 1).last)
        #expect(!query.contains("+") && !query.contains(" "))
        #expect(query.contains("%20") == (provider != "github"))
        #expect(query.range(of: "^[A-Za-z0-9._~%&=-]+$", options: .regularExpression) != nil)
        #expect(Set(parameters.map { $0.name.lowercased() }).count == parameters.count)
    }

    @Test("A02 A06 state and nonce are 256 random bits of their own for each of 400 sign-ins")
    func randomness() async throws {
        let stack = try await Stack.shared()
        let browser = stack.browser()
        _ = try await browser.begin("google")
        // One browser with many tabs: the hardest case, because its cookie is the same each time.
        let other = await browser.copy(port: stack.nodes[1].port)
        let urls = try await atOnce(Array(0..<400)) { index in
            try await (index % 2 == 0 ? browser : other).begin("google")
        }
        var seen: Set<String> = []
        var ones = Array(repeating: 0, count: 256)
        for url in urls {
            let state = try #require(Query.value("state", of: url))
            let nonce = try #require(Query.value("nonce", of: url))
            let challenge = try #require(Query.value("code_challenge", of: url))
            for value in [state, nonce, challenge] {
                #expect(value.utf8.count == 43 && UUID(uuidString: value) == nil)
                #expect(seen.insert(value).inserted, "repeated or shared: \(value)")
            }
            let bytes = try #require(Data(base64Encoded: Self.standard(state)))
            #expect(bytes.count == 32)
            for bit in 0..<256 where bytes[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1 { ones[bit] += 1 }
        }
        // A fixed or counting bit would stand out: seven standard deviations around 200 of 400.
        #expect(ones.allSatisfy { (130...270).contains($0) }, "\(ones)")
    }

    private static func standard(_ base64URL: String) -> String {
        base64URL.replacing("-", with: "+").replacing("_", with: "/")
            + String(repeating: "=", count: (4 - base64URL.utf8.count % 4) % 4)
    }

    @Test("A03 state stays within X's 500 characters, however long the address to return to")
    func stateLength() async throws {
        let long = "/" + String(repeating: "a", count: 2047)
        let (url, parameters) = try await request("twitter", form: [("return_to", long)])
        #expect(try #require(parameters.first { $0.name == "state" }).value.utf8.count == 43)
        #expect(!url.contains("aaaaaaaa"))
    }

    @Test("A09 the redirect URI never comes from the request", arguments: Persona.providers)
    func redirectURI(_ provider: String) async throws {
        let expected = "\(Stack.origin)/callback/\(provider)"
        let attacks = [
            "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "666",
            "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/callback/evil", "X-Host": "evil.example",
            "Referer": "https://evil.example/",
        ]
        let (_, parameters) = try await request(provider, headers: attacks)
        #expect(parameters.first { $0.name == "redirect_uri" }?.value == expected)

        let stack = try await Stack.shared()
        for host in ["evil.example", "localhost:8080@evil.example", "evil.example:8080", ""] {
            let head =
                "POST /sign-in/\(provider) HTTP/1.1\r\nHost: \(host)\r\nOrigin: \(Stack.origin)\r\n"
                + "Sec-Fetch-Site: same-origin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            let answer = try await HTTPExchange.send(Array(head.utf8), port: stack.nodes[0].port)
            guard let location = answer.header("location") else {
                #expect(answer.isClearRefusal, "\(host): \(answer.status)")
                continue
            }
            #expect(Query.value("redirect_uri", of: location) == expected)
            #expect(
                !answer.headers.contains { $0.value.contains("evil.example") } && !answer.text.contains("evil.example")
            )
        }
    }

    @Test("A10 B09 F-2 each provider has a redirect URI of its own, and a code delivered to another one is refused")
    func distinctRedirectURIs() async throws {
        let stack = try await Stack.shared()
        var addresses: Set<String> = []
        for provider in Persona.providers {
            let flow = try await stack.flow(stack.persona(provider))
            addresses.insert(try #require(Query.value("redirect_uri", of: flow.authorization)))
            for other in Persona.providers where other != provider {
                // A browser that began with both: its cookie is right for either.
                let both = try await stack.flow(flow.persona, in: flow.browser)
                _ = try await flow.browser.begin(other)
                let issuerless = both.callback.with("iss", nil)
                for stolen in [both.callback, issuerless] {
                    let refused = try await both.browser.problem(stolen.at("/callback/\(other)").target)
                    #expect(refused.status == 400, "\(provider) at \(other): \(refused.answer.text)")
                    #expect(!refused.answer.startsSession)
                }
                #expect(try await stack.exchanges(of: both.code, at: both.persona.standIn) == 0)
                #expect(try await stack.exchanges(of: both.code, at: Persona.standIn(for: other)) == 0)
            }
            #expect(try await flow.finish().startsSession, "control: the same flow at its own address")
        }
        #expect(addresses.count == Persona.providers.count)
    }

    @Test(
        "A12 the browser is sent to the provider with 303, so that no form is posted on",
        arguments: Persona.providers
    )
    func seeOther(_ provider: String) async throws {
        let answer = try await Stack.shared().browser().post("/sign-in/\(provider)", form: [("return_to", "/account")])
        #expect(answer.status == 303)
        #expect(answer.header("cache-control") == "no-store")
        #expect(answer.body.isEmpty)
    }

    @Test("F-6 F-7 request parameters cannot change what is asked for, now or later", arguments: Persona.providers)
    func passThrough(_ provider: String) async throws {
        func fixed(_ url: String) -> [String] {
            Query.parameters(of: url).filter { !["state", "nonce", "code_challenge"].contains($0.name) }
                .map { "\($0.name)=\($0.value)" }
        }
        let before = fixed(try await request(provider).url)
        let evil = [
            "redirect_uri", "Redirect_URI", "REDIRECT_URI", "state", "State", "client_id", "scope", "SCOPE", "nonce",
            "response_type", "response_mode", "code_challenge", "code_challenge_method", "prompt", "acr_values", "iss",
            "access_type", "include_granted_scopes", "hd", "request", "request_uri", "claims", "login", "allow_signup",
        ].map { ($0, "evil") }
        let (url, _) = try await request(provider, form: evil)
        #expect(fixed(url) == before)
        #expect(!url.contains("evil"))

        let hinted = try await request(provider, form: [("login_hint", "a&redirect_uri=https://evil.example")])
        let hint = hinted.parameters.first { $0.name == "login_hint" }?.value
        #expect(hint == (provider == "google" ? "a&redirect_uri=https://evil.example" : nil))
        #expect(fixed(hinted.url).filter { !$0.hasPrefix("login_hint=") } == before)
        #expect(fixed(try await request(provider).url) == before, "the next request is as the first")
    }

    @Test("F-4 B02 neither the URL nor the database holds what would complete somebody's sign-in")
    func nothingDerivable() async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        let secret = try #require(await flow.browser.secret())
        let nonce = try #require(Query.value("nonce", of: flow.authorization))
        #expect(!flow.authorization.contains(secret) && !flow.callback.target.contains(secret))
        let row = try await stack.text(
            """
            select t::text from sign_in_transactions t
            where state_hash = sha256(convert_to(\(flow.state), 'UTF8'))
              and browser_hash = sha256(convert_to(\(secret), 'UTF8'))
            """
        )
        let stored = try #require(row, "the row stands under the hashes of state and cookie")
        for value in [flow.state, nonce, secret, String(secret.dropFirst(4).prefix(43))] {
            #expect(!stored.contains(value))
        }
        // Whoever knows all of the URL and makes up the cookie gets nowhere.
        let thief = stack.browser()
        _ = try await thief.begin("google")
        let refused = try await thief.problem(flow.callback.target)
        #expect(refused.status == 400 && refused.code == "unknown_transaction")
        #expect(try await flow.finish().startsSession, "control: its own browser still can")
    }
}
