import Foundation
import Postgres
import TestSupport
import Testing

/// Section F and attack cases L-10, L-13: userinfo and the providers' own APIs.
@Suite("Profiles from hostile providers", .serialized, .enabled(if: Stack.isAvailable))
struct ProfileAttackTests {
    private static let opened = Task { try await Stage.open() }

    @Test("F02 F03 F06 F10 L03 L04 X-11 an unusable profile signs nobody in", arguments: ProfileRow.all)
    func refused(_ row: ProfileRow) async throws {
        let stage = try await Self.opened.value
        // Digits, so that a stand-in can send them as a number.
        let person = try await stage.person(row.provider)
        try await stage.refuses(person, [row.row.misbehaviour], row.row.refusal, calls: row.calls)
    }

    @Test(
        "F04 F10 addresses that cannot be read stop a sign-in, since nobody could say whose account it is",
        arguments: [
            AnswerRow("F10", "status=401", .profileAnswer("unauthorized")),
            .init("F10", "status=410", .profileAnswer("unexpected_status")),
            .init("F10", "status-500", .unavailable("fetch_profile", "provider_unavailable")),
            .init("F10", "status-429", .busy("fetch_profile")),
            .init("F04", "malformed-json", .profileAnswer("malformed_body")),
            .init("F04", "html", .profileAnswer("unexpected_content_type")),
            .init("L03", "redirect-302", .profileAnswer("redirected")),
            .init("L04", "huge", .profileAnswer("too_large")),
            .init("L04", "reset", .unavailable("fetch_profile", "broken")),
        ]
    )
    func unreadableAddresses(_ row: AnswerRow) async throws {
        let stage = try await Self.opened.value
        try await stage.refuses(
            try await stage.person(.github),
            ["emails:" + row.misbehaviour],
            row.refusal,
            calls: ["token": 1, "profile": 1, "emails": 1]
        )
    }

    @Test(
        "L-10 L-13 F04 F06 D20 an address counts as verified only where the provider says so",
        arguments: AddressRow.all
    )
    func addresses(_ row: AddressRow) async throws {
        let stage = try await Self.opened.value
        // Some misbehaviours name an address of their own: each row gets a database without addresses.
        _ = try await stage.stack.database.query("delete from users")
        let person = try await stage.person(row.provider).misbehaving(row.misbehaviours)
        try await person.put(at: stage.mock)
        let visit = try await stage.signIn(person)
        try #require(visit.answer.status == 303, "\(visit.explanation)")
        let rows = try await stage.stack.database.query("select address, verified_at is not null from user_emails")
        let found = try rows.map { (try $0.decode(String.self, at: 0), try $0.decode(Bool.self, at: 1)) }
        switch row.outcome {
        // An address that nobody vouches for is not kept (G22); that it was read shows in the decision.
        case .none, .unverified: #expect(found.isEmpty)
        case .verified: #expect(found.map(\.1) == [true])
        }
        #expect(
            found.allSatisfy { $0.0 == $0.0.lowercased() && !$0.0.contains("attacker") && !$0.0.contains("other@") }
        )
        let facts = try await stage.stack.database.query(
            "select facts from linking_decisions order by decided_at desc, id desc limit 1"
        ).one().decode(String.self, at: 0)
        let seen =
            facts.contains("email=none") ? "none" : facts.contains("email=unverified") ? "unverified" : "verified"
        #expect(seen == "\(row.outcome)", "\(facts)")
        let session = try await visit.browser.get("/v1/session")
        #expect(session.text.contains("\"email_verified\":\(row.outcome == .verified)"), "\(session.text)")
    }

    @Test("F04 GitHub's addresses are read page by page, and no further than to the fifth page of the same origin")
    func pages() async throws {
        let stage = try await Self.opened.value
        for (misbehaviour, pages) in [("link-endless", 5), ("link-elsewhere", 1), ("link-metadata", 1)] {
            let person = try await stage.person(.github).misbehaving(["emails:" + misbehaviour])
            try await person.put(at: stage.mock)
            let before = try await stage.calls(.github)
            let visit = try await stage.signIn(person)
            #expect(visit.answer.status == 303, "\(visit.explanation)")
            let made = try await stage.calls(.github).since(before)
            #expect(made["emails"] == pages, "\(misbehaviour)")
            #expect(made["bait"] == 0 && made["unknown"] == 0)
        }
        // The primary address is the 140th of 145: on the second page of a hundred.
        let entries = (1...145).map { number in
            #"{"email":"e\#(number)@people.example","primary":\#(number == 140),"verified":true,"visibility":null}"#
        }
        let person = try await stage.person(.github, more: #""emails":[\#(entries.joined(separator: ","))]"#)
        let before = try await stage.calls(.github)
        let visit = try await stage.signIn(person)
        #expect(try await stage.calls(.github).since(before)["emails"] == 2)
        let session = try await visit.browser.get("/v1/session")
        #expect(session.text.contains(#""email":"e140@people.example","email_verified":true"#), "\(session.text)")
    }

    @Test(
        "F03 a GitHub account is its number, exactly, whatever it is called",
        arguments: [
            "2147483648", "9007199254740993", "9007199254740992", "9223372036854775807",
        ]
    )
    func exactNumbers(_ number: String) async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.github)
        try await person.misbehaving(["profile:other-sub=\(number)"]).put(at: stage.mock)
        let visit = try await stage.signIn(person)
        #expect(visit.answer.status == 303, "\(visit.explanation)")
        let before = try await stage.rows()
        // Renamed, and somebody else under the old name: the first is the same person, the second is not.
        try await person.misbehaving(["profile:other-sub=\(number)", "profile:login-renamed"]).put(at: stage.mock)
        #expect(try await stage.signIn(person).answer.status == 303)
        #expect(try await stage.rows().users == before.users)
        let successor = Person(provider: .github, username: person.username)
        try await stage.control(successor)
        #expect(try await stage.rows().identities == before.identities + 1)
        let subjects = try await stage.stack.database.query(
            "select count(*) from federated_identities where provider = 'github' and subject = \(number)"
        ).one()
        #expect(try subjects.decode(Int64.self, at: 0) == 1)
    }

    @Test("F06 X: errors beside the data leave the person usable")
    func partialErrors() async throws {
        let stage = try await Self.opened.value
        try await stage.accepts(try await stage.person(.twitter), ["profile:partial-error"])
        try await stage.accepts(try await stage.person(.twitter), ["profile:duplicate-json-key"])
    }

    @Test("F07 X: exactly one billed user read for each sign-in, and none for one that failed before")
    func oneRead() async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.twitter)
        let before = try await stage.calls(.twitter)
        for _ in 0..<3 { try await stage.control(person) }
        #expect(try await stage.calls(.twitter).since(before)["profile"] == 3)
        try await stage.refuses(
            person,
            ["token:error"],
            .init(
                status: 400,
                code: "code_refused",
                step: "exchange_code",
                detail: "invalid_grant"
            ),
            calls: ["token": 1, "profile": 0]
        )
    }

    @Test("F10 the time until an allowance is renewed is told as the provider tells it")
    func allowance() async throws {
        let stage = try await Self.opened.value
        let person = try await stage.person(.twitter).misbehaving(["profile:rate-limited=60"])
        try await person.put(at: stage.mock)
        let answer = try await stage.signIn(person).answer
        #expect(answer.status == 503)
        // The two clocks tick at different moments.
        #expect((58...62).contains(try #require(answer.header("retry-after").flatMap { Int($0) })))
        try await stage.control(person)
    }
}
