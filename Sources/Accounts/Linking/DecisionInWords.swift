// Decisions in sentences: for `policy explain`, for the counterexamples of the policy check, for logs people read.

extension LinkingDecision {
    /// The decision in sentences: the case, every rule passed over and why, what decided, what is offered next.
    public var explanation: [String] {
        var lines = [capitalised(inWords) + "."]
        lines += passedOver.map { "Passed over: \($0)." }
        switch reason {
        case .identityKnown: lines.append("The identity has an owner, so no rule was asked.")
        case .alreadyLinked: lines.append("The identity is linked to this user already.")
        case .freshSession:
            lines.append("While signed in, the session decides and not the address, so no rule was asked.")
        case .linkLapsed:
            lines.append("The identity has an owner who has not used it for long, so no rule was asked and a proof is.")
        case .rule: break
        case .guarded(let warning): lines.append(warning.sentence + " So it is not done silently.")
        case .refused(let reason): lines.append(reason.operatorHint)
        }
        if let nextStep { lines.append("Next step: \(nextStep.rawValue).") }
        return lines
    }

    /// `a newcomer from github with an unverified address that a proven account holds would be linked to that account
    /// without any proof, by rule 3 (“…”)`.
    var inWords: String { "\(situation), \(answer)" }

    /// The case, without what is decided.
    var situation: String {
        let app = context.app.map { " to the app \($0)" } ?? ""
        return "\(person)\(app), \(address)\(warnings)"
    }

    /// What is decided, and by which rule.
    var answer: String {
        guard let rule else { return consequence }
        let number = rulePosition.map { " \($0 + 1)" } ?? ""
        return "\(consequence), by rule\(number) (“\(rule)”)"
    }

    private var person: String {
        let provider = context.provider.description
        let owner =
            switch facts.identity {
            case .unknown: "an identity of \(provider) that nobody here owns"
            case .mine: "an identity of \(provider) that is the session's user's"
            case .other: "an identity of \(provider) that a user here owns"
            case .disabled: "an identity of \(provider) that belongs to a disabled user"
            case .lapsed: "an identity of \(provider) that a user here owns and has not used for long"
            case .blocked: "an identity of \(provider) that the account's owner has blocked"
            }
        let session =
            switch facts.session {
            case .none: "without a session"
            case .fresh: "in a fresh session"
            case .stale: "in a stale session"
            }
        return facts.intent == .signIn
            ? "somebody signing in with \(owner)" : "somebody adding, \(session), \(owner)"
    }

    private var address: String {
        let evidence =
            switch facts.email {
            case .none: "without an address"
            case .unverified: "with an unverified address"
            case .verified: "with an address the provider verified but does not run"
            case .authoritative: "with an address whose mailbox the provider runs"
            }
        let domain = context.domain.map { " (\($0))" } ?? ""
        let holder =
            switch facts.account {
            case .none: facts.email == LinkingFacts.Email.none ? "" : " that nobody holds"
            case .mine: " that the session's user holds"
            case .verified: " that a proven account holds"
            case .unverified: " that was registered here and never proven"
            case .disabled: " that a disabled account holds"
            case .several: " that several accounts have proven"
            }
        return evidence + domain + holder
    }

    private var warnings: String {
        var words: [String] = []
        if facts.recycled { words.append("already linked to another subject of that issuer") }
        if facts.privileged { words.append("privileged") }
        if facts.dormant { words.append("dormant") }
        return words.isEmpty ? "" : ", the account being " + words.joined(separator: " and ")
    }

    private var consequence: String {
        let account = facts.intent == .link ? "the session's account" : "that account"
        switch outcome {
        case .signIn: return "would be signed in as the identity's owner"
        case .create:
            return switch addressEffect {
            case .takenProven: "would become a new user who holds the address as proven"
            case .takenUnproven: "would become a new user, the address not proven"
            case .untouched: "would become a new user"
            }
        case .createSeparate: return "would become a new user without the address"
        case .link: return "would be linked to \(account) without any further proof"
        case .linkAfterProof(let proofs) where facts.identity == .lapsed:
            let names = proofs.sorted().map(\.rawValue).joined(separator: " or ")
            return "would be signed in as the identity's owner after proving ownership by \(names)"
        case .linkAfterProof(let proofs):
            let names = proofs.sorted().map(\.rawValue).joined(separator: " or ")
            return "would be linked to \(account) after proving ownership by \(names.isEmpty ? "nothing" : names)"
        case .claim: return "would take the address from the unproven registration at once"
        case .claimAfterProof:
            return "would take the address from the unproven registration once a mailed code came back"
        case .hold: return "would wait for an administrator"
        case .refuse(let reason): return "would be refused (\(reason.rawValue), next step \(reason.nextStep.rawValue))"
        }
    }

    private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
