import Cryptography
import OAuth
import Testing

@Suite("Token request")
struct TokenRequestTests {
    private func outbound(_ authentication: ClientAuthentication, id: String = "id", secret: String? = "s") throws
        -> OutboundRequest
    {
        let endpoint = try #require(EndpointURL("https://h/token"))
        return TokenRequest(
            code: Secret("4/0AX"),
            redirectURI: "https://x/callback/p",
            verifier: Secret("ver"),
            client: ClientRegistration(clientID: id, clientSecrets: secret.map { [Secret($0)] } ?? []),
            authentication: authentication
        ).outbound(to: endpoint, bulkhead: "p")
    }

    private func header(_ request: OutboundRequest, _ name: String) -> [String] {
        request.headers.filter { $0.name.lowercased() == name }.map { $0.value.reveal() }
    }

    @Test("C02 C05 secret in the body, and only there")
    func post() throws {
        let request = try outbound(.post)
        #expect(request.method == .post && request.url == "https://h/token" && request.bulkhead == "p")
        #expect(header(request, "authorization").isEmpty)
        #expect(header(request, "accept") == ["application/json"])
        #expect(header(request, "user-agent") == ["Latchkey"])
        #expect(
            request.body?.reveal()
                == "grant_type=authorization_code&code=4%2F0AX&redirect_uri=https%3A%2F%2Fx%2Fcallback%2Fp&code_verifier=ver&client_id=id&client_secret=s"
        )
    }

    @Test("C02 secret in the header, and only there")
    func basic() throws {
        let request = try outbound(.basic)
        #expect(header(request, "authorization") == ["Basic aWQ6cw=="])
        let body = try #require(request.body?.reveal())
        #expect(!body.contains("client_secret") && !body.contains("client_id"))
    }

    @Test("C03 both parts are form-urlencoded before base64")
    func basicEncoding() throws {
        let request = try outbound(.basic, id: "a:b", secret: "p%+: é")
        let expected = "Basic " + Base64.encode(Array("a%3Ab:p%25%2B%3A%20%C3%A9".utf8))
        #expect(header(request, "authorization") == [expected])
    }

    @Test("C02 a public client sends no secret even when there is one")
    func none() throws {
        let request = try outbound(.none)
        #expect(header(request, "authorization").isEmpty)
        let body = try #require(request.body?.reveal())
        #expect(body.contains("client_id=id") && !body.contains("client_secret"))
    }

    @Test("C04 nothing secret in the URL", arguments: ClientAuthentication.allCases)
    func url(authentication: ClientAuthentication) throws {
        #expect(try outbound(authentication).url == "https://h/token")
    }
}

@Suite("Token response")
struct TokenResponseTests {
    private static func response(
        _ body: String,
        status: Int = 200,
        type: String? = "application/json",
        headers: [(name: String, value: String)] = []
    ) -> OutboundResponse {
        let types = type.map { [(name: "content-type", value: $0)] } ?? []
        return OutboundResponse(status: status, headers: types + headers, body: Array(body.utf8))
    }

    private func fault(_ response: OutboundResponse) -> TokenFault? {
        do {
            _ = try TokenResponse.parse(response)
            return nil
        } catch { return error }
    }

    @Test("C06 JSON and form bodies by their declared type")
    func bodies() throws {
        let json = try TokenResponse.parse(
            Self.response(
                #"{"access_token":"ya29.a0","expires_in":3599,"scope":"openid https://www.googleapis.com/auth/userinfo.email","token_type":"Bearer","id_token":"a.b.c"}"#,
                type: "Application/JSON; charset=utf-8"
            )
        )
        #expect(json.accessToken.reveal() == "ya29.a0" && json.idToken?.reveal() == "a.b.c" && json.expiresIn == 3599)
        #expect(json.scopes == ["openid", "https://www.googleapis.com/auth/userinfo.email"])
        let form = try TokenResponse.parse(
            Self.response(
                "access_token=gho_16C7&scope=repo%2Cgist&token_type=bearer",
                type: "application/x-www-form-urlencoded"
            )
        )
        #expect(form.accessToken.reveal() == "gho_16C7" && form.scopes == ["repo", "gist"])
        #expect(form.idToken == nil && form.refreshToken == nil && form.expiresIn == nil)
    }

