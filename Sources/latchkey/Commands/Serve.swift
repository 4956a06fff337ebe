import ArgumentParser
import ServiceConfiguration

/// `latchkey serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a node until SIGTERM or SIGINT."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load()
        try await sayingFaults {
            try await Node(loaded.configuration).run(migrating: false)
        }
    }
}

/// `latchkey dev`
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run a node on this machine: applies migrations first and says where to look."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load()
        guard loaded.configuration.mode == .development else {
            Console.error("latchkey: `dev` is for mode: development; use `serve` for real accounts")
            throw ExitCode(78)
        }
        try await sayingFaults {
            try await Node(loaded.configuration).run(migrating: true) { origin in
                Console.output(
                    """

                      Latchkey is ready.

                        Sign in:      \(origin)/sign-in
                        Your account: \(origin)/account
                        Who am I?     curl -b <cookies> \(origin)/v1/session
                        Stop:         Ctrl-C

                    """
                )
            }
        }
    }
}

/// `latchkey migrate`
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database schema up to date."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let loaded = try options.load()
        try await sayingFaults {
            let applied = try await Node(loaded.configuration).migrate()
            Console.output(applied == 0 ? "The schema is up to date." : "Applied \(applied) migration(s).")
        }
    }
}
