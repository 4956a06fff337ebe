import ArgumentParser
import Providers
import ServiceConfiguration

/// `latchkey providers`
struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "Provider files.",
        subcommands: [Check.self]
    )

    /// `latchkey providers check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check every provider file and run its examples; exit code 0 only if nothing is wrong."
        )

        @Argument(help: "Folder with provider files.")
        var directory = "providers"

        func run() async throws {
            let (catalog, diagnostics) = ProviderCatalog.load(directory: directory)
            for id in catalog.awaitingIssuer {
                Console.output("\(id): waits for providers.\(id).issuer in the configuration")
            }
            for diagnostic in diagnostics { Console.error("\(diagnostic)") }
            var failures = diagnostics.count
            for provider in catalog.providers {
                let wrong = provider.examples.compactMap { example in
                    example.failure(with: provider).map { "\(example.name): \($0)" }
                }
                failures += wrong.count
                for line in wrong { Console.error("\(provider.id): \(line)") }
                Console.output("\(provider.id): \(provider.name), \(provider.examples.count) examples")
            }
            guard failures == 0 else {
                Console.error("\(failures) fault(s)")
                throw ExitCode(1)
            }
        }
    }
}

/// `latchkey config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Settings.",
        subcommands: [Show.self]
    )

    /// `latchkey config show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show every setting in force and where it came from; secrets are not shown."
        )

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            for value in try options.load().values { Console.output("\(value)") }
        }
    }
}
