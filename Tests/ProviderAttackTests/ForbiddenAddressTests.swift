import TestSupport
import Testing

/// X-11, L05: endpoints and redirects that lead into a private network.
@Suite("Addresses that are never called", .serialized, .enabled(if: Stack.isAvailable))
struct ForbiddenAddressTests {
    /// Their files list no hosts: any public https host would do.
    private static let opened = Task { try await Issuers.open(4 * addresses.count + 2, hosts: nil) }

    static let addresses = [
        "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/",
        "https://100.64.0.1/", "https://0.0.0.0/", "https://[fd00::1]/", "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/",
    ]

    @Test("X-11 L05 a token endpoint in a private network is not called", arguments: addresses)
    func tokenEndpoint(_ address: String) async throws {
        try await refused(
            "foreign-token-endpoint=" + address,
            "exchange_code",
            "refused_address",
            calls: ["token": 0, "keys": 0, "profile": 0]
        )
    }

    @Test("X-11 L05 a key set in a private network is not called", arguments: addresses)
    func keySet(_ address: String) async throws {
        try await refused(
            "foreign-jwks-uri=" + address,
            "verify_id_token",
            "keys_transport_refused_address",
            calls: ["token": 1, "keys": 0, "profile": 0]
        )
    }

    @Test("X-11 L05 userinfo in a private network is not called", arguments: addresses)
    func userInfo(_ address: String) async throws {
        try await refused(
            "foreign-userinfo-endpoint=" + address,
            "fetch_profile",
            "refused_address",
            calls: ["token": 1, "profile": 0]
        )
    }

    @Test(
        "X-11 E03 L02 other spellings and schemes do not even become an endpoint",
        arguments: [
            "http://169.254.169.254/", "http://10.0.0.1/", "https://2852039166/", "https://0xa9fea9fe/",
            "https://0251.0376.0251.0376/",
            "https://169.254.43518/", "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:25/", "https:///",
            "//evil.example/",
            "https://user:password@example.com/", "https://example.com/#fragment", "https://example.com:99999/",
            "https://exa mple.com/", "https://example.com\\@10.0.0.1/", "javascript:alert(1)", "",
        ]
    )
    func spellings(_ address: String) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await Self.unused.value
        try await issuers.play(issuer)
        try await stage.mock.misbehave(.oidc, ["discovery:foreign-token-endpoint=" + address])
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let answer = try await browser.post("/sign-in/\(issuer.id)")
        try await stage.expect(Visit(browser: browser, answer: answer), .discovery("refused_endpoint"), since: start)
    }

    /// One issuer is enough where nothing is ever kept.
    private static let unused = Task { try await opened.value.next() }

    @Test("X-11 the control: an address that is allowed is called, wherever the document puts it")
    func allowedAddress() async throws {
        let issuers = try await Self.opened.value
        let issuer = try await issuers.next()
        let other = try await Gate(to: issuers.stage.mock.ports.oidc)
        try await issuers.stage.mock.misbehave(
            .oidc,
            ["discovery:foreign-token-endpoint=http://127.0.0.1:\(other.port)/token"]
        )
        let visit = try await issuers.stage.signIn(try await issuers.stage.person(.oidc), as: issuer.id)
        #expect(visit.answer.status == 303, "\(visit.explanation)")
    }

    private func refused(_ misbehaviour: String, _ step: String, _ detail: String, calls: [String: Int]) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        try await stage.mock.misbehave(.oidc, ["discovery:" + misbehaviour])
        let person = try await stage.person(.oidc)
        let refusal = Refusal(status: 503, code: "misconfigured", step: step, detail: detail, retryAfter: "5")
        try await stage.refuses(.oidc, refusal, calls: calls) { try await stage.approach(person, as: issuer.id) }
    }
}
