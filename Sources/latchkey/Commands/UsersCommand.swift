import ArgumentParser
import PostgresStore

/// `latchkey users`
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "People with an account here.",
        subcommands: [
            ShowUser.self, BanUser.self, UnbanUser.self, DeleteUser.self, SetRoles.self, SetMetadata.self, Import.self,
        ]
    )

    /// `latchkey users import`
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
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
