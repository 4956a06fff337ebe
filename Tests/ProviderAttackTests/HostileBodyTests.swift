import Foundation
import TestSupport
import Testing

/// R8, L09: bodies that no honest provider sends, at each of the four places where a provider is listened to.
@Suite("Hostile bodies", .serialized, .enabled(if: Stack.isAvailable))
struct HostileBodyTests {
    private static let opened = Task { try await Issuers.open(4) }

    /// Where a provider is listened to.
    enum Place: String, CaseIterable {
        case token
        case profile
        case keys
        case discovery
    }

    @Test(
        "R8 L09 the JSON corpus at the token, profile, key-set and discovery endpoints",
        .enabled(if: !Vectors.json.isEmpty)
    )
    func corpus() async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let unasked = try await issuers.next()
        let issuer = try await issuers.next()
        _ = try await stage.stack.browser().begin(issuer.id)
        for provider in [Provider.google, .github, .twitter] {
            try await stage.control(try await stage.person(provider))
        }
        let rows = try await stage.rows()
        let before = try Memory(of: stage.node.process)
        // The four places are at four providers, so that the work goes on side by side.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve(stage, .token, "google", .google) }
            group.addTask { try await serve(stage, .profile, "twitter", .twitter) }
            group.addTask { try await serve(stage, .keys, issuer.id, .oidc) }
            group.addTask { try await serve(stage, .discovery, unasked.id, .oidc) }
            try await group.waitForAll()
        }
        let after = try Memory(of: stage.node.process)
        #expect(after.resident - before.resident < 32 << 10, "\(before) \(after)")
        #expect(stage.node.process.isRunning)
        #expect(try await stage.rows().users == rows.users)
        #expect(try await stage.rows().sessions == rows.sessions)
        // The node goes on as if nothing had been.
        for provider in [Provider.google, .twitter] { try await stage.control(try await stage.person(provider)) }
        for issuer in [issuer, unasked] {
            try await issuers.play(issuer)
            try await stage.control(try await stage.person(.oidc), as: issuer.id)
        }
    }

    @Test(
        "R8 L04 bodies of 1 GB and gzip bombs, eight at once at each place, cost next to no memory",
        arguments: ["huge", "huge-declared", "gzip-bomb"]
    )
    func floods(_ misbehaviour: String) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await Self.flooded.value
        try await issuers.play(issuer)
        let google = try await stage.person(.google)
        let gitHub = try await stage.person(.github)
        try await stage.control(google)
        try await stage.control(gitHub)
        let before = try Memory(of: stage.node.process)
        for (place, person) in [("token", google), ("profile", gitHub)] {
            try await person.misbehaving(["\(place):\(misbehaviour)"]).put(at: stage.mock)
        }
        try await stage.mock.misbehave(.oidc, ["discovery:" + misbehaviour])
        let statuses = try await atOnce(24) { number in
            switch number % 3 {
            case 0: try await stage.signIn(google).answer.status
            case 1: try await stage.signIn(gitHub).answer.status
            default: try await stage.stack.browser().post("/sign-in/\(issuer.id)").status
            }
        }
        // Too large, or not asked any more because so many answers were.
        #expect(statuses.allSatisfy { $0 == 502 || $0 == 503 }, "\(statuses)")
        #expect(statuses.contains(502))
        let after = try Memory(of: stage.node.process)
        #expect(after.peak - before.resident < 32 << 10, "\(before) \(after)")
        try await stage.mock.behave()
        for person in [google, gitHub] {
            try await person.put(at: stage.mock)
            _ = try await eventually("\(person.provider) to be asked again") { () -> Bool? in
                try await stage.signIn(person).answer.status == 303 ? true : nil
            }
        }
    }

    private static let flooded = Task { try await opened.value.next() }

    /// Serves every file at one place and checks each answer.
    private func serve(_ stage: Stage, _ place: Place, _ id: String, _ provider: Provider) async throws {
        let person = try await stage.person(provider)
        let browser = stage.stack.browser()
        for name in Vectors.json {
            let body = try Vectors.bytes(name).base64EncodedString()
            let target = "/override/\(provider.standIn)/\(place.rawValue)"
            try await stage.mock.call("PUT", target, "{\"count\":1,\"body_base64\":\"\(body)\"}")
            let start = stage.node.process.outputSize
            let answer =
                if place == .discovery { try await browser.post("/sign-in/\(id)") } else {
                    try await stage.approach(person, as: id, in: browser).deliver().answer
                }
            #expect(answer.isCleanPage, "\(name) \(answer.status) \(answer.text)")
            let line = try await stage.line(of: answer, since: start)
            let found = line["detail"].replacing("keys_", with: "").replacing("discovery_", with: "")
            // Good JSON is read and found to say nothing; bad JSON is not read at all.
            let nothing: Set<String> = ["malformed_body", "missing_access_token", "missing_member", "subject_missing"]
            #expect([403, 502].contains(answer.status) && nothing.contains(found), "\(name) at \(place): \(line.text)")
            if name.hasPrefix("n_") {
                #expect(answer.status == 502 && found == "malformed_body", "\(name) at \(place)")
            }
            // The corpus calls repeated names good; here they never are (L09).
            if name.hasPrefix("y_"), place == .profile, !name.hasPrefix("y_object_duplicated_key") {
                #expect(found == "subject_missing", "\(name) at \(place)")
            }
        }
    }
}
