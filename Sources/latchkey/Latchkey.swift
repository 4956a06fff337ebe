import ArgumentParser

/// The command line.
@main
struct Latchkey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latchkey",
        abstract: "A self-hosted sign-in broker.",
        version: Release.version,
        subcommands: [
            Serve.self, Migrate.self, ProvidersCommand.self, ConfigCommand.self, UsersCommand.self, JobsCommand.self,
            PolicyCommand.self, DecisionsCommand.self, HoldsCommand.self, EventsCommand.self, KeysCommand.self, ClientsCommand.self,
            AdministrationCommand.self,
            Dev.self,
        ]
    )
}

/// What this build calls itself.
enum Release {
    static let version = "0.1.0"
}
