import Accounts
import ArgumentParser
import Flows
import JSON
import PostgresStore
import Web

/// `latchkey sessions`
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "Where people are signed in.",
        subcommands: [List.self, End.self]
    )

    /// `latchkey sessions list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show the live sessions of a user, one JSON object a line, the one used last first."
        )

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The user's id, or an address they have proven.")
        var user: String

        func run() async throws {
            try await withStore(options) { store in
                let id = try await store.administration.id(of: user)
                for session in try await store.administration.sessions(of: id) {
                    Console.output(session.json(isCurrent: false).serialized())
                }
            }
        }
    }

    /// `latchkey sessions end`
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "end",
            abstract: "End all sessions of a user, or one. It counts on every node from the next request on."
        )

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: UserOptions

        @Option(help: "Only the session of this id.")
        var session: SessionID?

        func run() async throws {
            let ended = try await carryOut(.endSessions(session), whom, options)
            Console.output("Sessions that ended: \(ended)")
        }
    }
}
