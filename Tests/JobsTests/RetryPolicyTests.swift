import Testing

@testable import Jobs

@Suite("When to try again")
struct RetryPolicyTests {
    @Test("waits double from five seconds to an hour")
    func doubling() {
        let policy = RetryPolicy()
        let seconds = (1...14).map { policy.longestDelay(after: $0).components.seconds }
        #expect(seconds == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600])
        #expect(policy.longestDelay(after: 0) == .seconds(5))
        #expect(policy.longestDelay(after: .max) == .seconds(3600))
        #expect(policy.longestDelay(after: .min) == .seconds(5))
        #expect(RetryPolicy(firstDelay: .zero, maximumDelay: .zero).longestDelay(after: .max) == .zero)
    }

    @Test("the wait is anything between nothing and the longest")
    func jitter() {
        let policy = RetryPolicy()
        #expect(policy.verdict(on: .retry("a"), attempt: 3, chance: 0) == .postpone(.zero, "a"))
        #expect(policy.verdict(on: .retry("a"), attempt: 3, chance: 0.5) == .postpone(.seconds(10), "a"))
        #expect(policy.verdict(on: .retry("a"), attempt: 3, chance: 7) == .postpone(.seconds(20), "a"))
        #expect(policy.verdict(on: .retry("a"), attempt: 3, chance: -7) == .postpone(.zero, "a"))
    }

    @Test("the last attempt that fails makes a dead letter")
    func last() {
        let policy = RetryPolicy(maximumAttempts: 2)
        #expect(policy.verdict(on: .retry("a"), attempt: 1, chance: 0) == .postpone(.zero, "a"))
        #expect(policy.verdict(on: .retry("a"), attempt: 2, chance: 0) == .bury("a"))
        #expect(policy.verdict(on: .retry("a"), attempt: 3, chance: 0) == .bury("a"))
        #expect(RetryPolicy(maximumAttempts: -5).verdict(on: .retry("a"), attempt: 1, chance: 0) == .bury("a"))
    }

    @Test("what is done, hopeless or pointless is not tried again")
    func others() {
        let policy = RetryPolicy()
        #expect(policy.verdict(on: nil, attempt: 12, chance: 0) == .done)
        #expect(policy.verdict(on: .obsolete, attempt: 1, chance: 0) == .obsolete)
        #expect(policy.verdict(on: .dead("b"), attempt: 1, chance: 0) == .bury("b"))
    }
}
