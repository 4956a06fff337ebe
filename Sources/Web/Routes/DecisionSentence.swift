/// A recorded decision, in a sentence for the owner of the account.
enum DecisionSentence {
    static func text(outcome: String, providerName: String) -> String {
        // `link_after_proof:password,email_code`: the word before the colon is the outcome.
        switch outcome.prefix(while: { $0 != ":" }) {
        // One sentence for both: that an address was left out says that somebody else has it, to whoever claims it (G22).
        case "create", "create_separate":
            "Your account was created when you first signed in with \(providerName)."
        case "link": "\(providerName) was added as a way to sign in to this account."
        case "link_after_proof":
            "Somebody signing in with \(providerName) reported your address. They were not let in without proof."
        case "claim", "claim_after_proof":
            "Somebody signing in with \(providerName) reported this account's unproven address. Nothing was changed."
        case "hold": "A sign-in with \(providerName) for this account is waiting for an administrator."
        case "refuse": "A sign-in with \(providerName) was refused to protect this account."
        default: "A sign-in with \(providerName) was decided: \(outcome)."
        }
    }
}