    @Test("C06 a body that is not what its type says", arguments: ["text/html", "text/plain", "application/xml", nil])
    func types(type: String?) {
        let body = #"{"access_token":"a","token_type":"bearer"}"#
        #expect(fault(Self.response(body, type: type))?.reason == .unexpectedContentType)
    }

    @Test(
        "C07 status 200 with an error is a failure",
        arguments: [
            (
                #"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}"#,
                TokenFault.Reason.invalidGrant
            ),
            (#"{"error":"incorrect_client_credentials"}"#, .invalidClient),
            (#"{"error":"redirect_uri_mismatch"}"#, .redirectURIMismatch),
            (#"{"error":"unverified_user_email"}"#, .unverifiedUserEmail),
            (#"{"ok":false,"error":"invalid_code"}"#, .invalidGrant),
            (#"{"ok":false,"access_token":"a","token_type":"bearer"}"#, .otherError),
            (
                #"{"error":{"code":190,"type":"OAuthException","message":"x"},"access_token":"a","token_type":"bearer"}"#,
                .otherError
            ),
            (#"{"error":"","access_token":"a","token_type":"bearer"}"#, .otherError),
            (#"{"error":1,"access_token":"a","token_type":"bearer"}"#, .otherError),
        ]
    )
    func errorWith200(body: String, reason: TokenFault.Reason) {
        #expect(fault(Self.response(body))?.reason == reason)
    }

    @Test("C07 the same in a form")
    func errorForm() {
        let found = fault(
            Self.response("error=bad_verification_code&error_description=x", type: "application/x-www-form-urlencoded")
        )
        #expect(found?.reason == .invalidGrant && found?.code == "invalid_grant")
    }

    @Test(
        "C08 token_type is bearer in any case, or the answer is refused",
        arguments: [("bearer", true), ("Bearer", true), ("BEARER", true), ("mac", false), ("DPoP", false), ("", false)]
    )
    func tokenType(type: String, accepted: Bool) {
        let found = fault(Self.response(#"{"access_token":"a","token_type":"\#(type)"}"#))
        #expect((found == nil) == accepted && (accepted || found?.reason == .unexpectedTokenType))
    }

    @Test(
        "C08 missing members",
        arguments: [
            (#"{"access_token":"a"}"#, TokenFault.Reason.unexpectedTokenType),
            (#"{"token_type":"bearer"}"#, .missingAccessToken),
            (#"{"access_token":"","token_type":"bearer"}"#, .missingAccessToken),
            (#"{"access_token":null,"token_type":"bearer"}"#, .missingAccessToken),
            (#"{}"#, .missingAccessToken),
        ]
    )
    func missing(body: String, reason: TokenFault.Reason) { #expect(fault(Self.response(body))?.reason == reason) }

    @Test(
        "C09 odd lifetimes are tolerated",
        arguments: [
            ("", nil), (#","expires_in":"3600""#, 3600), (#","expires_in":-1"#, nil), (#","expires_in":0"#, nil),
            (#","expires_in":99999999999999"#, nil), (#","expires_in":1e400"#, nil), (#","expires_in":null"#, nil),
            (#","expires_in":[]"#, nil), (#","expires_in":28800"#, 28800),
        ] as [(String, Int64?)]
    )
    func lifetimes(member: String, seconds: Int64?) throws {
        let response = try TokenResponse.parse(Self.response(#"{"access_token":"a","token_type":"bearer"\#(member)}"#))
        #expect(response.expiresIn == seconds)
        #expect(response.isSaidToHaveEnded == (member.hasSuffix(":0") || member.hasSuffix(":-1")))
    }

    @Test(
        "D20 wrong types and tokens that would break out of a header",
        arguments: [
            #"{"access_token":1,"token_type":"bearer"}"#, #"{"access_token":["a"],"token_type":"bearer"}"#,
            #"{"access_token":"a\r\nX-Evil: 1","token_type":"bearer"}"#,
            #"{"access_token":"a b","token_type":"bearer"}"#,
            #"{"access_token":"é","token_type":"bearer"}"#, #"{"access_token":"a","token_type":1}"#,
            #"{"access_token":"a","token_type":"bearer","id_token":{}}"#,
            #"{"access_token":"a","token_type":"bearer","scope":[]}"#,
        ]
    )
    func wrongTypes(body: String) { #expect(fault(Self.response(body))?.reason == .wrongType) }

    @Test(
        "hostile bodies fail cleanly",
        arguments: [
            "", "null", "[]", "\"x\"", "{", #"{"access_token":"a","access_token":"b","token_type":"bearer"}"#,
            String(repeating: "[", count: 10_000), "\u{FEFF}{}", "{}{}",
        ]
    )
    func hostile(body: String) { #expect(fault(Self.response(body))?.reason == .malformedBody) }

    @Test(
        "C12 F10 statuses",
        arguments: [
            (400, #"{"error":"invalid_grant","error_description":"Bad Request"}"#, TokenFault.Reason.invalidGrant),
            (401, #"{"error":"invalid_client"}"#, .invalidClient),
            (
                400,
                #"{"error":"invalid_request","error_description":"Value passed for the authorization code was invalid."}"#,
                .invalidRequest
            ),
            (401, #"{"error":"unauthorized_client"}"#, .unauthorizedClient),
            (404, "", .unexpectedStatus), (302, "", .redirected), (307, "{}", .redirected), (429, "", .rateLimited),
            (500, "<html>", .unavailable), (503, #"{"error":"invalid_grant"}"#, .unavailable),
            (201, "{}", .unexpectedStatus),
        ]
    )
    func statuses(status: Int, body: String, reason: TokenFault.Reason) {
        #expect(fault(Self.response(body, status: status))?.reason == reason)
    }

    @Test("a fault never prints what the provider said")
    func silent() {
        let found = fault(Self.response(#"{"error":"s3cret","error_description":"s3cret"}"#))
        #expect(found?.text?.forOperators == "s3cret: s3cret")
        #expect(!String(describing: found).contains("s3cret: s3cret") || found == nil)
    }
}

@Suite("When to ask again")
struct RetryAfterTests {
    private func seconds(_ status: Int, _ headers: [(name: String, value: String)]) -> Int? {
        RetryAfter.seconds(OutboundResponse(status: status, headers: headers, body: []))
    }

    @Test("F10 Retry-After and the rate-limit headers of GitHub and X")
    func headers() {
        let date = (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(seconds(503, [("retry-after", "120")]) == 120)
        #expect(seconds(503, [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), date]) == 30)
        #expect(seconds(503, [("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), date]) == 0)
        #expect(seconds(429, [("x-rate-limit-reset", "784111807"), date]) == 30)
        #expect(seconds(403, [("x-ratelimit-reset", "784111807"), ("x-ratelimit-remaining", "0"), date]) == 30)
        #expect(seconds(403, [("x-ratelimit-reset", "784111807"), ("x-ratelimit-remaining", "7"), date]) == nil)
        #expect(seconds(429, [("x-rate-limit-reset", "784111807")]) == nil)
        #expect(seconds(503, [("retry-after", "999999999999")]) == 86_400)
        #expect(seconds(503, [("retry-after", "-1")]) == nil)
        #expect(seconds(503, [("retry-after", "99999999999999999999")]) == nil)
        #expect(seconds(503, []) == nil)
    }

    @Test(
        "HTTP dates",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600), ("Fri, 31 Dec 2027 23:59:59 GMT", 1_830_297_599),
            ("Sun, 06 Nov 1994 08:49:37", nil), ("1994-11-06T08:49:37Z", nil), ("", nil),
            ("Sun, 06 Nov 1994 25:49:37 GMT", nil),
        ] as [(String, Int64?)]
    )
    func dates(text: String, expected: Int64?) { #expect(HTTPDate.unixSeconds(text) == expected) }
}
