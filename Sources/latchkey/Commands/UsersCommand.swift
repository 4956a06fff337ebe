import Accounts
import Administration
import ArgumentParser
import JSON
import PostgresStore

/// `latchkey users`
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "People with an account here.",
        subcommands: [
            Show.self, BanUser.self, UnbanUser.self, DeleteUser.self, SetRoles.self, SetMetadata.self, Import.self,
        ]
    )

    /// `latchkey users show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract:
                "Show a user: addresses, ways in, roles, state; by an id of today or from before a merge, or by address."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "A user's id, or an e-mail address.")
        var who: String

        @Flag(help: "JSON instead of lines: one user by id, a list by address.")
        var json = false

        func validate() throws {
            guard UserID(who) != nil || EmailAddress(who) != nil else {
                throw ValidationError("\(who) is neither a user's id nor an e-mail address")
            }
        }

        func run() async throws {
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                if let id = UserID(who) {
                    let user = try await services.user(id)
                    return json ? Console.output(user.json) : user.lines.forEach { Console.output($0) }
                }
                guard let address = EmailAddress(who) else { throw .unknownUser }
                let users = try await services.users(at: address)
                guard !json else { return Console.output(["users": .array(users.map(\.json))]) }
                guard !users.isEmpty else { throw .unknownUser }
                for line in users.flatMap(\.lines) { Console.output(line) }
            }
        }
    }

    /// `latchkey users import`
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Bring users along from another system, with the password hashes it made.",
            discussion: """
                FILE has one JSON object a line: email, email_verified, password_hash, and optionally display_name, roles, id, \
                created_at. All lines are checked first; nothing is imported while one of them is faulty. An import that was \
                interrupted goes on where it was when it is run again with the same file.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "File of users, one JSON object a line.")
        var file: String

        @Flag(name: .customLong("skip-existing"), help: "Leave out lines whose address or id is here already.")
        var skipsExisting = false

        @Flag(name: .customLong("check"), help: "Check every line and import nothing.")
        var isOnlyCheck = false

        func run() async throws {
            try await withStore(options) { store in
                let users = UserImport(
                    file: ImportFile(path: file),
                    store: store,
                    skipsExisting: skipsExisting,
                    isOnlyCheck: isOnlyCheck
                )
                try await users.run()
            }
        }
    }
}
