import Accounts
import Administration
import ArgumentParser
import Foundation
import JSON
import PolicyLanguage
import ServiceConfiguration

/// `latchkey policy`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "The linking policy: check it, ask it, plan a change, put it in force, go back.",
        subcommands: [
            Check.self, Show.self, Explain.self, Plan.self, Apply.self, History.self, Blame.self, Rollback.self,
            Shadow.self,
        ]
    )

    /// `latchkey policy check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract:
                "Check a policy's file: every fault with its place; exit code 0 only if there is none. Needs no database."
        )

        @Argument(help: "The policy's file.")
        var file: String

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            let document = try await sayingPolicyFaults(json: json) { () async throws(PolicyFailure) in
                try readPolicy(file)
            }
            let advice = document.adviceLines(among: nil)
            guard !json else {
                return Console.output([
                    "hash": .string(document.policy.hash), "rules": .count(document.policy.rules.count),
                    "advice": .texts(advice),
                ])
            }
            for line in advice { Console.output("advice: \(line)") }
            Console.output("\(file): \(document.policy.rules.count) rules, no faults")
        }
    }

    /// `latchkey policy show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the policy in force, or another version."
        )

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "This version instead of the one in force.")
        var version: Int?

        @Flag(help: "JSON instead of the text.")
        var json = false

        func run() async throws {
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let shown =
                    if let version { try await services.version(version) } else { try await services.live() }
                guard !json else { return Console.output(shown.json(withText: true)) }
                Console.error(headline(shown))
                Console.output(shown.text, end: "")
            }
        }
    }

    /// `latchkey policy history`
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history",
            abstract: "Every version: who, when, why, and what changed. Verifies that none was altered."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            let isWhole = OnceSet()
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let history = try await services.history()
                if history.firstBreak != nil { isWhole.set() }
                if json {
                    return Console.output([
                        "versions": .array(history.versions.map { $0.json(withText: false) }),
                        "broken_at": history.firstBreak.map { .count($0.number) } ?? .null,
                    ])
                }
                for version in history.versions {
                    Console.output(headline(version))
                    for line in version.difference.split(separator: "\n") { Console.output("    \(line)") }
                }
                if let found = history.firstBreak {
                    Console.error("The history is broken: \(found).")
                } else {
                    let head = history.versions.last.map { " Its head is \($0.chainHash)." } ?? ""
                    Console.output("The chain of \(history.versions.count) version(s) is whole.\(head)")
                }
            }
            if isWhole.isSet { throw ExitCode(1) }
        }
    }

    /// `latchkey policy rollback`
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Put an older version in force again, as a new version."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The older version.")
        var version: Int

        @Option(help: "Why; it is kept with the version.")
        var reason: String

        @Option(help: "Who; the name of the user who runs this when left out.")
        var author: String?

        @Flag(help: "JSON instead of lines.")
        var json = false

        func validate() throws { try checkAuthor(author) }

        func run() async throws {
            let author = author ?? operatorName()
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let version = try await services.rollBack(to: version, author: author, reason: reason)
                show(version, json: json)
            }
        }
    }

    /// `latchkey policy blame`
    struct Blame: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "blame",
            abstract: "Every decision about a user: when, under which version, by which rule, and what came of it."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The user's id.")
        var user: String

        @Flag(help: "JSON instead of lines.")
        var json = false

        func run() async throws {
            guard let id = UserID(user) else { throw ValidationError("\(user) is no user's id") }
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                show(try await services.decisions(DecisionFilter(user: id, limit: 1000)), json: json)
            }
        }
    }
}
