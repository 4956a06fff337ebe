import Accounts
import ArgumentParser
import Cryptography
import PasswordHashing

/// `bench-load hash`: how many passwords this machine compares in a second when it does nothing else.
struct HashLimit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash",
        abstract: "Compare passwords for some seconds; prints count and seconds. With --print, one hash instead."
    )

    @Option(help: "Threads.") var threads = 2
    @Option(help: "Seconds.") var seconds = 5
    @Flag(help: "Let each thread keep its memory; otherwise it is libsodium's own way.") var kept = false
    @Option(help: "Print a hash of this password and end.") var print: String?

    func run() async throws {
        let hasher = try BoundedPasswordHasher(threads: threads, queueLimit: 64, niceness: 0, keepsMemory: kept)
        guard !kept || hasher.memory == .kept else { throw ValidationError("memory is \(hasher.memory.label)") }
        guard let password = Password(self.print ?? "correct horse battery staple") else {
            throw ValidationError("no password")
        }
        let stored = try await hasher.hash(password)
        guard self.print == nil else {
            Swift.print(stored.text.reveal())
            return
        }
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            // Two for each thread, so that none waits for its next piece of work.
            for _ in 0..<threads * 2 {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        guard try await hasher.verify(password, against: stored) != .wrong else { break }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let spent = ContinuousClock.now - start
        Swift.print(count, Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18)
    }
}
