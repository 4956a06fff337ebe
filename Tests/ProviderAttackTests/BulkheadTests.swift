import Foundation
import TestSupport
import Testing

/// R7, L08: one provider that is down, hangs or drips is that provider's problem alone.
@Suite("One sick provider", .serialized, .enabled(if: Stack.isAvailable))
struct BulkheadTests {
    private static let places = 4
    private static let opened = Task {
        try await Issuers.open(4, settings: ["outbound.max_concurrent_per_provider=\(places)"])
    }

    /// A provider that is slow in one way, as somebody who signs in with it meets it.
    private struct Sick: Sendable {
        let person: Person
        /// Latchkey's id of the provider.
        let id: String
        /// The endpoint that keeps people waiting, and its step.
        let endpoint: String
        let step: String
    }

    @Test("R7 L08 while sign-ins hang at three providers, every other one and every session check goes on")
    func othersGoOn() async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let session = try await stage.control(try await stage.person(.twitter)).browser
        let (dripping, healthy) = (try await issuers.next(), try await issuers.next())
        try await stage.control(try await stage.person(.oidc), as: healthy.id)
        try await issuers.play(dripping)
        var sick: [Sick] = []
        for (provider, id, misbehaviour, step) in [
            (Provider.google, "google", "token:slow=60000", "exchange_code"),
            (.github, "github", "profile:dripping=1000", "fetch_profile"),
            (.oidc, dripping.id, "token:dripping=1000", "exchange_code"),
        ] {
            let person = try await stage.person(provider).misbehaving([misbehaviour])
            try await person.put(at: stage.mock)
            let endpoint = String(misbehaviour.prefix { $0 != ":" })
            sick.append(Sick(person: person, id: id, endpoint: endpoint, step: step))
        }
        // A call that hangs is given up after seconds. On a machine too busy to do everything else meanwhile, it is tried again.
        var rounds = 0
        while try await !besiege(issuers, sick, (dripping, healthy), session) {
            rounds += 1
            try #require(rounds < 5, "somebody at a sick provider was always answered before everybody else")
            for sick in sick { try await sick.person.put(at: stage.mock) }
        }
    }

    /// Fills the sick providers' shares and, while nobody there has an answer, does what has nothing to do with them.
    /// - Returns: whether that was all done before the first hanging call was given up.
    private func besiege(
        _ issuers: Issuers,
        _ sick: [Sick],
        _ played: (dripping: Issuers.Issuer, healthy: Issuers.Issuer),
        _ session: Browser
    ) async throws -> Bool {
        let stage = issuers.stage
        let (dripping, healthy) = played
        // Ready to be delivered all at once: more than each provider's share, so that some are sent and others wait.
        var ready: [(Sick, Approach)] = []
        var before: [Provider: Calls] = [:]
        for sick in sick {
            for _ in 0..<Self.places + 3 { ready.append((sick, try await stage.approach(sick.person, as: sick.id))) }
            before[sick.person.provider] = try await stage.calls(sick.person.provider)
        }
        let others = (try await stage.person(.twitter), try await stage.person(.oidc))
        let start = stage.node.process.outputSize
        let finished = Tally()
        var isFirst = false
        try await withThrowingTaskGroup(of: (Sick, Visit).self) { group in
            for (sick, approach) in ready {
                group.addTask {
                    let visit = try await approach.deliver()
                    finished.note(visit.answer.status)
                    return (sick, visit)
                }
            }
            for sick in sick {
                _ = try await eventually("the share of \(sick.id) to be used up") { () -> Bool? in
                    let made = try await stage.calls(sick.person.provider)
                    return before[sick.person.provider].map { made.since($0)[sick.endpoint] } == Self.places
                        ? true : nil
                }
            }
            try await stage.control(others.0)
            try await issuers.play(healthy)
            try await stage.control(others.1, as: healthy.id)
            for page in ["/v1/session", "/account", "/sign-in", "/healthz", "/readyz"] {
                #expect(try await session.get(page).status == 200, "\(page)")
            }
            // By order, not by the clock.
            isFirst = finished.total == 0
            for try await (sick, visit) in group {
                #expect(visit.answer.status == 503 && visit.answer.isCleanPage, "\(visit.explanation)")
                #expect(visit.answer.header("retry-after") == "5")
                let line = try await stage.line(of: visit.answer, since: start)
                #expect(line["error"] == "provider_unavailable" && line["step"] == sick.step, "\(line.text)")
                #expect(["timed_out", "circuit_open", "unreachable"].contains(line["detail"]), "\(line.text)")
            }
        }
        try await issuers.play(dripping)
        for sick in sick { try await recovers(stage, sick.person, as: sick.id) }
        return isFirst
    }

    @Test(
        "R7 L08 a provider that refuses connections, and one that accepts and says nothing",
        arguments: [Gate.State.closed, .silent]
    )
    func gone(_ state: Gate.State) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        let person = try await stage.person(.oidc)
        try await stage.control(person, as: issuer.id)
        let approach = try await stage.approach(person, as: issuer.id)
        try await issuer.gate.set(state)
        let detail = state == .closed ? "unreachable" : "timed_out"
        let calls = ["token": 0, "profile": 0]
        try await stage.refuses(.oidc, .unavailable("exchange_code", detail), calls: calls) { approach }
        // Others do not notice.
        try await stage.control(try await stage.person(.google))
        try await issuer.gate.set(.open)
        _ = try await eventually("the provider to be used again") { () -> Bool? in
            try await stage.signIn(person, as: issuer.id).answer.status == 303 ? true : nil
        }
    }

    @Test("L08 after five failures in a row a provider is not asked any more, and carefully again after a while")
    func circuit() async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let person = try await stage.person(.google)
        let sick = person.misbehaving(["token:status-500"])
        try await sick.put(at: stage.mock)
        // Four failures are not enough: a success in between starts the count again.
        for _ in 0..<2 {
            for _ in 0..<4 {
                let refusal = Refusal.unavailable("exchange_code", "provider_unavailable")
                try await stage.refuses(.google, refusal, calls: ["token": 1]) { try await stage.approach(sick) }
            }
            try await stage.control(person)
            try await sick.put(at: stage.mock)
        }
        var ready: [Approach] = []
        for _ in 0..<12 { ready.append(try await stage.approach(sick)) }
        let before = try await stage.calls(.google)
        for approach in ready.prefix(5) { #expect(try await approach.deliver().answer.status == 503) }
        #expect(try await stage.calls(.google).since(before)["token"] == 5)
        for approach in ready.dropFirst(5) {
            let refusal = Refusal.unavailable("exchange_code", "circuit_open")
            try await stage.refuses(.google, refusal, calls: ["token": 0]) { approach }
        }
        // Nobody else's circuit is open.
        for provider in [Provider.github, .twitter] { try await stage.control(try await stage.person(provider)) }
        try await recovers(stage, sick)
    }

    /// The provider behaves again: without anybody doing anything it is asked again, and the circuit closes.
    private func recovers(_ stage: Stage, _ sick: Person, as id: String? = nil) async throws {
        try await sick.behaving().put(at: stage.mock)
        _ = try await eventually("the circuit to close") { () -> Bool? in
            try await stage.signIn(sick, as: id).answer.status == 303 ? true : nil
        }
        try await stage.control(sick, as: id, "closed again")
    }
}
