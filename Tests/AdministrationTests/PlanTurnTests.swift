import Accounts
import Administration
import Synchronization
import Testing

@Suite("Plans that a request waits for")
struct PlanTurnTests {
    @Test("one at a time: whoever asks meanwhile is told so, and the next one gets on")
    func oneAtATime() async throws {
        let turn = PlanTurn()
        let (begun, isBegun) = AsyncStream<Void>.makeStream()
        let (release, isReleased) = AsyncStream<Void>.makeStream()
        let first = Task { () async throws(PolicyFailure) in
            try await turn { () async throws(PolicyFailure) in
                isBegun.finish()
                for await _ in release {}
                return 1
            }
        }
        for await _ in begun {}
        await #expect(throws: PolicyFailure.planRunning) {
            try await turn { () async throws(PolicyFailure) in 2 }
        }
        isReleased.finish()
        #expect(try await first.value == 1)
        #expect(try await turn { () async throws(PolicyFailure) in 3 } == 3)
    }

    @Test("none for longer than the limit: it is told to stop, waited for, and the turn is free again")
    func bounded() async throws {
        let turn = PlanTurn(limit: .milliseconds(1))
        let wasStopped = Mutex(false)
        await #expect(throws: PolicyFailure.planTooLong(seconds: 0)) {
            try await turn { () async throws(PolicyFailure) in
                try? await Task.sleep(for: .seconds(3600))
                wasStopped.withLock { $0 = Task.isCancelled }
                throw .store(.unavailable)
            }
        }
        #expect(wasStopped.withLock { $0 })
        let other = PlanTurn(limit: .seconds(3600))
        await #expect(throws: PolicyFailure.unknownPlan) {
            try await other { () async throws(PolicyFailure) in throw .unknownPlan }
        }
        #expect(try await other { () async throws(PolicyFailure) in 4 } == 4)
    }
}
