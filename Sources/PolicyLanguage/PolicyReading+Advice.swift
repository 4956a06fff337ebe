import Accounts
import YAML

extension PolicyReading {
    /// What the author may not have meant, in the order of the file. Nothing here breaks an invariant.
    func advice(for policy: LinkingPolicy) -> [Diagnostic] {
        let report = DiagnosticReport()
        for (position, rule) in policy.rules.enumerated() {
            let place = rules[position].place
            if policy.dormantAfter == nil, let dormant = place.dormant {
                report.add(dormant, "nobody is ever dormant, because dormant_after is never")
            }
            if rule.then == .link, rule.when.providers == nil, rule.when.email?.contains(.verified) ?? true {
                report.add(
                    place.then,
                    "links at the word of any provider that verified the address at some time, also of one added later; "
                        + "name the providers, or use link_after_proof"
                )
            }
            if reveals(position, policy) {
                report.add(
                    place.then,
                    "tells whoever comes with an unverified address that an account holds it: with an address that nobody "
                        + "holds the answer is another one"
                )
            }
        }
        let silent = policy.rules.firstIndex { $0.then == .link }
        if policy.dormantAfter == nil, let silent {
            report.add(
                dormantPlace,
                "with dormant_after: never, an address that was handed on years ago still leads into the account, by rule "
                    + "\(silent + 1)"
            )
        }
        if policy.signUp != .closed, !policy.rules.contains(where: { [.create, .createSeparate].contains($0.then) }) {
            report.add(signUpPlace, "sign_up is \(policy.signUp.rawValue), and no rule creates anybody")
        }
        return report.diagnostics
    }

    /// Whether a rule's answer to an unverified address that somebody holds differs from the answer to one that nobody
    /// holds, so that anybody can find out who has an account.
    private func reveals(_ position: Int, _ policy: LinkingPolicy) -> Bool {
        let when = policy.rules[position].when
        guard when.email?.contains(.unverified) ?? true,
            let provider = when.providers?.min(by: { $0.description < $1.description }) ?? ProviderID("some-provider")
        else { return false }
        let context = LinkingContext(
            provider: provider,
            domain: when.domains?.min() ?? "somewhere.example",
            app: when.apps?.min(),
            invited: true
        )
        func decide(_ account: LinkingFacts.Account) -> LinkingDecision {
            let facts = LinkingFacts(
                intent: .signIn,
                session: .none,
                identity: .unknown,
                email: .unverified,
                account: account,
                recycled: account != .none && when.recycled == true,
                privileged: account != .none && when.privileged == true,
                dormant: account != .none && when.dormant == true
            )
            return decideLinking(facts, under: policy, context: context)
        }
        let free = Self.look(decide(.none).outcome)
        return [LinkingFacts.Account.verified, .unverified, .disabled, .several].map(decide).contains {
            $0.rulePosition == position && Self.look($0.outcome) != free
        }
    }

    /// What the person sees of an outcome: a new user is a new user, with or without the address.
    private static func look(_ outcome: LinkingOutcome) -> LinkingOutcome {
        outcome == .createSeparate ? .create : outcome
    }
}
