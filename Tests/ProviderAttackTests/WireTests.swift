import Foundation
import Postgres
import TestSupport
import Testing

/// C01 to C05, C12, C13, C16, C19, F01, F05: what goes over the wire to providers, and what stays of it.
@Suite("What providers are told, and what stays of their tokens", .serialized, .enabled(if: Stack.isAvailable))
struct WireTests {
    /// Every character that form encoding, Basic credentials or a shell of either could get wrong (C03).
    private static let secret = "s:e%c+r/e=t &?é€ü~*'()\"\\"
    private static let opened = Task {
        try await Stage.open(
            settings: Provider.allCases.map { "providers.\($0.id).client_secret=\(secret)" },
            standInArguments: Provider.allCases.flatMap { ["--\($0.standIn)-client-secret", secret] }
        )
    }

    @Test(
        "C02 C03 C04 C05 one way of proving the client, nothing secret in a URL, the same redirect URI twice",
        arguments: Provider.allCases
    )
    func tokenRequest(_ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.mock.call("DELETE", "/log")
        try await stage.control(try await stage.person(provider))
        let seen = try await stage.mock.seen(provider)
        let authorization = try #require(seen.first { $0.endpoint == "authorize" })
        let token = try #require(seen.first { $0.endpoint == "token" })
        #expect(seen.count { $0.endpoint == "token" } == 1)
        #expect(token.method == "POST")
        let usesBasic = provider == .twitter || provider == .oidc
        #expect(token.authentication == (usesBasic ? "basic" : "post"))
        #expect((token.form["client_secret"] == nil) == usesBasic)
        #expect(token.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(token.headers["accept"] == "application/json")
        #expect(token.form["grant_type"] == "authorization_code")
        #expect(token.form["redirect_uri"] == Stack.origin + "/callback/\(provider.id)")
        #expect(token.form["redirect_uri"] == authorization.query["redirect_uri"])
        #expect(token.form["code_verifier"]?.hasPrefix("sha256:") == true)
        #expect(authorization.query["code_challenge_method"] == "S256")
        for request in seen {
            #expect(!request.hasSecretInURL)
            #expect(request.headers["cookie"] == nil && request.headers["referer"] == nil)
        }
    }

