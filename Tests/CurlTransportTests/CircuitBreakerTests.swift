import Testing

@testable import CurlTransport

@Suite("CircuitBreaker")
struct CircuitBreakerTests {
    private let start = ContinuousClock.now
    private func at(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    /// A breaker that failed five times at second 0, with the longest cool-downs.
    private func opened() throws -> CircuitBreaker {
        var breaker = CircuitBreaker(CircuitBreakerSettings())
        for _ in 0..<5 {
            #expect(breaker.state == .closed)
            let admitted = breaker.admit(at: at(0))
            let permit = try #require(admitted)
            breaker.record(.failure, for: permit, at: at(0), chance: 1)
        }
        return breaker
    }

    @Test("L08 opens after five failures in a row and stays open for the cool-down")
    func opens() throws {
        var breaker = try opened()
        #expect(breaker.state == .open)
        #expect(breaker.admit(at: at(0)) == nil)
        #expect(breaker.admit(at: at(4.999)) == nil)
        #expect(breaker.admit(at: at(5)) == .probe)
        #expect(breaker.state == .halfOpen)
    }

    @Test("L08 a success in between starts the count again")
    func successResets() throws {
        var breaker = CircuitBreaker(CircuitBreakerSettings())
        for round in 0..<20 {
            let admitted = breaker.admit(at: at(0))
            let permit = try #require(admitted)
            breaker.record(round % 5 == 4 ? .success : .failure, for: permit, at: at(0), chance: 1)
        }
        #expect(breaker.state == .closed)
    }

    @Test("L08 what says nothing about the provider counts neither way")
    func neutral() throws {
        var breaker = CircuitBreaker(CircuitBreakerSettings(failuresToOpen: 2))
        for verdict in [CircuitBreaker.Verdict.failure, .neutral, .neutral, .failure] {
            #expect(breaker.state == .closed)
            breaker.record(verdict, for: .ordinary, at: at(0), chance: 1)
        }
        #expect(breaker.state == .open)
    }

    @Test("L08 half-open lets exactly one request through")
    func singleProbe() throws {
        var breaker = try opened()
        #expect(breaker.admit(at: at(6)) == .probe)
        for _ in 0..<10 { #expect(breaker.admit(at: at(7)) == nil) }
        breaker.record(.success, for: .probe, at: at(8), chance: 1)
        #expect(breaker.state == .closed)
        #expect(breaker.admit(at: at(8)) == .ordinary)
    }

    @Test("L08 cool-downs double up to the maximum")
    func coolDownGrows() throws {
        var breaker = try opened()
        var time = 0.0
        for coolDown in [5.0, 10, 20, 40, 60, 60] {
            #expect(breaker.admit(at: at(time + coolDown - 0.001)) == nil)
            time += coolDown
            #expect(breaker.admit(at: at(time)) == .probe)
            breaker.record(.failure, for: .probe, at: at(time), chance: 1)
        }
    }

    @Test("L08 chance shortens a cool-down by at most a quarter")
    func jitter() throws {
        var breaker = CircuitBreaker(CircuitBreakerSettings(failuresToOpen: 1, coolDown: .seconds(8)))
        breaker.record(.failure, for: .ordinary, at: at(0), chance: 0)
        #expect(breaker.admit(at: at(5.999)) == nil)
        #expect(breaker.admit(at: at(6)) == .probe)
    }

    @Test("L08 a probe that says nothing leaves the place to the next one")
    func abandonedProbe() throws {
        var breaker = try opened()
        #expect(breaker.admit(at: at(5)) == .probe)
        breaker.record(.neutral, for: .probe, at: at(5), chance: 1)
        #expect(breaker.admit(at: at(5)) == .probe)
    }

    @Test("L08 stragglers neither close nor prolong an open circuit")
    func stragglers() throws {
        var breaker = try opened()
        breaker.record(.success, for: .ordinary, at: at(1), chance: 1)
        #expect(breaker.state == .open)
        breaker.record(.failure, for: .ordinary, at: at(4), chance: 1)
        #expect(breaker.admit(at: at(5)) == .probe)
        breaker.record(.failure, for: .ordinary, at: at(5), chance: 1)
        #expect(breaker.state == .halfOpen)
    }
}

@Suite("Bulkhead")
struct BulkheadTests {
    private let now = ContinuousClock.now

    @Test("L08 runs, queues, then refuses; places are handed on in order")
    func order() {
        var bulkhead = Bulkhead(maximumRunning: 2, maximumWaiting: 2, breaker: CircuitBreakerSettings())
        #expect(bulkhead.arrive(1, at: now) == .start(.ordinary))
        #expect(bulkhead.arrive(2, at: now) == .start(.ordinary))
        #expect(bulkhead.arrive(3, at: now) == .wait)
        #expect(bulkhead.arrive(4, at: now) == .wait)
        #expect(bulkhead.arrive(5, at: now) == .busy)
        #expect(bulkhead.next(at: now) == nil)
        bulkhead.leave(.ordinary, .success, at: now, chance: 0)
        // The free place belongs to the one that waited longest, not to the one that arrives now.
        #expect(bulkhead.arrive(6, at: now) == .busy)
        #expect(bulkhead.next(at: now) == .start(3, .ordinary))
        #expect(bulkhead.next(at: now) == nil)
        bulkhead.abandon(4)
        #expect(bulkhead.waiting.isEmpty && bulkhead.running == 2)
    }

    @Test("L08 those who wait are told when the circuit opens")
    func circuit() {
        var bulkhead = Bulkhead(
            maximumRunning: 1,
            maximumWaiting: 9,
            breaker: CircuitBreakerSettings(failuresToOpen: 1)
        )
        #expect(bulkhead.arrive(1, at: now) == .start(.ordinary))
        #expect(bulkhead.arrive(2, at: now) == .wait)
        #expect(bulkhead.arrive(3, at: now) == .wait)
        bulkhead.leave(.ordinary, .failure, at: now, chance: 1)
        #expect(bulkhead.next(at: now) == .circuitOpen(2))
        #expect(bulkhead.next(at: now) == .circuitOpen(3))
        #expect(bulkhead.next(at: now) == nil)
        #expect(bulkhead.arrive(4, at: now) == .circuitOpen)
        let later = now.advanced(by: .seconds(5))
        #expect(bulkhead.arrive(5, at: later) == .start(.probe))
        #expect(bulkhead.arrive(6, at: later) == .circuitOpen)
    }
}
