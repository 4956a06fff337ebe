import Accounts
import YAML

/// One rule as it was written.
struct ReadRule {
    /// The rule; nil when anything about it is faulty, so that nobody draws conclusions from half a rule.
    let rule: LinkingRule?
    /// Where its parts stand.
    let place: RulePlace
}

/// Reads one element of `rules`.
enum RuleReader {
    /// The words after `then`. There is no `sign_in`: that is what an identity's owner gets, whatever the rules say.
    private enum Outcome: String, CaseIterable {
        case link
        case linkAfterProof = "link_after_proof"
        case claim
        case claimAfterProof = "claim_after_proof"
        case create
        case createSeparate = "create_separate"
        case hold
        case refuse
    }

    /// Reads a rule; faults go to the report of the value.
    ///
    /// - Parameter names: Where each name was given first.
    static func read(_ value: ValueReader, names: inout [String: SourceLocation]) -> ReadRule {
        let before = value.report.count
        var place = RulePlace(name: value.location, then: value.location)
        guard let mapping = value.mapping() else { return ReadRule(rule: nil, place: place) }
        let nameValue = mapping.required("name")
        let name = nameValue.flatMap { VisibleText.read($0, characters: 1...200) }
        if let nameValue, let name {
            place.name = nameValue.location
            if let first = names[name] {
                nameValue.fail(
                    "\(VisibleText.quoted(name)) is also the name of the rule in line \(first.line); "
                        + "decisions are recorded by it"
                )
            } else {
                names[name] = nameValue.location
            }
        }
        var condition = LinkingCondition()
        if let when = mapping.optional("when") {
            place.when = when.location
            if let parts = when.mapping() {
                let reader = ConditionReader(parts)
                condition = reader.condition
                place.dormant = reader.dormant
                place.providers = reader.providers
            }
        }
        let then = mapping.required("then")
        place.then = then?.location ?? place.name
        let outcome = outcome(then, mapping)
        mapping.finish()
        guard value.report.count == before, let name, let outcome else { return ReadRule(rule: nil, place: place) }
        return ReadRule(rule: LinkingRule(name: name, when: condition, then: outcome), place: place)
    }

    private static func outcome(_ then: ValueReader?, _ mapping: MappingReader) -> LinkingOutcome? {
        // Asked for in any case: where they do not belong, the fault is theirs and not an unknown key.
        let proofs = mapping.optional("proofs")
        let reason = mapping.optional("reason")
        guard let word = then?.word(among: Outcome.allCases.map(\.rawValue)), let outcome = Outcome(rawValue: word)
        else { return nil }
        if let proofs, outcome != .linkAfterProof {
            mapping.fail("proofs", "\"\(proofs.path)\" goes with then: link_after_proof, not with \(word)")
        }
        if let reason, outcome != .refuse {
            mapping.fail("reason", "\"\(reason.path)\" goes with then: refuse, not with \(word)")
        }
        switch outcome {
        case .link: return .link
        case .linkAfterProof:
            // Reported as a missing key, and at the place of an empty one.
            return mapping.required("proofs").flatMap(readProofs).map { .linkAfterProof(proofs: $0) }
        case .claim: return .claim
        case .claimAfterProof: return .claimAfterProof
        case .create: return .create
        case .createSeparate: return .createSeparate
        case .hold: return .hold
        case .refuse:
            guard let reason else { return .refuse(.refusedByPolicy) }
            let words = RefusalReason.allCases.filter(\.isForRules).map(\.rawValue)
            return reason.word(among: words).flatMap(RefusalReason.init).map { .refuse($0) }
        }
    }

    private static func readProofs(_ value: ValueReader) -> Set<LinkingProof>? {
        value.oneOrMore(maximum: 8) { element in
            element.word(among: LinkingProof.allCases.map(\.rawValue)).flatMap(LinkingProof.init)
        }
    }
}
