import Accounts
import AuthorizationServer
import Testing

@Suite("When signing keys are made, begin, stop and leave")
struct KeyRotationTests {
    private static let day = Keys.day

    /// What is decided about ES256; RS256 has what it needs.
    private static func decide(
        _ keys: [SigningKeyRecord],
        now: Int64,
        on occasion: KeyRotation.Occasion = .schedule,
        _ schedule: RotationSchedule = Keys.schedule
    ) throws(KeyRotation.Refusal) -> KeyRotation {
        let others = [
            Keys.key("rsa-next", .rs256, published: now), Keys.key("rsa", .rs256, published: now, since: now),
        ]
        let stored = StoredSigningKeys(keys + others, now: Keys.at(now))
        return try KeyRotation.decide(occasion, for: [.es256], stored, schedule)
    }

    @Test("the first start makes a current and a next key of each algorithm")
    func firstStart() throws {
        let rotation = try KeyRotation.decide(
            .schedule,
            StoredSigningKeys([], now: Keys.at(0)),
            Keys.schedule
        )
        #expect(rotation.created.map(\.algorithm) == [.es256, .es256, .rs256, .rs256])
        #expect(rotation.created.map(\.isCurrent) == [true, false, true, false])
        #expect(rotation.promoted + rotation.stopped + rotation.retired == [])
    }

    @Test("nothing is due before its time, and then the next key takes over")
    func due() throws {
        let keys = [Keys.key("b", published: 0), Keys.key("a", published: 0, since: 0)]
        #expect(try Self.decide(keys, now: 90 * Self.day - 1).isEmpty)
        let rotation = try Self.decide(keys, now: 90 * Self.day)
        #expect(rotation.stopped == ["a"] && rotation.promoted == ["b"] && rotation.retired == [])
        #expect(rotation.created.map(\.isCurrent) == [false])
    }

    @Test("E05 a key never signs before it has been published for publish_ahead")
    func publishAhead() throws {
        let now = 91 * Self.day
        for occasion in [KeyRotation.Occasion.schedule, .request] {
            let young = [Keys.key("b", published: now - Self.day + 1), Keys.key("a", published: 0, since: 0)]
            if occasion == .schedule {
                #expect(try Self.decide(young, now: now, on: occasion).isEmpty)
            } else {
                #expect(throws: KeyRotation.Refusal.tooEarly(until: Keys.at(now + 1))) {
                    try Self.decide(young, now: now, on: occasion)
                }
            }
            let known = [Keys.key("b", published: now - Self.day), Keys.key("a", published: 0, since: 0)]
            #expect(try Self.decide(known, now: now, on: occasion).promoted == ["b"])
        }
    }

    @Test("an operator's request does not wait for the schedule")
    func request() throws {
        let keys = [Keys.key("b", published: 0), Keys.key("a", published: 0, since: 2 * Self.day)]
        #expect(try Self.decide(keys, now: 3 * Self.day, on: .schedule).isEmpty)
        let rotation = try Self.decide(keys, now: 3 * Self.day, on: .request)
        #expect(rotation.stopped == ["a"] && rotation.promoted == ["b"])
    }

    @Test("E11 a key stays for what it signed, and not longer")
    func retirement() throws {
        let kept = 3600 + RotationSchedule.lag + RotationSchedule.clockTolerance
        let keys = [
            Keys.key("c", published: 90 * Self.day), Keys.key("b", published: 0, since: 90 * Self.day),
            Keys.key("a", published: 0, since: 0, until: 90 * Self.day),
        ]
        #expect(try Self.decide(keys, now: 90 * Self.day + kept - 1).isEmpty)
        #expect(try Self.decide(keys, now: 90 * Self.day + kept).retired == ["a"])
    }

    @Test("a shorter overlap takes nothing away from a key that signed for longer")
    func shorterOverlap() throws {
        let keys = [
            Keys.key("c", published: 0), Keys.key("b", published: 0, since: 0),
            Keys.key("a", published: 0, since: 0, until: 0, lifetime: 10 * Self.day),
        ]
        #expect(try Self.decide(keys, now: 9 * Self.day).isEmpty)
        #expect(try Self.decide(keys, now: 11 * Self.day).retired == ["a"])
    }

    @Test("a longer overlap is promised by every key before it is used")
    func longerOverlap() throws {
        let longer = Keys.schedule(
            rotateEvery: 90 * Self.day,
            publishAhead: Self.day,
            longestLifetime: 7200,
            cacheFor: 3600
        )
        let keys = [Keys.key("b", published: 0), Keys.key("a", published: 0, since: 0)]
        let rotation = try Self.decide(keys, now: Self.day, longer)
        #expect(rotation.longestLifetime == 7200 && !rotation.isEmpty)
        let promised = Keys.carryOut(rotation, on: keys, adding: [], at: Keys.at(Self.day))
        #expect(promised.allSatisfy { $0.longestLifetime == 7200 })
    }

    @Test("E11 a leak takes away everything that ever signed, at once, and only of its algorithm")
    func leak() throws {
        let keys = [
            Keys.key("c", published: 100), Keys.key("b", published: 0, since: 50),
            Keys.key("a", published: 0, since: 0, until: 50),
        ]
        let rotation = try Self.decide(keys, now: 101, on: .leak)
        #expect(Set(rotation.retired) == ["a", "b"])
        #expect(rotation.promoted == ["c"] && rotation.stopped == [])
        #expect(rotation.created.map(\.algorithm) == [.es256])
        // Twice, when the next key may be known as well.
        let after = Keys.carryOut(
            rotation,
            on: keys,
            adding: [Keys.key("d", published: 101)],
            at: Keys.at(101)
        )
        let again = try Self.decide(after, now: 102, on: .leak)
        #expect(again.retired == ["c"] && again.promoted == ["d"])
    }

    @Test("whatever is missing is made, and something always signs")
    func missing() throws {
        #expect(try Self.decide([Keys.key("a", published: 0, since: 0)], now: 1).created.map(\.isCurrent) == [false])
        let orphan = try Self.decide([Keys.key("b", published: 0)], now: 1)
        #expect(orphan.promoted == ["b"] && orphan.created.map(\.isCurrent) == [false])
        let none = try Self.decide([Keys.key("a", published: 0, since: 0)], now: 1, on: .leak)
        #expect(none.retired == ["a"] && none.created.map(\.isCurrent) == [true, false])
    }

    @Test("a schedule that could not keep its promise is none")
    func unsound() {
        func make(_ ahead: Int64, _ cache: Int64, lifetime: Int64 = 60) -> RotationSchedule? {
            RotationSchedule(rotateEvery: 1000, publishAhead: ahead, longestLifetime: lifetime, cacheFor: cache)
        }
        #expect(make(60 + RotationSchedule.lag, 60) != nil)
        #expect(make(59 + RotationSchedule.lag, 60) == nil)
        #expect(make(.max, .max) == nil && make(-1, 0) == nil && make(1000, 0, lifetime: 0) == nil)
    }

    @Test("the key set's order is next, current, previous of each algorithm, whatever the store's")
    func order() {
        let keys = [
            Keys.key("previous", published: 0, since: 0, until: 1), Keys.key("rsa", .rs256, published: 0),
            Keys.key("current", published: 0, since: 1), Keys.key("next", published: 1),
        ]
        let stored = StoredSigningKeys(keys, now: Keys.at(2))
        #expect(stored.keys.map(\.keyID) == ["next", "current", "previous", "rsa"])
    }
}
