import TestSupport
import Testing

/// The modules of the OpenID conformance suite's RP plans "Basic RP" and "Config RP", each doing what the module of its name
/// does. Negative modules pass when no userinfo request follows; that is counted in ``Stage/refuses(_:_:calls:sourceLocation:_:)``.
@Suite("OpenID conformance: Basic RP and Config RP", .serialized, .enabled(if: Stack.isAvailable))
struct ConformanceTests {
    private static let opened = Task { try await Issuers.open(24) }
    private static let stopped = ["token": 1, "profile": 0]

    /// A fresh issuer, as each run of a module has: RSA keys, which the suite's default algorithm RS256 needs.
    private func issuer() async throws -> (Stage, Issuers.Issuer, Person) {
        let issuers = try await Self.opened.value
        let issuer = try await issuers.next()
        try await issuers.stage.mock.call("PUT", "/settings/oidc", #"{"signature":"RS256"}"#)
        return (issuers.stage, issuer, try await issuers.stage.person(.oidc))
    }

    private func rejects(
        _ misbehaviours: [String],
        _ refusal: Refusal,
        calls: [String: Int] = stopped,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (stage, issuer, person) = try await issuer()
        try await stage.mock.misbehave(.oidc, misbehaviours)
        try await stage.refuses(.oidc, refusal, calls: calls, sourceLocation: sourceLocation) {
            try await stage.approach(person, as: issuer.id)
        }
        try await stage.mock.behave()
        try await stage.control(person, as: issuer.id, sourceLocation: sourceLocation)
    }

    /// Completes, with exactly one token and one userinfo request.
    private func completes(
        _ stage: Stage,
        _ issuer: Issuers.Issuer,
        _ person: Person,
        keys: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await stage.calls(.oidc)
        let visit = try await stage.signIn(person, as: issuer.id)
        #expect(visit.answer.status == 303, "\(visit.explanation)", sourceLocation: sourceLocation)
        let made = try await stage.calls(.oidc).since(before)
        #expect(made["token"] == 1 && made["profile"] == 1, sourceLocation: sourceLocation)
        if let keys { #expect(made["keys"] == keys, sourceLocation: sourceLocation) }
        #expect(made["double_client_authentication"] == 0, sourceLocation: sourceLocation)
    }

    // MARK: Basic RP

    @Test("oidcc-client-test") func happyPath() async throws {
        let (stage, issuer, person) = try await issuer()
        try await completes(stage, issuer, person)
    }

    @Test("oidcc-client-test-invalid-iss") func invalidIssuer() async throws {
        try await rejects(["id_token:wrong-issuer"], .idToken("issuer_mismatch"))
    }

    @Test("oidcc-client-test-missing-sub") func missingSubject() async throws {
        try await rejects(["id_token:missing-sub"], .idToken("missing_sub"))
    }

    @Test("oidcc-client-test-invalid-aud") func invalidAudience() async throws {
        try await rejects(["id_token:wrong-audience"], .idToken("audience_mismatch"))
    }

    @Test("oidcc-client-test-missing-iat") func missingIssuedAt() async throws {
        try await rejects(["id_token:missing-iat"], .idToken("missing_iat"))
    }

    @Test("oidcc-client-test-kid-absent-single-jwks") func keyIDAbsentSingle() async throws {
        let (stage, issuer, person) = try await issuer()
        try await stage.mock.misbehave(.oidc, ["id_token:no-kid", "keys:single-no-kid"])
        try await completes(stage, issuer, person, keys: 1)
    }

    @Test("oidcc-client-test-kid-absent-multiple-jwks") func keyIDAbsentMultiple() async throws {
        // The suite allows both; refusing is what is documented here (E06).
        let (stage, issuer, person) = try await issuer()
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":true}"#)
        try await stage.mock.misbehave(.oidc, ["id_token:no-kid"])
        try await stage.refuses(.oidc, .idToken("ambiguous_key"), calls: Self.stopped) {
            try await stage.approach(person, as: issuer.id)
        }
        try await stage.mock.behave()
        try await stage.control(person, as: issuer.id)
    }

    @Test("oidcc-client-test-idtoken-sig-rs256") func signatureRS256() async throws {
        let (stage, issuer, person) = try await issuer()
        let settings = try await stage.mock.call("GET", "/settings/oidc")
        #expect(settings.contains(#""signature":"RS256""#))
        try await completes(stage, issuer, person, keys: 1)
    }

    @Test("oidcc-client-test-idtoken-sig-none") func signatureNone() async throws {
        try await rejects(["id_token:alg-none"], .idToken("algorithm_not_allowed"))
    }

    @Test("oidcc-client-test-invalid-sig-rs256") func invalidSignature() async throws {
        try await rejects(["id_token:flipped-signature-bit"], .idToken("bad_signature"))
    }

    @Test("oidcc-client-test-userinfo-invalid-sub") func userInfoSubject() async throws {
        try await rejects(
            ["profile:other-sub"],
            .identity("userinfo_subject_mismatch"),
            calls: ["token": 1, "profile": 1]
        )
    }

    @Test("oidcc-client-test-nonce-invalid") func nonce() async throws {
        try await rejects(["id_token:wrong-nonce"], .idToken("nonce_mismatch"))
    }

    @Test("oidcc-client-test-scope-userinfo-claims") func scopes() async throws {
        let (stage, issuer, person) = try await issuer()
        let location = try await stage.stack.browser().begin(issuer.id)
        #expect(location.contains("scope=openid%20email%20profile"))
        // Only userinfo says who the person is, beyond the subject.
        try await stage.mock.misbehave(
            .oidc,
            ["id_token:claim=email:", "id_token:claim=name:", "id_token:email-verified-absent"]
        )
        let visit = try await stage.signIn(person, as: issuer.id)
        let session = try await visit.browser.get("/v1/session").text
        #expect(session.contains("\"name\":\"\(person.shownName)\""), "\(session)")
        #expect(session.contains("\"email\":\"\(person.email)\",\"email_verified\":true"), "\(session)")
    }

    @Test("oidcc-client-test-client-secret-basic") func clientSecretBasic() async throws {
        let (stage, issuer, person) = try await issuer()
        try await stage.mock.call("DELETE", "/log")
        try await completes(stage, issuer, person)
        let token = try #require(try await stage.mock.seen(.oidc).first { $0.endpoint == "token" })
        #expect(token.authentication == "basic" && token.form["client_secret"] == nil && token.form["client_id"] == nil)
    }

    // MARK: Config RP

    @Test("oidcc-client-test-discovery-openid-config") func discoveryDocument() async throws {
        let (stage, issuer, _) = try await issuer()
        let before = try await stage.calls(.oidc)
        let location = try await stage.stack.browser().begin(issuer.id)
        #expect(try await stage.calls(.oidc).since(before)["discovery"] == 1)
        #expect(location.hasPrefix(issuer.url + "/authorize?"))
    }

    @Test("oidcc-client-test-discovery-jwks-uri-keys") func discoveryKeys() async throws {
        let (stage, issuer, person) = try await issuer()
        // The document's own address of the keys, which only this document names.
        let other = try await Gate(to: stage.mock.ports.oidc)
        try await stage.mock.misbehave(.oidc, ["discovery:foreign-jwks-uri=http://127.0.0.1:\(other.port)/jwks"])
        try await stage.mock.call("DELETE", "/log")
        try await completes(stage, issuer, person, keys: 1)
        let keys = try #require(try await stage.mock.seen(.oidc).first { $0.endpoint == "keys" })
        #expect(keys.headers["host"] ?? "127.0.0.1:\(other.port)" == "127.0.0.1:\(other.port)")
        // The control: without it nobody can be signed in.
        try await other.set(.closed)
        let (_, second, _) = try await self.issuer()
        try await stage.mock.misbehave(.oidc, ["discovery:foreign-jwks-uri=http://127.0.0.1:\(other.port)/jwks"])
        let refusal = Refusal.unavailable("verify_id_token", "keys_transport_unreachable")
        try await stage.refuses(.oidc, refusal, calls: Self.stopped) { try await stage.approach(person, as: second.id) }
    }

    @Test("oidcc-client-test-discovery-issuer-mismatch") func discoveryIssuer() async throws {
        let (stage, issuer, person) = try await issuer()
        try await stage.mock.misbehave(.oidc, ["discovery:issuer-mismatch"])
        let start = stage.node.process.outputSize
        let browser = stage.stack.browser()
        let answer = try await browser.post("/sign-in/\(issuer.id)")
        try await stage.expect(Visit(browser: browser, answer: answer), .discovery("issuer_mismatch"), since: start)
        try await stage.mock.behave()
        try await stage.control(person, as: issuer.id)
    }

    @Test("oidcc-client-test-idtoken-sig-none (Config RP)") func configuredSignatureNone() async throws {
        // The document announces it, and still it is refused.
        try await rejects(
            ["discovery:only-none", "id_token:alg-none"],
            .idToken("algorithm_not_allowed")
        )
    }

    @Test("oidcc-client-test-signing-key-rotation-just-before-signing") func rotationBeforeSigning() async throws {
        let (stage, issuer, person) = try await issuer()
        try await completes(stage, issuer, person, keys: 1)
        let approach = try await stage.approach(person, as: issuer.id)
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":false}"#)
        let before = try await stage.calls(.oidc)
        let visit = try await approach.deliver()
        #expect(visit.answer.status == 303, "\(visit.explanation)")
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
    }

    @Test("oidcc-client-test-signing-key-rotation") func rotation() async throws {
        let (stage, issuer, person) = try await issuer()
        try await completes(stage, issuer, person, keys: 1)
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":true}"#)
        try await completes(stage, issuer, person, keys: 1)
        try await completes(stage, issuer, person, keys: 0)
    }
}
