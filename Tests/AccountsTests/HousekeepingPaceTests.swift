import Accounts
import Testing

@Suite struct HousekeepingPaceTests {
    private let pace = HousekeepingPace(bite: 100, idle: .seconds(30), restraint: 4)

    @Test("While more is over, four fifths of the time are everybody else's, and more when bites take long")
    func paced() {
        #expect(pace.pause(after: 100, in: .milliseconds(20)) == .milliseconds(80))
        #expect(pace.pause(after: 250, in: .seconds(2)) == .seconds(8))
        #expect(pace.pause(after: 100, in: .seconds(20)) == .seconds(30))
        #expect(pace.pause(after: 100, in: .seconds(Int64.max)) == .seconds(30))
        #expect(pace.pause(after: 100, in: .milliseconds(-1)) == .zero)
    }

    @Test("When less than a bite is left, or a bite failed, it waits", arguments: [0, 1, 99])
    func idle(removed: Int) {
        #expect(pace.pause(after: removed, in: .milliseconds(1)) == .seconds(30))
    }

    @Test("A bite removes something, and a pause is never negative")
    func bounds() {
        #expect(HousekeepingPace(bite: 0).bite == 1)
        #expect(HousekeepingPace(restraint: -1).pause(after: 500, in: .seconds(1)) == .zero)
    }
}
