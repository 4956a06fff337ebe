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
        case .linkAfterProof:
            (
                "This address already has an account",
                "Your address from {provider} belongs to an account here. Joining the two needs a proof that the account is yours, and that page is not part of this release yet. Nothing was joined: sign in the way you did before.",
                false, 409
            )
        case .claim, .claimAfterProof:
            (
                "Somebody registered your address before you",
                "Your address from {provider} was registered here without proof. Handing it over to you is not part of this release yet. Nothing was changed, and nobody can sign in to anything of yours with it; the operator can free it.",
                false, 409
            )
        case .hold:
            (
                "An administrator has to agree",
                "Your sign-in with {provider} was written down for an administrator. Nothing else was changed.",
                true, 202
            )
        case .refuse(let reason):
            ("You were not signed in", reason.sentence, false, 403)
        case .signIn, .create, .createSeparate, .link:
            ("You were not signed in", "Something changed while you were signing in. Please start again.", false, 409)
        }
    }
}
