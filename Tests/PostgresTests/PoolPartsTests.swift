import Testing

@testable import Postgres

@Suite("the pool's parts") struct PoolPartsTests {
    private static func key(_ text: String) -> StatementKey { StatementKey(SQL(verbatim: text)) }

    @Test("the least recently used statement goes first, and names are never used twice") func cache() {
        var cache = StatementCache(capacity: 2)
        let first = cache.make(Self.key("a")).made
        let second = cache.make(Self.key("b")).made
        #expect(cache.find(Self.key("a")) === first)
        let (third, evicted) = cache.make(Self.key("c"))
        #expect(evicted === second)
        #expect(cache.find(Self.key("b")) == nil)
        #expect(cache.count == 2)
        let (again, evictedToo) = cache.make(Self.key("b"))
        #expect(evictedToo === first)
        #expect(Set([first, second, third, again].map(\.name)).count == 4)
    }

    @Test("forgetting an old statement does not forget its successor") func forgetting() {
        var cache = StatementCache(capacity: 4)
        let old = cache.make(Self.key("a")).made
        cache.forget(old)
        let new = cache.make(Self.key("a")).made
        cache.forget(old)
        #expect(cache.find(Self.key("a")) === new)
    }

    @Test("pauses double up to one second, never below half, and start over") func backoff() {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        for ceiling in [50, 100, 200, 400, 800, 1000, 1000, 1000] {
            let pause = backoff.next(using: &random)
            #expect(pause >= .milliseconds(ceiling / 2))
            #expect(pause <= .milliseconds(ceiling))
        }
        for _ in 0..<200 { #expect(backoff.next(using: &random) <= .seconds(1)) }
        backoff.reset()
        #expect(backoff.next(using: &random) <= .milliseconds(50))
    }

    @Test("a queue keeps its order through growth, removal, and putting back") func queue() {
        var queue = Queue<Int>()
        var expected: [Int] = []
        var next = 0
        var random = SplitMix(state: 42)
        for _ in 0..<5000 {
            switch random.next() % 8 {
            case 0...3:
                queue.append(next)
                expected.append(next)
                next += 1
            case 4...5:
                let popped = queue.popFirst()
                #expect(popped == expected.first)
                expected = Array(expected.dropFirst())
            case 6:
                queue.prepend([-next, -next - 1])
                expected = [-next, -next - 1] + expected
            default:
                queue.filter { $0 % 7 != 0 }
                expected = expected.filter { $0 % 7 != 0 }
            }
            #expect(queue.count == expected.count)
            #expect(queue.first == expected.first)
        }
        #expect(queue.removeAll() == expected)
        #expect(queue.isEmpty)
    }

    @Test("durations and instants saturate instead of overflowing") func time() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(-1).nanoseconds == 0)
        #expect(Duration.milliseconds(1).nanoseconds == 1_000_000)
        #expect(Instant.now + .seconds(Int64.max) == .distantFuture)
        #expect(Instant.now.milliseconds(until: .distantFuture) == 3_600_000)
        #expect(Duration.zero.settingMilliseconds == 1)
        #expect(Duration.seconds(Int64.max).settingMilliseconds == UInt64(Int32.max))
    }

    /// Repeatable random numbers.
    private struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
