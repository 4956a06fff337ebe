import ArgumentParser
import Foundation
import Jobs
import PostgresStore

/// `latchkey jobs`
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Work that follows a change, such as mails: what was given up, and another try.",
        subcommands: [List.self, Retry.self]
    )

    /// `latchkey jobs list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show how full the queues are and the jobs that were given up, the latest first."
        )

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Only this queue.")
        var queue: String?

        @Option(help: "At most this many.")
        var limit = 100

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit has to be from 1 to 10000") }
        }

        func run() async throws {
            try await withStore(options) { store in
                let names = queue.map { [$0] } ?? ["mail", "logout"]
                for name in names {
                    let depth = try await store.depth(queue: name)
                    Console.output("\(name): \(depth.waiting) waiting, \(depth.dead) given up")
                }
                for job in try await store.dead(queue: queue, limit: limit) {
                    let id = job.id.uuidString.lowercased()
                    let age = "\(job.age.components.seconds / 60) min ago"
                    Console.output("\(id)  \(job.queue)  \(job.kind)  \(job.attempts) attempts  \(job.error)  \(age)")
                }
            }
        }
    }

    /// `latchkey jobs retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Make a job that was given up due again, or all of them."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The job's id.")
        var id: String?

        @Flag(name: .customLong("all-dead"), help: "Every job that was given up.")
        var allDead = false

        @Option(help: "With --all-dead: only this queue.")
        var queue: String?

        func validate() throws {
            guard (id == nil) == allDead else { throw ValidationError("name one job or say --all-dead") }
            guard id.map({ UUID(uuidString: $0) != nil }) ?? true else { throw ValidationError("\(id ?? "") is no id") }
        }

        func run() async throws {
            try await withStore(options) { store in
                guard let id = id.flatMap({ UUID(uuidString: $0) }) else {
                    let count = try await store.reviveAll(queue: queue)
                    return Console.output("\(count) job(s) will be tried again.")
                }
                guard try await store.revive(id) else {
                    throw StartFault("there is no job of that id that was given up")
                }
                Console.output("It will be tried again.")
            }
        }
    }
}
