import Accounts
import Administration
import ArgumentParser
import JSON

/// `latchkey decisions`
struct DecisionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "What the linking policy decided.",
        subcommands: [List.self, Show.self]
    )

    /// `latchkey decisions list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The latest decisions first.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Only about this user.")
        var user: String?

        @Option(help: "Only from this time on, such as 2026-11-21T13:00:00Z.")
        var since: String?

        @Option(help: "Only before this time.")
        var until: String?

        @Option(help: "Only with this outcome, such as refuse or refuse:sign_up_closed.")
        var outcome: String?

        @Option(help: "At most this many.")
        var limit = 100

        @Flag(help: "JSON instead of lines.")
        var json = false

        func validate() throws {
            guard (1...1000).contains(limit) else { throw ValidationError("--limit has to be from 1 to 1000") }
            guard user.map({ UserID($0) != nil }) ?? true else { throw ValidationError("--user is no user's id") }
            for time in [since, until].compactMap({ $0 }) where Instant(text: time) == nil {
                throw ValidationError("\(time) is no time such as 2026-11-21T13:00:00Z")
            }
        }

        func run() async throws {
            let filter = DecisionFilter(
                user: user.flatMap { UserID($0) },
                since: since.flatMap { Instant(text: $0) },
                until: until.flatMap { Instant(text: $0) },
                outcome: outcome,
                limit: limit
            )
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                show(try await services.decisions(filter), json: json)
            }
        }
    }

    /// `latchkey decisions show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "One decision.")

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The decision's id.")
        var id: String

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            guard let id = DecisionID(id) else { throw ValidationError("\(id) is no id") }
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                guard let decision = try await services.decision(id) else { throw .unknownDecision }
                guard !json else { return Console.output(decision.json) }
                show([decision], json: false)
                Console.output("facts: \(decision.facts)")
                Console.output("Why: latchkey policy explain --decision \(decision.id)")
            }
        }
    }
}
