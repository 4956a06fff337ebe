import Cryptography
import OAuth
import Testing

@Suite("Refresh request")
struct RefreshRequestTests {
    @Test(
        "C02 C04 one way of authenticating, no secret in the URL, no scope",
        arguments: [
            (
                ClientAuthentication.post, nil,
                "grant_type=refresh_token&refresh_token=r%2F1&client_id=id&client_secret=s"
            ),
            (.basic, "Basic aWQ6cw==", "grant_type=refresh_token&refresh_token=r%2F1"),
            (.none, nil, "grant_type=refresh_token&refresh_token=r%2F1&client_id=id"),
        ] as [(ClientAuthentication, String?, String)]
    )
    func outbound(_ authentication: ClientAuthentication, _ header: String?, _ body: String) throws {
        let request = RefreshRequest(
            refreshToken: Secret("r/1"),
            client: ClientRegistration(clientID: "id", clientSecrets: [Secret("s")]),
            authentication: authentication
        ).outbound(to: try #require(EndpointURL("https://h/token")), bulkhead: "p")
        #expect(request.method == .post && request.url == "https://h/token" && request.bulkhead == "p")
        #expect(request.headers.first { $0.name == "Authorization" }?.value.reveal() == header)
        #expect(request.body?.reveal() == body)
    }
}
