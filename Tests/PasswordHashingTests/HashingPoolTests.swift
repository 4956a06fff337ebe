import Accounts
import Glibc
import Synchronization
import Testing

@testable import PasswordHashing

@Suite("The hashing pool", .timeLimit(.minutes(20)))
struct HashingPoolTests {
    private let recorder = Recorder()
    private let gate = Gate()

    private func pool(threads: Int, queueLimit: Int, niceness: Int32 = 0) throws -> HashingPool {
        try HashingPool(threads: threads, queueLimit: queueLimit, niceness: niceness, metrics: recorder.metrics)
    }

    private typealias Work = Task<Result<Int, HashingFailure>, Never>

    private func hand(_ number: Int, to pool: HashingPool) -> Work {
        Task { [gate] in
            do throws(HashingFailure) {
                return Result<Int, HashingFailure>.success(
                    try await pool.perform {
                        gate.pass(number)
                        return .success(number)
                    }
                )
            } catch {
                return .failure(error)
            }
        }
    }

    /// Begins a piece of work for which a thread is free, and returns when it stands at the gate.
    private func begin(_ number: Int, in pool: HashingPool) async throws -> Work {
        let task = hand(number, to: pool)
        try await eventually { gate.started.contains(number) }
        return task
    }

    /// Queues a piece of work while every thread is busy, and returns when that many wait.
    private func queue(_ number: Int, in pool: HashingPool, waiting: Int) async throws -> Work {
        let task = hand(number, to: pool)
        try await eventually { recorder.waiting.withLock { $0 } == waiting }
        return task
    }

    @Test("I02 with two threads never more than two hashes are in work")
    func cap() async throws {
        let pool = try pool(threads: 2, queueLimit: 6)
        var tasks: [Work] = []
        for number in 0..<2 { tasks.append(try await begin(number, in: pool)) }
        for number in 2..<8 { tasks.append(try await queue(number, in: pool, waiting: number - 1)) }
        for released in 1...6 {
            #expect(gate.started.count == released + 1)
            gate.open()
            try await eventually { gate.started.count >= released + 2 }
        }
        gate.open(2)
        for (number, task) in tasks.enumerated() { #expect(await task.value == .success(number)) }
        #expect(gate.counts.withLock(\.most) == 2)
        pool.close()
        await pool.waitForEnd()
    }

    @Test("first come, first served")
    func order() async throws {
        let pool = try pool(threads: 1, queueLimit: 9)
        var tasks = [try await begin(0, in: pool)]
        for number in 1..<10 { tasks.append(try await queue(number, in: pool, waiting: number)) }
        gate.open(10)
        for task in tasks { _ = await task.value }
        #expect(gate.started == Array(0..<10))
        #expect(recorder.took.withLock { $0 } == 10)
        pool.close()
        await pool.waitForEnd()
    }

    @Test("I02 one more than may wait is sent away at once")
    func overload() async throws {
        let pool = try pool(threads: 1, queueLimit: 2)
        var tasks = [try await begin(0, in: pool)]
        for number in 1..<3 { tasks.append(try await queue(number, in: pool, waiting: number)) }
        for _ in 0..<5 {
            await #expect(throws: HashingFailure.overloaded) { try await pool.perform { .success(0) } }
        }
        #expect(recorder.shed.withLock { $0 } == 5)
        gate.open(3)
        for (number, task) in tasks.enumerated() { #expect(await task.value == .success(number)) }
        #expect(try await pool.perform { .success(7) } == 7)
        pool.close()
        await pool.waitForEnd()
    }

    @Test("a caller that comes back at once finds its own place free")
    func ownPlace() async throws {
        let pool = try pool(threads: 1, queueLimit: 0)
        for number in 0..<500 { #expect(try await pool.perform { .success(number) } == number) }
        pool.close()
        await pool.waitForEnd()
    }

    @Test("a caller that was cancelled while waiting costs no hash")
    func cancellation() async throws {
        let pool = try pool(threads: 1, queueLimit: 5)
        let first = try await begin(1, in: pool)
        let second = try await queue(2, in: pool, waiting: 1)
        let third = try await queue(3, in: pool, waiting: 2)
        second.cancel()
        #expect(await second.value == .failure(.stopped))
        #expect(recorder.waiting.withLock { $0 } == 1)
        gate.open(2)
        #expect(await first.value == .success(1))
        #expect(await third.value == .success(3))
        #expect(gate.started == [1, 3])
        pool.close()
        await pool.waitForEnd()
    }

    @Test("a caller that was cancelled before it came costs no hash")
    func cancelledBefore() async throws {
        let pool = try pool(threads: 1, queueLimit: 5)
        let blocking = try await begin(1, in: pool)
        let late = Task { [gate] in
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            await #expect(throws: HashingFailure.stopped) {
                try await pool.perform {
                    gate.pass(2)
                    return .success(2)
                }
            }
        }
        await late.value
        gate.open()
        #expect(await blocking.value == .success(1))
        #expect(gate.started == [1])
        pool.close()
        await pool.waitForEnd()
    }

    @Test("closing finishes what runs, sends away what waits and what comes")
    func closing() async throws {
        let pool = try pool(threads: 1, queueLimit: 5)
        let first = try await begin(1, in: pool)
        let second = try await queue(2, in: pool, waiting: 1)
        pool.close()
        #expect(await second.value == .failure(.stopped))
        await #expect(throws: HashingFailure.stopped) { try await pool.perform { .success(3) } }
        gate.open()
        #expect(await first.value == .success(1))
        await pool.waitForEnd()
        #expect(gate.started == [1])
        #expect(recorder.shed.withLock { $0 } == 0)
    }

    @Test("threads lower their own priority and nobody else's")
    func niceness() async throws {
        let pool = try pool(threads: 1, queueLimit: 0, niceness: 7)
        let which = __priority_which_t(PRIO_PROCESS.rawValue)
        let here = getpriority(which, 0)
        #expect(try await pool.perform { .success(getpriority(which, 0)) } == 7)
        #expect(getpriority(which, 0) == here)
        pool.close()
        await pool.waitForEnd()
    }

    @Test("limits that make no sense are refused", arguments: [(0, 1), (-1, 1), (257, 1), (1, -1), (1, 100_001)])
    func limits(threads: Int, queueLimit: Int) {
        #expect(throws: PasswordHasherFault.limitsOutOfBounds) { try pool(threads: threads, queueLimit: queueLimit) }
    }
}
