/// A recorded decision, in a sentence for the owner of the account.
enum DecisionSentence {
    static func text(outcome: String, provenBy: String? = nil, providerName: String) -> String {
        if let provenBy { return text(outcome: outcome, proof: provenBy, providerName) }
        // `link_after_proof:password,email_code`: the word before the colon is the outcome.
        return switch outcome.prefix(while: { $0 != ":" }) {
        // One sentence for both: that an address was left out says that somebody else has it, to whoever claims it (G22).
        case "create", "create_separate":
            "Your account was created when you first signed in with \(providerName)."
        case "link": "\(providerName) was added as a way to sign in to this account."
        case "link_after_proof":
            "Somebody signing in with \(providerName) reported your address. They were not let in without proof."
        case "claim":
            "Your account was created when you claimed your address with \(providerName)."
        case "claim_after_proof":
            "Somebody signing in with \(providerName) reported this account's unproven address. They were asked for a proof."
        case "hold": "A sign-in with \(providerName) for this account is waiting for an administrator."
        case "refuse": "A sign-in with \(providerName) was refused to protect this account."
        default: "A sign-in with \(providerName) was decided: \(outcome)."
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
