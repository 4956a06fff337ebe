import Accounts
import ArgumentParser
import Cryptography

/// `latchkey administration`
struct AdministrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "administration",
        abstract: "Who may use the administration interface, /admin/v1.",
        subcommands: [Key.self]
    )

    /// `latchkey administration key`
    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "Make a key for an administrator. It is shown once and stored nowhere."
        )

        @Argument(help: "The administrator's name: the author of what is changed with the key.")
        var name: String

        func validate() throws {
            guard (1...64).contains(name.utf8.count),
                name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.@".contains($0)) })
            else { throw ValidationError("a name is 1 to 64 of a-z A-Z 0-9 _ - . @") }
        }

        func run() async throws {
            let key = AdministrationKey.generate()
            // The key alone on standard output, so that a shell can put it where it belongs.
            Console.output(key.reveal())
            Console.error(
                """
                This is the key of \(name); it is not shown again. Configure its hash:

                administration:
                  keys:
                    - \(name):\(Hex.encode(key.hash.bytes))
                """
            )
        }
    }
}