    @Test(
        "C03 the control: a provider that knows another secret refuses, and the page says whose task it is",
        arguments: Provider.allCases
    )
    func otherSecret(_ provider: Provider) async throws {
        let stage = try await Self.opened.value
        let client = "\(provider.standIn)-client"
        try await stage.mock.call("PUT", "/clients/\(provider.standIn)/\(client)", #"{"secret":"s"}"#)
        let detail = provider == .twitter ? "unauthorized_client" : "invalid_client"
        let person = try await stage.person(provider)
        let refusal = Refusal(
            status: 503,
            code: "misconfigured",
            step: "exchange_code",
            detail: detail,
            retryAfter: "5"
        )
        try await stage.refuses(provider, refusal, calls: ["token": 1, "profile": 0]) {
            try await stage.approach(person)
        }
        let right = Person.quoted(Self.secret)
        try await stage.mock.call("PUT", "/clients/\(provider.standIn)/\(client)", #"{"secret":\#(right)}"#)
        try await stage.control(person)
    }

    @Test("C05 the verifier is this transaction's: a code that was asked for with another challenge is refused")
    func otherVerifier() async throws {
        let stage = try await Self.opened.value
        for provider in Provider.allCases {
            let person = try await stage.person(provider)
            let approach = try await stage.approach(person)
            // The attacker's own code, obtained in another browser, put into the victim's callback (B16).
            let other = try await stage.approach(person)
            let foreign = try #require(Self.value("code", of: other.callback))
            let own = try #require(Self.value("code", of: approach.callback))
            let mixed = Approach(browser: approach.browser, callback: approach.callback.replacing(own, with: foreign))
            let before = try await stage.calls(provider)
            let visit = try await mixed.deliver()
            #expect(visit.answer.status == 400 || visit.answer.status == 502, "\(visit.explanation)")
            let made = try await stage.calls(provider).since(before)
            #expect(made["token"] == 1 && made["token_granted"] == 0 && made["profile"] == 0)
            try await stage.control(person)
        }
    }

    @Test(
        "F01 F05 an access token travels in one header, with the headers each provider asks for",
        arguments: [Provider.oidc, .github, .twitter]
    )
    func profileRequest(_ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.mock.call("DELETE", "/log")
        try await stage.control(try await stage.person(provider))
        let asked = try await stage.mock.seen(provider).filter { ["profile", "emails"].contains($0.endpoint) }
        #expect(asked.count == (provider == .github ? 2 : 1))
        for request in asked {
            #expect(request.method == "GET")
            #expect(request.headers["authorization"]?.hasPrefix("sha256:") == true)
            #expect(!request.hasSecretInURL && request.query["access_token"] == nil && request.form.isEmpty)
            #expect(request.headers["user-agent"]?.hasPrefix("Latchkey") == true)
            if provider == .github {
                #expect(request.headers["accept"] == "application/vnd.github+json")
                #expect(request.headers["x-github-api-version"] == "2022-11-28")
            }
        }
    }

    @Test("C13 C16 provider tokens are kept nowhere and shown to nobody, refresh tokens nobody asked for included")
    func tokensAreDropped() async throws {
        let stage = try await Self.opened.value
        let canary = "canary\(UInt64.random(in: .min ... .max))"
        let tokens = ["\(canary)access", "\(canary)refresh"]
        let subject = Person(provider: .github).subject
        try await stage.mock.call(
            "PUT",
            "/override/github/token",
            """
            {"count":1,"json":{"access_token":"\(tokens[0])","token_type":"bearer","refresh_token":"\(tokens[1])","scope":"user:email"}}
            """
        )
        try await stage.mock.call(
            "PUT",
            "/override/github/profile",
            """
            {"count":1,"json":{"id":\(subject),"login":"canary","name":"Canary Owner"}}
            """
        )
        try await stage.mock.call("PUT", "/override/github/emails", #"{"count":1,"json":[]}"#)
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let callback = try await stage.mock.authorize(try await browser.begin("github"), as: "alice")
        let answer = try await browser.get(callback)
        #expect(answer.status == 303, "\(answer.text)")
        var shown = answer.text + "\(answer.headers)"
        for page in ["/v1/session", "/account", "/sign-in"] {
            let answer = try await browser.get(page)
            #expect(answer.status == 200)
            shown += answer.text + "\(answer.headers)"
        }
        let database = try await stage.dump()
        let log = stage.node.process.output(after: start)
        for place in [shown, database, log] {
            #expect(!place.contains(canary))
            #expect(!place.contains(Data(canary.utf8).base64EncodedString().prefix(20)))
            #expect(!place.contains(canary.utf8.map { String($0, radix: 16) }.joined()))
        }
        // The control: each place was really looked into.
        #expect(shown.contains("Canary Owner") && database.contains(subject) && log.contains("/callback/{provider}"))
    }

    @Test("C19 a provider's token is no proof of anything when a browser or a program brings it")
    func broughtTokens() async throws {
        let stage = try await Self.opened.value
        for provider in Provider.allCases {
            let person = try await stage.person(provider)
            let minted = try await stage.mock.call(
                "POST",
                "/mint/\(provider.standIn)",
                "{\"person\":\"\(person.name)\"}"
            )
            let tokens = try #require(try JSONSerialization.jsonObject(with: Data(minted.utf8)) as? [String: String])
            let rows = try await stage.rows()
            let before = try await stage.calls(provider)
            let browser = stage.stack.browser()
            for token in tokens.values {
                #expect(
                    try await browser.get("/v1/session", headers: ["Authorization": "Bearer \(token)"]).status == 401
                )
                #expect(try await browser.get("/v1/session?access_token=\(Browser.encode(token))").status == 401)
                #expect(try await browser.get("/v1/session", headers: ["Cookie": "latchkey=\(token)"]).status == 401)
            }
            let query = tokens.map { "\($0.key)=\(Browser.encode($0.value))" }.joined(separator: "&")
            let location = try await browser.begin(provider.id)
            let state = try #require(Self.value("state", of: location))
            let callback = try await browser.get("/callback/\(provider.id)?\(query)&state=\(state)")
            #expect(callback.status == 400, "\(callback.text)")
            #expect(try await stage.calls(provider).since(before)["profile"] == 0)
            #expect(try await browser.get("/v1/session").status == 401)
            let after = try await stage.rows()
            #expect(after.users == rows.users && after.sessions == rows.sessions)
            // The control: beside a code of one's own they are ignored.
            try await stage.accepts(person, ["callback:id-token-in-url"])
        }
    }

    private static func value(_ name: String, of url: String) -> String? {
        url.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix(name + "=") }.map {
            String($0.dropFirst(name.count + 1))
        }
    }
}
