import ArgumentParser

/// The command line.
@main
struct Latchkey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latchkey",
        abstract: "A self-hosted sign-in broker.",
        version: Release.version,
        subcommands: [
            Serve.self, Migrate.self, ProvidersCommand.self, ConfigCommand.self, UsersCommand.self,
            SessionsCommand.self, JobsCommand.self, PolicyCommand.self, DecisionsCommand.self, HoldsCommand.self,
            EventsCommand.self, KeysCommand.self, ClientsCommand.self, AdministrationCommand.self, Dev.self,
        ]
    )

    /// `serve` is read by itself where it can be: reading an argument for one of dozens of commands looks at all of them, which a node's
    /// start would pay for. Whatever is not plainly that command is the whole command line's, with its help and its faults.
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.first == Serve.configuration.commandName,
            let serve = try? Serve.parse(Array(arguments.dropFirst()))
        else { return await main(nil) }
        do {
            try await serve.run()
        } catch {
            exit(withError: error)
        }
    }
}

/// What this build calls itself.
enum Release {
    static let version = "0.1.0"
}
