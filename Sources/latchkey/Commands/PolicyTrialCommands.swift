import Accounts
import Administration
import ArgumentParser
import Foundation
import JSON
import PolicyLanguage

extension PolicyCommand {
    /// `latchkey policy plan`
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract:
                "What a policy would do to the people there are: replays recorded decisions and tries first sign-ins.",
            discussion: "Nothing is changed. The plan's id is what `policy apply` wants; it holds for a day."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The policy's file.")
        var file: String

        @Option(help: "Days of recorded decisions to replay.")
        var days = PlanPolicy.usualDays

        @Flag(help: "JSON instead of lines.")
        var json = false

        func validate() throws {
            guard (0...PlanPolicy.mostDays).contains(days) else {
                throw ValidationError("--days has to be from 0 to \(PlanPolicy.mostDays)")
            }
        }

        func run() async throws {
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let document = try readPolicy(file)
                let progress = PlanProgressLine()
                let plan = try await services.plan(document, days: days, author: operatorName()) { progress.show($0) }
                progress.end()
                guard !json else { return Console.output(plan.json) }
                for line in plan.lines { Console.output(line) }
                Console.output("Apply it with: latchkey policy apply \(file) --plan \(plan.id) --reason \"…\"")
            }
        }
    }

    /// `latchkey policy apply`
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply",
            abstract: "Put a policy in force as a new version, if its plan still holds."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The policy's file.")
        var file: String

        @Option(help: "The plan's id, as `policy plan` printed it.")
        var plan: String?

        @Flag(name: .customLong("without-plan"), help: "Nobody looked at what this does to people.")
        var isWithoutPlan = false

        @Option(help: "Why; it is kept with the version.")
        var reason: String

        @Option(help: "Who; the name of the user who runs this when left out.")
        var author: String?

        @Flag(help: "JSON instead of lines.")
        var json = false

        func validate() throws {
            try checkAuthor(author)
            guard (plan == nil) == isWithoutPlan else { throw ValidationError("name a --plan, or say --without-plan") }
        }

        func run() async throws {
            let author = author ?? operatorName()
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let document = try readPolicy(file)
                let version: PolicyVersion
                if let plan {
                    let progress = PlanProgressLine()
                    version = try await services.plan.apply(
                        document,
                        plan: plan,
                        source: .command,
                        author: author,
                        reason: reason
                    ) { progress.show($0) }
                    progress.end()
                } else {
                    version = try await services.apply(document, source: .command, author: author, reason: reason)
                }
                show(version, json: json)
            }
        }
    }

    /// `latchkey policy shadow`
    struct Shadow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "shadow",
            abstract:
                "Try a candidate beside the policy in force: it decides nothing, and what it would have done is kept.",
            subcommands: [Start.self, Stop.self, Report.self]
        )

        /// `latchkey policy shadow start`
        struct Start: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "start",
                abstract: "Try a candidate, instead of any other."
            )

            @OptionGroup var options: ConfigurationOptions

            @Argument(help: "The candidate's file.")
            var file: String

            func run() async throws {
                try await withAdministration(options) { (services) async throws(PolicyFailure) in
                    let document = try readPolicy(file)
                    try await services.tryOut(document, author: operatorName())
                    Console.output(
                        "The candidate \(document.policy.hash.prefix(12)) is tried beside the policy in force."
                    )
                }
            }
        }

        /// `latchkey policy shadow stop`
        struct Stop: AsyncParsableCommand {
            static let configuration = CommandConfiguration(commandName: "stop", abstract: "Try no candidate any more.")

            @OptionGroup var options: ConfigurationOptions

            func run() async throws {
                try await withAdministration(options) { (services) async throws(PolicyFailure) in
                    try await services.tryOut(nil, author: operatorName())
                    Console.output("No candidate is tried.")
                }
            }
        }

        /// `latchkey policy shadow report`
        struct Report: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "report",
                abstract: "What the candidate would have done."
            )

            @OptionGroup var options: ConfigurationOptions

            @Flag(help: "JSON instead of lines.")
            var json = false

            func run() async throws {
                try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                    guard let report = try await services.shadowReport() else {
                        return json ? Console.output(.null) : Console.output("No candidate is tried.")
                    }
                    if json {
                        return Console.output([
                            "hash": .string(report.shadow.policyHash), "author": .string(report.shadow.author),
                            "started_at": .text(report.shadow.startedAt?.text),
                            "counts": .array(report.counts.map(\.json)),
                        ])
                    }
                    let since = report.shadow.startedAt.map { " since \($0.text)" } ?? ""
                    Console.output("The candidate \(report.shadow.policyHash.prefix(12)) is tried\(since).")
                    for count in report.counts {
                        let same = count.outcome == count.shadowOutcome
                        Console.output(
                            "\(count.count)  \(count.outcome)" + (same ? "  (the same)" : " -> \(count.shadowOutcome)")
                                + (same ? "" : "  such as \(count.samples.joined(separator: ", "))")
                        )
                    }
                }
            }
        }
    }
}
