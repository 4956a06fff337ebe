import Accounts
import ArgumentParser
import AuthorizationServer
import Cryptography
import ServiceConfiguration

/// `latchkey clients`
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Apps that sign people in here: in files, and in the database for all nodes at once.",
        subcommands: [
            ListClients.self, ShowClient.self, AddClient.self, SetClient.self, RemoveClient.self,
            ClientSecretCommand.self,
            Check.self,
        ]
    )

    /// `latchkey clients check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check every app's file; exit code 0 only if nothing is wrong."
        )

        @Argument(help: "Folder with the files.")
        var directory = "clients"

        func run() async throws {
            let (clients, diagnostics) = ClientRegistry.load(directory: directory)
            for diagnostic in diagnostics { Console.error("\(diagnostic)") }
            for client in clients.all {
                let kind = client.isPublic ? "public" : "confidential"
                let party = client.isFirstParty ? "first party" : "third party"
                Console.output("\(client.id): \(client.name), \(kind), \(party)")
            }
            guard diagnostics.isEmpty else {
                Console.error("\(diagnostics.count) fault(s)")
                throw ExitCode(1)
            }
        }
    }
}
