import Accounts
import CHashRegion
import Dispatch
import Synchronization
import Testing

@testable import PasswordHashing

@Suite("Threads that keep the memory of their hashes", .timeLimit(.minutes(20)))
struct KeptMemoryTests {
    private static let small = Argon2Parameters(memoryKiB: 1024, passes: 1)
    private static let size = HashRegion.hugePage
    private let recorder = Recorder()
    private let gate = Gate()

    private func pool(threads: Int = 1, idleFor: DispatchTimeInterval = .seconds(3600)) throws -> HashingPool {
        try #require(HashMemory.found == .kept)
        return try HashingPool(
            threads: threads,
            queueLimit: 64,
            niceness: 0,
            keepsMemory: HashingPool.KeepsMemory(bytes: 1_048_576, idleFor: idleFor),
            metrics: recorder.metrics
        )
    }

    private var events: [HashRegion.Event] { recorder.events.withLock { $0 } }

    private func hash(in pool: HashingPool) async throws {
        let text: String = try await pool.perform {
            Argon2id.hash([1, 2, 3], Self.small).map { .success($0) } ?? .failure(.outOfMemory)
        }
        #expect(Argon2id.compare([1, 2, 3], with: text) == .same)
    }

    /// How many bytes of its memory are not zero, seen by the thread itself.
    private func remains(in pool: HashingPool) async throws -> Int {
        try await pool.perform {
            guard let region = unsafe hash_region_offered()?.pointee else { return .success(-1) }
            let bytes = unsafe UnsafeRawBufferPointer(start: region.base, count: region.capacity)
            return .success(unsafe bytes.count { $0 != 0 })
        }
    }

    @Test("a thread that has nothing to do has wiped its memory")
    func idle() async throws {
        let pool = try pool()
        try await hash(in: pool)
        try await eventually { events.contains(.wiped) }
        #expect(try await remains(in: pool) == 0)
        #expect(events == [.mapped(Self.size), .wiped])
        pool.close()
        await pool.waitForEnd()
    }

    @Test("while work waits the next hash overwrites the last, and other work leaves nothing")
    func busy() async throws {
        let pool = try pool()
        let blocking = Task { [gate] in
            try await pool.perform { () -> Result<Int, HashingFailure> in
                gate.pass(0)
                return .success(0)
            }
        }
        try await eventually { gate.started == [0] }
        let first = Task { try await hash(in: pool) }
        try await eventually { recorder.waiting.withLock { $0 } == 1 }
        let second = Task { try await remains(in: pool) }
        try await eventually { recorder.waiting.withLock { $0 } == 2 }
        let third = Task { try await remains(in: pool) }
        try await eventually { recorder.waiting.withLock { $0 } == 3 }
        gate.open()
        _ = try await blocking.value
        try await first.value
        // The control: what the wipes remove can be seen.
        #expect(try await second.value > 1_000_000)
        #expect(try await third.value == 0)
        pool.close()
        await pool.waitForEnd()
    }

    @Test("a thread that has had nothing to do for long gives its memory back, and gets it again")
    func release() async throws {
        let pool = try pool(idleFor: .milliseconds(1))
        try await hash(in: pool)
        try await eventually { events.contains(.released(Self.size)) }
        try await hash(in: pool)
        try await eventually { events.count { $0 == .released(Self.size) } == 2 }
        #expect(
            events == [
                .mapped(Self.size), .wiped, .released(Self.size), .mapped(Self.size), .wiped, .released(Self.size),
            ]
        )
        pool.close()
        await pool.waitForEnd()
    }

    @Test("closed, nothing is kept")
    func closing() async throws {
        let pool = try pool(threads: 3)
        try await withThrowingTaskGroup { group in
            for _ in 0..<12 { group.addTask { try await hash(in: pool) } }
            try await group.waitForAll()
        }
        pool.close()
        await pool.waitForEnd()
        let mapped = events.count { $0 == .mapped(Self.size) }
        #expect((1...3).contains(mapped))
        #expect(events.count { $0 == .released(Self.size) } == mapped)
    }

    @Test("many hashes of several sizes at once on several threads are libsodium's own")
    func concurrent() async throws {
        let pool = try pool(threads: 4, idleFor: .milliseconds(1))
        try await withThrowingTaskGroup { group in
            for number in 0..<48 {
                group.addTask {
                    let parameters = Argon2Parameters(memoryKiB: 512 + number * 53, passes: 1 + number % 3)
                    let password = Array("password \(number)".utf8)
                    let text: String = try await pool.perform {
                        Argon2id.hash(password, parameters).map { .success($0) } ?? .failure(.outOfMemory)
                    }
                    #expect(Argon2id.compare(password, with: text) == .same)
                    #expect(try await pool.perform { .success(Argon2id.compare(password, with: text)) } == .same)
                    #expect(try await pool.perform { .success(Argon2id.compare([0], with: text)) } == .different)
                }
            }
            try await group.waitForAll()
        }
        pool.close()
        await pool.waitForEnd()
    }

    private func hasher(keepsMemory: Bool) throws -> BoundedPasswordHasher {
        try BoundedPasswordHasher(
            parameters: Self.small,
            threads: 2,
            queueLimit: 64,
            niceness: 0,
            keepsMemory: keepsMemory,
            skipsDummyHash: false,
            metrics: recorder.metrics
        )
    }

    @Test("hashes of every scheme compare alike, kept or not", arguments: [true, false])
    func schemes(keepsMemory: Bool) async throws {
        let hasher = try hasher(keepsMemory: keepsMemory)
        let right = try #require(Password(Vectors.phrase))
        let wrong = try #require(Password(Vectors.phrase + "r"))
        for (text, _) in Vectors.all {
            #expect(try await hasher.verify(right, against: StoredPassword(text)) != .wrong)
            #expect(try await hasher.verify(wrong, against: StoredPassword(text)) == .wrong)
        }
        await hasher.shutdown()
        #expect(events.contains(.mapped(Self.size)) == keepsMemory)
    }

    @Test("switched off, no thread keeps anything")
    func switchedOff() async throws {
        let hasher = try hasher(keepsMemory: false)
        #expect(hasher.memory == .mapped(.switchedOff))
        _ = try await hasher.hash(#require(Password(Vectors.phrase)))
        await hasher.shutdown()
        #expect(events == [])
    }
}
