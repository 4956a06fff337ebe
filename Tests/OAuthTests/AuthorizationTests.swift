import Cryptography
import OAuth
import Testing

@Suite("PKCE")
struct PKCETests {
    @Test("A04 the vector of RFC 7636 appendix B")
    func vector() throws {
        let pkce = try #require(PKCE(verifier: Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")))
        #expect(pkce.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(PKCE.method == "S256")
    }

    @Test("A04 verifiers are 43 unreserved characters and never repeat")
    func fresh() {
        let verifiers = (0..<1000).map { _ in PKCE.generate().verifier.reveal() }
        #expect(Set(verifiers).count == 1000)
        #expect(verifiers.allSatisfy { $0.utf8.count == 43 && PKCE(verifier: Secret($0)) != nil })
    }

    @Test(
        "A04 other verifiers are refused",
        arguments: [
            "", String(repeating: "a", count: 42), String(repeating: "a", count: 129),
            String(repeating: "a", count: 43) + "+", String(repeating: "é", count: 30),
        ]
    )
    func refused(text: String) { #expect(PKCE(verifier: Secret(text)) == nil) }
}

@Suite("Authorization request")
struct AuthorizationRequestTests {
    private func url(_ endpoint: String, _ parameters: [(name: String, value: String)]) throws -> String {
        let endpoint = try #require(EndpointURL(endpoint))
        return try AuthorizationRequest(endpoint: endpoint, parameters: parameters).url
    }

    @Test("A16 spaces are %20 and the endpoint's own query stays")
    func builds() throws {
        #expect(
            try url("https://h/auth?tenant=a+b", [("scope", "openid email"), ("redirect_uri", "https://x/cb")])
                == "https://h/auth?tenant=a+b&scope=openid%20email&redirect_uri=https%3A%2F%2Fx%2Fcb"
        )
        #expect(try url("https://h/auth", [("a", "1")]) == "https://h/auth?a=1")
        #expect(try url("https://h", []) == "https://h")
    }

    @Test(
        "A16 F-6 no parameter twice, in whatever case",
        arguments: [
            ("https://h/a", "state", "state"), ("https://h/a", "state", "STATE"), ("https://h/a?state=x", "state", "y"),
            ("https://h/a?State=x", "state", "y"), ("https://h/a?%73tate=x", "state", "y"),
        ]
    )
    func duplicates(endpoint: String, first: String, second: String) {
        #expect(throws: AuthorizationRequestFault.duplicateParameter) {
            _ = try url(endpoint, [(first, "1"), (second, "2")])
        }
    }

    @Test("an endpoint query that cannot be read is refused")
    func malformed() {
        #expect(throws: AuthorizationRequestFault.malformedEndpoint) { _ = try url("https://h/a?x=%zz", []) }
    }
}

@Suite("Authorization response")
struct AuthorizationResponseTests {
    private func fault(_ query: String) -> AuthorizationResponseFault? {
        do {
            _ = try AuthorizationResponse.parse(query: query)
            return nil
        } catch { return error }
    }

    @Test("B08 Google's callback with its extra parameters")
    func google() throws {
        let response = try AuthorizationResponse.parse(
            query: "state=Lp6&iss=https%3A%2F%2Faccounts.google.com&code=4%2F0AXEQabc"
                + "&scope=email+profile+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.profile&authuser=0&prompt=consent&hd=example.com"
        )
        #expect(response.state == "Lp6" && response.issuer == "https://accounts.google.com")
        guard case .code(let code) = response.outcome else { return #expect(Bool(false), "no code") }
        #expect(code.reveal() == "4/0AXEQabc")
    }

    @Test(
        "B07 any repeated parameter",
        arguments: ["code=a&code=b&state=s", "code=a&state=s&state=t", "code=a&iss=x&iss=y", "code=a&zzz=1&zzz=2"]
    )
    func duplicates(query: String) { #expect(fault(query) == .form(.duplicateParameter)) }

    @Test("B10 a code together with an error is an error")
    func both() throws {
        let response = try AuthorizationResponse.parse(query: "code=abc&error=access_denied&state=s")
        guard case .error(let error) = response.outcome else { return #expect(Bool(false), "not an error") }
        #expect(error.code == .accessDenied && error.code.isCancellation)
    }

    @Test(
        "B11 error codes are mapped, words are kept apart",
        arguments: [
            ("access_denied", AuthorizationErrorCode.accessDenied), ("application_suspended", .applicationSuspended),
            ("redirect_uri_mismatch", .redirectURIMismatch), ("temporarily_unavailable", .temporarilyUnavailable),
            ("login_required", .loginRequired), ("%3Cscript%3E", .other), ("", .other), ("ACCESS_DENIED", .other),
        ]
    )
    func errors(sent: String, code: AuthorizationErrorCode) throws {
        let response = try AuthorizationResponse.parse(
            query: "error=\(sent)&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E%0D%0A%E2%80%AE&state=s"
        )
        guard case .error(let error) = response.outcome else { return #expect(Bool(false), "not an error") }
        #expect(error.code == code)
        #expect(error.description?.forOperators == "<script>alert(1)</script>???")
        #expect(!"\(error)".contains("alert"))
    }

    @Test("B06 the issuer is there on errors too")
    func issuerOnError() throws {
        #expect(try AuthorizationResponse.parse(query: "error=access_denied&iss=https://e").issuer == "https://e")
    }

    @Test("B18 size caps", arguments: ["code", "state", "iss", "error_description"])
    func caps(name: String) {
        let others = name == "code" ? "" : "code=a&"
        #expect(fault("\(others)\(name)=" + String(repeating: "x", count: 4097)) == .valueTooLarge)
        #expect(fault("\(others)\(name)=" + String(repeating: "x", count: 4096)) == nil)
        #expect(fault("code=a&x=" + String(repeating: "x", count: 16_384)) == .form(.tooLarge))
    }

    @Test("neither code nor error", arguments: ["", "state=s", "code=", "code=&state=s", "CODE=x"])
    func missing(query: String) { #expect(fault(query) == .missingCode) }

    @Test("an issuer is decoded once only")
    func once() throws {
        #expect(try AuthorizationResponse.parse(query: "code=a&iss=https%253A%252F%252Fe").issuer == "https%3A%2F%2Fe")
    }
}
