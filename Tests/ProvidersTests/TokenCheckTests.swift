import Accounts
import Cryptography
import OAuth
import Providers
import Testing

@Suite("Token check")
struct TokenCheckTests {
    private static let client = ClientRegistration(clientID: "Iv1.a/b", clientSecrets: [Secret("s:cret")])

    private func answer(_ body: String, status: Int = 200, type: String = "application/json") -> OutboundResponse {
        OutboundResponse(status: status, headers: [(name: "content-type", value: type)], body: Array(body.utf8))
    }

    private func check() throws -> TokenCheck { try #require(try ProviderFiles.provider("github").tokenCheck) }

    private func verdict(_ response: OutboundResponse) throws -> String {
        let check = try check()
        do {
            return try check.read(response, client: Self.client)
        } catch { return error.code }
    }

    @Test("GitHub is asked as it documents: credentials in the header, the token in the body, neither in the address")
    func request() throws {
        let request = try #require(try check().outbound(accessToken: Secret(#"gho_"t"#), client: Self.client))
        #expect(request.method == .post && request.bulkhead == "github")
        #expect(request.url == "https://api.github.com/applications/Iv1.a%2Fb/token")
        #expect(request.body?.reveal() == #"{"access_token":"gho_\"t"}"#)
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value.reveal()) })
        #expect(headers["Authorization"] == "Basic " + Base64.encode(Array("Iv1.a/b:s:cret".utf8)))
        #expect(headers["Content-Type"] == "application/json" && headers["User-Agent"] == "Latchkey")
        #expect(headers["Accept"] == "application/vnd.github+json" && headers["X-GitHub-Api-Version"] != nil)
    }

    @Test("X-2 only an answer that names our app and a person counts")
    func answers() throws {
        let rows: [(OutboundResponse, String)] = [
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":{"id":583231}}"#), "583231"),
            (answer(#"{"app":{"client_id":"Iv1.other"},"user":{"id":583231}}"#), "other_app"),
            (answer(#"{"app":{"client_id":"iv1.a/b"},"user":{"id":583231}}"#), "other_app"),
            (answer(#"{"app":{"client_id":["Iv1.a/b"]},"user":{"id":583231}}"#), "unexpected_answer"),
            (answer(#"{"user":{"id":583231}}"#), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"}}"#), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":{"id":"583231"}}"#), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":{"id":0}}"#), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":null}"#), "unexpected_answer"),
            (answer("[]"), "unexpected_answer"), (answer("{"), "unexpected_answer"), (answer(""), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":{"id":1}}"#, type: "text/html"), "unexpected_answer"),
            (answer(#"{"app":{"client_id":"Iv1.a/b"},"user":{"id":1}}"#, status: 201), "unexpected_answer"),
            (answer("{}", status: 302), "unexpected_answer"),
            (answer("{}", status: 404), "unknown_token"), (answer("{}", status: 422), "unknown_token"),
            (answer("{}", status: 401), "unauthorized"), (answer("{}", status: 403), "rate_limited"),
            (answer("{}", status: 429), "rate_limited"), (answer("{}", status: 500), "provider_unavailable"),
        ]
        for (response, wanted) in rows {
            let body = String(decoding: response.body, as: UTF8.self)
            #expect(try verdict(response) == wanted, "\(response.status) \(body)")
        }
    }

    @Test("X-2 no other shipped provider takes access tokens")
    func others() throws {
        for id in ["google", "twitter"] { #expect(try ProviderFiles.provider(id).tokenCheck == nil) }
    }
}
