import NIOCore
import Testing

@testable import Web

@Suite("Life of a connection")
struct ConnectionLifeTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private func life() -> ConnectionLife { ConnectionLife(idleTimeout: .seconds(30), now: start) }

    private func began(_ life: inout ConnectionLife, isLast: Bool = false, at time: TimeAmount = .zero) {
        let isLookedAt = life.requestBegan(isLast: isLast, now: start + time)
        #expect(isLookedAt)
    }

    @Test("A peer that says nothing is let go when its time is over, not before")
    func silence() {
        let life = life()
        #expect(life.isQuiet)
        #expect(life.idleVerdict(now: start + .seconds(29)) == .waitUntil(start + .seconds(30)))
        #expect(life.idleVerdict(now: start + .seconds(30)) == .close)
    }

    @Test("A request that does not go on is let go; one that goes on is not")
    func halfARequest() {
        var life = life()
        began(&life, at: .seconds(10))
        #expect(!life.isQuiet)
        #expect(life.idleVerdict(now: start + .seconds(40)) == .close)
        life.requestWentOn(now: start + .seconds(39))
        #expect(life.idleVerdict(now: start + .seconds(40)) == .waitUntil(start + .seconds(69)))
    }

    @Test("While a peer waits for its answer, its time does not run; afterwards it begins anew")
    func waiting() {
        var life = life()
        began(&life)
        life.requestEnded(now: start)
        #expect(life.idleVerdict(now: start + .seconds(100)) == .waitUntil(start + .seconds(130)))
        let next = life.answered(now: start + .seconds(100))
        #expect(!next)
        #expect(life.isQuiet)
        #expect(life.idleVerdict(now: start + .seconds(129)) == .waitUntil(start + .seconds(130)))
        #expect(life.idleVerdict(now: start + .seconds(130)) == .close)
    }

    @Test("An answer to rubbish, which began no request, leaves a connection that can be closed")
    func rubbish() {
        var life = life()
        _ = life.answered(now: start)
        let canCloseAtOnce = life.close()
        #expect(canCloseAtOnce)
    }

    @Test("A connection that is no longer wanted ends behind the last answer")
    func closing() {
        var idle = life()
        let canCloseAtOnce = idle.close()
        #expect(canCloseAtOnce)
        var busy = life()
        began(&busy)
        busy.requestEnded(now: start)
        began(&busy)
        let canCloseBusy = busy.close()
        #expect(!canCloseBusy)
        busy.requestEnded(now: start)
        let next = [busy.answered(now: start), busy.answered(now: start)]
        #expect(next == [false, true])
    }

    @Test("The last answer says so, and nothing behind it is looked at, whoever wanted it", arguments: [false, true])
    func announced(byPeer: Bool) {
        var life = life()
        began(&life)
        life.requestEnded(now: start)
        began(&life, isLast: byPeer)
        life.requestEnded(now: start)
        if !byPeer { _ = life.close() }
        let isFirstLast = life.answerBegins()
        #expect(!isFirstLast)
        let first = life.answered(now: start)
        #expect(!first)
        let isSecondLast = life.answerBegins()
        #expect(isSecondLast)
        let isLookedAt = life.requestBegan(isLast: false, now: start)
        #expect(!isLookedAt)
        let second = life.answered(now: start)
        #expect(second)
    }
}
