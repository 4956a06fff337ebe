import Accounts

/// A recorded decision, in a sentence for the owner of the account.
enum DecisionSentence {
    /// - Parameters:
    ///   - outcome: as it is recorded, such as `link_after_proof:password,email_code`.
    ///   - reason: its stable code; the rule's name is the operator's business and is not shown.
    ///   - provenBy: with which proof it was carried out; nil while it waits for one, or needed none.
    static func text(outcome: String, reason: String, provenBy: String?, providerName: String) -> String {
        if let provenBy { return text(outcome: outcome, proof: provenBy, providerName) }
        return switch outcome.prefix(while: { $0 != ":" }) {
        // One sentence for both: that an address was left out says that somebody else has it, to whoever claims it (G22).
        case "create", "create_separate":
            "Your account was created when you first signed in with \(providerName)."
        case "link": "\(providerName) was added as a way to sign in to this account."
        case "link_after_proof" where reason == "link_lapsed":
            "\(providerName) was not used here for a long time, so a further proof was asked for."
        case "link_after_proof":
            "Somebody signing in with \(providerName) reported your address. They were not let in without proof."
        case "claim":
            "Your account was created when you claimed your address with \(providerName)."
        case "claim_after_proof":
            "Somebody signing in with \(providerName) reported this account's unproven address. They were asked for a proof."
        case "hold": "A sign-in with \(providerName) for this account is waiting for an administrator."
        case "refuse": refusal(outcome.dropFirst("refuse:".count), providerName)
        default: "Somebody came with \(providerName). Nothing was changed."
        }
    }

    private static func refusal(_ reason: Substring, _ providerName: String) -> String {
        switch RefusalReason(rawValue: String(reason)) {
        case .identityBlocked: "\(providerName) was tried with an identity that you have blocked. It was refused."
        case .identityInUse: "\(providerName) was not added: it belongs to another account."
        case .sessionEnded, .sessionStale: "\(providerName) was not added: your sign-in was over or too long ago."
        case .linkOnlyProvider: "A sign-in with \(providerName) was refused: it can be added, but signs nobody in."
        case .userDisabled: "A sign-in with \(providerName) was refused while this account was disabled."
        default: "A sign-in with \(providerName) was refused to protect this account."
        }
    }

    private static func text(outcome: String, proof: String, _ providerName: String) -> String {
        let proof =
            switch proof {
            case "password": "the password"
            case "email_code": "a mailed code"
            case "linked_identity": "another way to sign in"
            default: "a proof"
            }
        return outcome.hasPrefix("claim")
            ? "Your account was created when you claimed your address with \(providerName), proven by \(proof)."
            : "A sign-in with \(providerName) was let into this account after it was proven by \(proof)."
    }
}
