import Accounts
import Administration
import ArgumentParser
import JSON
import PolicyLanguage

extension PolicyCommand {
    /// `latchkey policy explain`
    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Which rule decides a case, which rules are passed over and why, and what is offered next.",
            discussion: """
                A case is described by options, and decided under the policy in force, or with --file under another, \
                which needs no database. --decision asks again about a decision that was made, under the policy of then.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "A decision that was made, by its id.")
        var decision: String?

        @Option(help: "This policy's file instead of the policy in force.")
        var file: String?

        @Option(help: "The provider's id.")
        var provider: String?

        @Option(help: "The address the provider vouches for; only its domain matters here.")
        var email: String?

        @Option(help: "The address' domain, instead of --email.")
        var domain: String?

        @Flag(help: "The provider vouches for the address so.")
        var evidence: Evidence = .verified

        @Option(
            help: """
                Who holds the address here: none, verified, unverified, disabled, several, or mine. Left out, it is looked \
                up with --email, or nobody with --domain or --file.
                """
        )
        var account: String?

        @Option(help: "Who owns the identity: unknown, mine, other, disabled, lapsed or blocked.")
        var identity = "unknown"

        @Option(help: "The app somebody signs in to.")
        var app: String?

        @Flag(help: "While signed in, adding the identity.")
        var linking = false

        @Option(help: "With --linking: fresh or stale.")
        var session: String?

        @Flag(help: "Another subject of that issuer is linked to the account.")
        var recycled = false

        @Flag(help: "The account is privileged.")
        var privileged = false

        @Flag(help: "Nobody signed in to the account for long.")
        var dormant = false

        @Flag(name: .customLong("link-only"), help: "The provider is only for adding to accounts.")
        var linkOnly = false

        @Flag(help: "There is an invitation.")
        var invited = false

        @Flag(help: "JSON instead of sentences.")
        var json = false

        /// How a provider vouches for an address.
        enum Evidence: String, EnumerableFlag {
            case verified
            case authoritative
            case unverified
            case noEmail
        }

        func validate() throws {
            guard (decision == nil) != (provider == nil) else {
                throw ValidationError("name a --decision or a --provider")
            }
            guard decision.map({ DecisionID($0) != nil }) ?? true else { throw ValidationError("--decision is no id") }
            guard email.map({ EmailAddress($0) != nil }) ?? true else { throw ValidationError("--email is no address") }
        }

        func run() async throws {
            if let id = decision.flatMap({ DecisionID($0) }) { return try await explain(id) }
            let question: PolicyCase
            do {
                question = try asked()
            } catch let fault as PolicyCaseFault {
                throw ValidationError(fault.sentences.joined(separator: "\n"))
            }
            if let file {
                let document = try await sayingPolicyFaults(json: json) { () async throws(PolicyFailure) in
                    try readPolicy(file)
                }
                return answer(
                    HypotheticalDecision.of(question.facts, under: document.policy, context: question.context)
                )
            }
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                let live = try await services.live()
                let policy = try PolicyDocument.checked(live.text, file: "version \(live.number)").policy
                let facts = try await lookedUp(question, services, policy) ?? question.facts
                answer(HypotheticalDecision.of(facts, under: policy, context: question.context))
            }
        }

        /// The facts about the real address, if one was named and nothing was said about who holds it.
        private func lookedUp(
            _ question: PolicyCase,
            _ services: AdministrationServices,
            _ policy: LinkingPolicy
        ) async throws(PolicyFailure) -> LinkingFacts? {
            guard account == nil, let address = email.flatMap({ EmailAddress($0) }) else { return nil }
            return try await services.facts(of: question, at: address, under: policy)
        }

        private func asked() throws -> PolicyCase {
            var words: [String: String] = ["account": account ?? "none", "identity": identity]
            words["provider"] = provider
            words["domain"] = evidence == .noEmail ? nil : domain ?? email.flatMap { EmailAddress($0)?.domain }
            words["app"] = app
            words["email"] = evidence == .noEmail ? "none" : evidence.rawValue
            words["intent"] = linking ? "link" : nil
            words["session"] = session
            let flags = [
                ("recycled", recycled), ("privileged", privileged), ("dormant", dormant), ("link_only", linkOnly),
                ("invited", invited),
            ]
            return try PolicyCase(words: words, flags: Set(flags.filter(\.1).map(\.0)))
        }

        private func explain(_ id: DecisionID) async throws {
            try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
                guard let made = try await services.decision(id) else { throw .unknownDecision }
                if !json { Console.output("\(made.decidedAt.text)  \(made.sentence)") }
                guard let facts = LinkingFacts(made.facts) else { throw .unknownDecision }
                let policy = try await services.policy(of: made)
                answer(HypotheticalDecision.of(facts, under: policy, context: made.context))
            }
        }

        private func answer(_ decision: LinkingDecision) {
            guard !json else { return Console.output(decision.json) }
            for line in decision.explanation { Console.output(line) }
        }
    }
}
