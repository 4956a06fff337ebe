import TestSupport
import Testing

/// Section D and attack cases: ID tokens that are not what they seem. Each row is signed in with at both
/// OpenID Providers; the stand-in's own misbehaviour makes the token.
@Suite("ID tokens from hostile providers", .serialized, .enabled(if: Stack.isAvailable))
struct IDTokenAttackTests {
    private static let opened = Task { try await Stage.open() }

    @Test("D01–D20 E06 X-1 X-2 X-12 a token that fails a check signs nobody in: Google", arguments: IDTokenRow.all)
    func refusedAtGoogle(_ row: IDTokenRow) async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.google)
        let misbehaviours = ["id_token:" + row.misbehaviour]
        guard let detail = row.google else {
            try await stage.accepts(person, misbehaviours)
            return
        }
        // One look for newer keys at most; never at the address a token names.
        try await stage.refuses(person, misbehaviours, .idToken(detail), calls: ["token": 1, "profile": 0])
    }

    @Test("D01–D20 E06 X-1 X-2 X-12 a token that fails a check signs nobody in: generic", arguments: IDTokenRow.all)
    func refusedAtGeneric(_ row: IDTokenRow) async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.oidc)
        let misbehaviours = ["id_token:" + row.misbehaviour.replacing("google-client", with: "oidc-client")]
        guard let detail = row.generic else {
            try await stage.accepts(person, misbehaviours)
            return
        }
        // The conformance suite's own criterion: no userinfo request after a bad token.
        try await stage.refuses(person, misbehaviours, .idToken(detail), calls: ["token": 1, "profile": 0])
    }

    @Test(
        "D02 D04 D10 D11 D12 D15 D16 D18 an unusual but good token is accepted",
        arguments: IDTokenRow.good,
        [Provider.google, .oidc]
    )
    func accepted(_ row: IDTokenRow, _ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.accepts(try await stage.person(provider), ["id_token:" + row.misbehaviour])
    }

    @Test(
        "D19 a token no header could carry is refused with the answer it came in",
        arguments: ["huge", "spaced"],
        [Provider.google, .oidc]
    )
    func unusableText(_ misbehaviour: String, _ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.refuses(
            try await stage.person(provider),
            ["id_token:" + misbehaviour],
            .tokenAnswer("wrong_type"),
            calls: ["token": 1, "profile": 0, "keys": 0]
        )
    }

    @Test("D14 subjects that differ in case are two people, and 255 characters are one")
    func subjectsAreExact() async throws {
        let stage = try await Self.opened.value
        let before = try await stage.rows()
        let name = "Case\(Person(provider: .google).subject)"
        for subject in [name, name.lowercased(), name.uppercased()] {
            try await stage.control(try await stage.person(.google, subject: subject))
        }
        try await stage.control(try await stage.person(.google, subject: String(repeating: "s", count: 255)))
        // The control: the same subject again is the same person.
        try await stage.control(try await stage.person(.google, subject: name))
        let after = try await stage.rows()
        #expect(after.users - before.users == 4)
        #expect(after.identities - before.identities == 4)
    }

    @Test("X-1 D01 the issuer a token names is not asked for anything, even where it would answer")
    func issuerOfTheToken() async throws {
        let stage = try await Self.opened.value
        let other = "http://127.0.0.1:\(stage.mock.ports.oidc)"
        let before = try await stage.calls(.oidc)
        for more in [[], ["id_token:jku=\(other)/jwks"], ["id_token:foreign-key"]] {
            let detail = more.first.map { $0.contains("jku") ? "unknown_key_id" : "bad_signature" } ?? "issuer_mismatch"
            try await stage.refuses(
                try await stage.person(.google),
                ["id_token:wrong-issuer=\(other)"] + more,
                .idToken(detail),
                calls: ["token": 1, "profile": 0]
            )
        }
        let made = try await stage.calls(.oidc).since(before)
        #expect(made["discovery"] == 0 && made["keys"] == 0 && made["unknown"] == 0)
    }

    @Test("D13 a nonce is good for one sign-in: a token of another transaction is refused")
    func nonceOfAnotherTransaction() async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.google)
        // The same person, the same browser, a moment apart: only the nonce tells the two tokens apart.
        let first = try await stage.stack.browser().begin("google")
        let nonce = first.split(separator: "&").first { $0.hasPrefix("nonce=") }.map { $0.dropFirst(6) }
        let stolen = try #require(nonce)
        try await stage.refuses(
            person,
            ["id_token:claim=nonce:\"\(stolen)\""],
            .idToken("nonce_mismatch"),
            calls: ["token": 1, "profile": 0]
        )
    }

    @Test(
        "D20 F02 a subject that only userinfo has, or that differs there, is nobody",
        arguments: ["other-sub", "sub-255", "sub-case"]
    )
    func userInfoOfSomebodyElse(_ misbehaviour: String) async throws {
        let stage = try await Self.opened.value
        try await stage.refuses(
            try await stage.person(.oidc, subject: "Subject-\(Person(provider: .oidc).subject)"),
            ["id_token:" + misbehaviour],
            .identity("userinfo_subject_mismatch"),
            calls: ["token": 1, "profile": 1]
        )
    }
}

extension Stage {
    /// Runs an unusual flow that has to succeed, and checks that it wrote one person.
    func accepts(
        _ person: Person,
        _ misbehaviours: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await person.misbehaving(misbehaviours).put(at: mock)
        let before = try await rows()
        let visit = try await signIn(person)
        #expect(visit.answer.status == 303, "\(visit.explanation)", sourceLocation: sourceLocation)
        let after = try await rows()
        #expect(after.users - before.users == 1, sourceLocation: sourceLocation)
        #expect(after.sessions - before.sessions == 1, sourceLocation: sourceLocation)
    }
}
