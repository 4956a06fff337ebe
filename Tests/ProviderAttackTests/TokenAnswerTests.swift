import Foundation
import TestSupport
import Testing

/// Section C: answers of the token endpoint.
@Suite("Token answers from hostile providers", .serialized, .enabled(if: Stack.isAvailable))
struct TokenAnswerTests {
    private static let opened = Task { try await Stage.open() }

    @Test("C06–C10 C12 L03 L04 X-11 an unusable token answer signs nobody in: Google", arguments: AnswerRow.token)
    func refusedAtGoogle(_ row: AnswerRow) async throws {
        let stage = try await Self.opened.value
        try await stage.refuses(
            try await stage.person(.google),
            ["token:" + row.misbehaviour],
            row.refusal,
            // One POST, whatever came back: a code is never presented twice (C12).
            calls: ["token": 1, "profile": 0]
        )
    }

    @Test(
        "C07 C08 C12 X-11 an unusable token answer signs nobody in: GitHub and X",
        arguments: AnswerRow.plainToken,
        [Provider.github, .twitter]
    )
    func refusedWithoutOpenID(_ row: AnswerRow, _ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.refuses(
            try await stage.person(provider),
            ["token:" + row.misbehaviour],
            row.refusal,
            calls: ["token": 1, "profile": 0, "emails": 0]
        )
    }

    @Test(
        "C06 C08 C09 C11 an unusual but good token answer is accepted",
        arguments: [
            "token-type-upper", "token-type-lower", "missing-expires-in", "expires-in-string", "expires-in-word",
            "expires-in-negative", "expires-in-zero", "expires-in-huge", "expires-in-overflow", "expires-in-fraction",
            "expires-in-null", "missing-scope", "scope-empty", "scope-null", "scope-comma", "scope-space",
            "scope-without-email", "scope", "unrequested-refresh-token", "form-encoded", "set-cookie",
            "no-cache-headers",
            "cache-control", "age", "wrong-content-type=APPLICATION/JSON; charset=utf-8",
        ],
        [Provider.google, .github, .twitter]
    )
    func accepted(_ misbehaviour: String, _ provider: Provider) async throws {
        let stage = try await Self.opened.value
        try await stage.accepts(try await stage.person(provider), ["token:" + misbehaviour])
    }

    @Test("C11 a scope for addresses that was not granted means no address, not a failure")
    func withoutEmailScope() async throws {
        let stage = try await Self.opened.value
        // GitHub then hides the list, X the member: both answers come from the stand-in's own rules.
        for (provider, misbehaviour) in [(Provider.github, "emails:status-404"), (.twitter, "profile:missing-email")] {
            let person = try await stage.person(provider).misbehaving(["token:scope-without-email", misbehaviour])
            try await person.put(at: stage.mock)
            let before = try await stage.rows()
            let visit = try await stage.signIn(person)
            #expect(visit.answer.status == 303, "\(visit.explanation)")
            let after = try await stage.rows()
            #expect(after.users - before.users == 1)
            #expect(after.addresses == before.addresses)
        }
        let before = try await stage.rows()
        try await stage.control(try await stage.person(.github))
        #expect(try await stage.rows().addresses - before.addresses == 1)
    }

    @Test("C10 an ID token nobody asked for changes nothing at a provider that has none")
    func unrequestedIDToken() async throws {
        let stage = try await Self.opened.value
        try await stage.accepts(try await stage.person(.github), ["token:unrequested-id-token"])
    }

    @Test("C08 F01 a token that tries to write a header goes nowhere")
    func headerInjection() async throws {
        let stage = try await Self.opened.value
        try await stage.mock.call("DELETE", "/log")
        try await stage.refuses(
            try await stage.person(.github),
            ["token:access-token-crlf"],
            .tokenAnswer("wrong_type"),
            calls: ["token": 1, "profile": 0, "emails": 0]
        )
        let log = try await stage.mock.call("GET", "/log")
        #expect(!log.lowercased().contains("x-owned"))
        #expect(log.contains("user-agent"), "the control: headers are logged")
    }
}
