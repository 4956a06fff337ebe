import Accounts

extension StoppedSignIn {
    /// What is said to the person. Nothing here tells whether somebody else has an account, unless the provider vouched that
    /// the address is the person's own (G22).
    init(_ outcome: LinkingOutcome, purpose: SignInPurpose) {
        let (title, sentence, isWaiting, status) = Self.words(outcome)
        let isLinking = purpose != .signIn
        self.init(
            outcome: outcome.code,
            reason: outcome.description,
            title: isLinking ? "Nothing was added" : title,
            sentence: sentence,
            nextStep: outcome.nextStep,
            isWaiting: isWaiting,
            isLinking: isLinking,
            status: status
        )
    }

    private static func words(_ outcome: LinkingOutcome) -> (String, String, Bool, Int) {
        switch outcome {
        case .hold:
            (
                "An administrator has to agree",
                "Your sign-in with {provider} was written down for an administrator. Nothing else was changed.",
                true, 202
            )
        case .refuse(let reason):
            ("You were not signed in", reason.sentence, false, 403)
        // Carried out, or asked about at `/confirm`: none of them stops anybody.
        case .signIn, .create, .createSeparate, .link, .linkAfterProof, .claim, .claimAfterProof:
            ("You were not signed in", "Something changed while you were signing in. Please start again.", false, 409)
        }
    }
}
