import Foundation
import TestSupport
import Testing

/// Everything in a callback but the state (B03 to B08, B10, B11, B18).
@Suite("The callback's parameters", .enabled(if: Stack.isAvailable))
struct CallbackParameterTests {
    private static let issuers = ["google": "https://accounts.google.com", "github": "https://github.com/login/oauth"]

    @Test(
        "B03 B06 iss is compared byte by byte, on answers and on errors, before the code is used",
        arguments: [
            "google", "github", "twitter", "oidc-example",
        ]
    )
    func wrongIssuer(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let issuer =
            Self.issuers[provider]
            ?? (provider == "twitter" ? "https://x.com" : "http://127.0.0.1:\(stack.mock.ports.oidc)")
        let spellings = [
            "", issuer + "/", issuer.uppercased(), issuer.dropFirst().description, " " + issuer, issuer + " ",
            issuer + "?", issuer + "#", "https://evil.example", Browser.encode(issuer), issuer + "\u{0}",
            issuer.replacing("https://", with: "http://").replacing("http://127", with: "https://127"),
        ]
        let persona = try await stack.persona(provider)
        for spelling in spellings {
            let flow = try await stack.flow(persona)
            let refused = try await flow.browser.problem(flow.callback.with("iss", Browser.encode(spelling)).target)
            #expect(refused.status == 400 && refused.code == "wrong_issuer", "\(spelling): \(refused.answer.text)")
            #expect(try await stack.exchanges(of: flow.code, at: persona.standIn) == 0, "\(spelling)")

            let url = try await flow.browser.begin(provider)
            let denied = try await stack.mock.authorize(url, as: "deny")
            let error = try await flow.browser.problem(denied.with("iss", Browser.encode(spelling)).target)
            #expect(error.code == "wrong_issuer", "an error is checked too: \(spelling)")
        }
        let control = try await stack.flow(persona)
        #expect(
            try await control.browser.get(control.callback.with("iss", Browser.encode(issuer)).target).startsSession,
            "B05 the right one is welcome, announced or not"
        )
    }

    @Test(
        "B04 where a provider says that it always sends iss, its absence is refused",
        arguments: [
            ("google", true), ("oidc-example", true), ("github", false), ("twitter", false),
        ]
    )
    func missingIssuer(_ provider: String, isRequired: Bool) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        let answer = try await flow.browser.problem(flow.callback.with("iss", nil).target)
        #expect(answer.answer.startsSession == !isRequired)
        #expect(answer.code == (isRequired ? "wrong_issuer" : ""))
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == (isRequired ? 0 : 1))
    }

    @Test(
        "B07 a parameter that comes twice is refused, equal or not",
        arguments: [
            "code", "state", "iss", "error", "scope", "anything",
        ]
    )
    func duplicates(_ name: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        var base = flow.callback
        if base[name] == nil { base = base.with(name, "a") }
        let encoded = name.utf8.map { "%" + String($0, radix: 16) }.joined()
        var mutants = [
            base.doubling(name), base.doubling(name, "evil"), base.doubling(name, ""), base.doubling(encoded, "evil"),
        ]
        var first = base
        first.pairs.insert((name, "evil"), at: 0)
        mutants.append(first)
        for mutant in mutants {
            let refused = try await flow.browser.problem(mutant.target)
            #expect(
                refused.status == 400 && refused.code == "malformed_callback",
                "\(mutant.target): \(refused.answer.text)"
            )
        }
        #expect(try await stack.exchanges(of: flow.code, at: "google") == 0)
        #expect(try await flow.finish().startsSession, "control")
    }

    @Test("B08 parameters nobody knows are ignored", arguments: Persona.providers)
    func unknownParameters(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        var callback = flow.callback
        let extra = [
            ("scope", "email%20openid"), ("authuser", "0"), ("prompt", "consent"), ("hd", "example.com"),
            ("session_state", "x"), ("utm_source", "a+b"), ("empty", ""), ("id_token", "a.b.c"), ("access_token", "t"),
            ("Code", "evil"), ("STATE", "evil"), ("redirect_uri", "https%3A%2F%2Fevil.example"), ("user", "root"),
            ("email", "victim%40example.com"), ("parked", "x"),
        ]
        for (name, value) in extra where callback[name] == nil { callback.pairs.append((name, value)) }
        let answer = try await flow.browser.get(callback.target)
        #expect(answer.status == 303 && answer.startsSession && answer.destination == "/account")
        let owner = try #require(try await stack.owner(flow.persona))
        #expect(try await flow.browser.user() == owner)
    }

    @Test("B10 a code beside an error is an error")
    func codeAndError() async throws {
        let stack = try await Stack.shared()
        for error in ["access_denied", "", "anything"] {
            let flow = try await stack.flow(stack.persona("google"))
            let refused = try await flow.browser.problem(flow.callback.with("error", error).target)
            #expect(!refused.answer.startsSession && refused.status >= 400, "\(error)")
            #expect(["access_denied", "provider_error"].contains(refused.code))
            #expect(try await stack.exchanges(of: flow.code, at: "google") == 0)
        }
    }

    @Test(
        "B11 the provider's error becomes one of ours, in its own words never",
        arguments: [
            ("access_denied", "access_denied", 400), ("user_cancelled_login", "access_denied", 400),
            ("temporarily_unavailable", "provider_unavailable", 503), ("server_error", "provider_unavailable", 503),
            ("login_required", "provider_error", 400), ("redirect_uri_mismatch", "provider_error", 400),
            ("application_suspended", "provider_error", 400), ("admin_policy_enforced", "provider_error", 400),
            ("invented-by-nobody", "provider_error", 400), (#""><script>alert(1)</script>"#, "provider_error", 400),
        ]
    )
    func errors(_ error: String, code: String, status: Int) async throws {
        let stack = try await Stack.shared()
        let attack = [
            (
                "error_description",
                Browser.encode(#"<img src=x onerror=alert(2)> {{name}} "'`"# + "\r\nSet-Cookie: a=b")
            ),
            ("error_uri", Browser.encode("javascript:alert(3)")),
        ]
        for wantsPage in [true, false] {
            let browser = stack.browser()
            let url = try await browser.begin("google")
            var callback = try await stack.mock.authorize(url, as: "deny").with("error", Browser.encode(error))
            for (name, value) in attack { callback = callback.with(name, value) }
            let answer = try await browser.get(
                callback.target,
                headers: ["Accept": wantsPage ? "text/html" : "application/json"]
            )
            #expect(answer.status == status && answer.isClearRefusal)
            if !wantsPage { #expect(Problem(answer).code == code) }
            for word in ["alert(", "onerror", "javascript:", "{{name}}", "<script", "Set-Cookie: a"] {
                #expect(!answer.text.contains(word), "\(word)")
            }
            #expect(!answer.headers.contains { $0.value.contains("a=b") || $0.value.contains("alert") })
            if wantsPage { #expect(answer.text.contains("href=\"/sign-in\""), "a way forward") }
        }
    }

    @Test("B11 an error without the right state is only a refusal: it cannot end somebody's sign-in")
    func errorWithoutState() async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        for state in [nil, "evil", String(flow.state.reversed())] {
            let forged = Callback(path: "/callback/google", pairs: [("error", "access_denied")]).with("state", state)
            #expect(try await flow.browser.problem(forged.target).code == "unknown_transaction")
        }
        let stranger = stack.browser()
        _ = try await stranger.begin("google")
        let forged = Callback(path: "/callback/google", pairs: [("error", "access_denied"), ("state", flow.state)])
        #expect(try await stranger.problem(forged.target).code == "unknown_transaction")
        #expect(try await flow.finish().startsSession, "control")
    }

    @Test(
        "B18 each parameter has a size",
        arguments: ["code", "state", "iss", "error", "error_description", "error_uri"]
    )
    func sizes(_ name: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        for size in [4097, 12_000] {
            let refused = try await flow.browser.problem(
                flow.callback.with(name, String(repeating: "x", count: size)).target
            )
            #expect(refused.status == 400 && refused.code == "malformed_callback", "\(size): \(refused.answer.text)")
        }
        for size in [16_500, 60_000] {
            let refused = try await flow.browser.problem(
                flow.callback.with(name, String(repeating: "x", count: size)).target
            )
            #expect((400..<500).contains(refused.status), "\(size): \(refused.status)")
        }
        #expect(try await flow.finish().startsSession, "control")
    }

    @Test("B17 what browsers keep behind a # never arrives; sent by hand it is refused or ignored")
    func fragment() async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona("google"))
        let answer = try await flow.browser.get(flow.callback.target + "#_=_")
        #expect(answer.startsSession || answer.isClearRefusal)
    }
}
