import Accounts

extension StoppedSignIn {
    /// What is said to the person. Nothing here tells whether somebody else has an account, unless the provider vouched that
    /// the address is the person's own (G22).
    init(_ outcome: LinkingOutcome, purpose: SignInPurpose, offersMerge: Bool = false) {
        let (title, sentence, isWaiting, status) = Self.words(outcome)
        let isLinking = purpose != .signIn
        self.init(
            outcome: outcome.code,
            reason: outcome.description,
            title: isLinking ? "Nothing was added" : title,
            sentence: offersMerge ? Self.mergeable : sentence,
            nextStep: outcome.nextStep,
            offersMerge: offersMerge,
            since: nil,
            isWaiting: isWaiting,
            isLinking: isLinking,
            status: status
        )
    }

    /// What is said to somebody who waits for an administrator, or waited for a no.
    init(_ held: HeldArrival, purpose: SignInPurpose) {
        let isDenied = held.status == .denied
        self.init(
            outcome: LinkingOutcome.hold.code,
            reason: LinkingOutcome.hold.description,
            title: isDenied ? "An administrator has said no" : "An administrator has to agree",
            sentence: isDenied
                ? "Your sign-in with {provider} was decided on {since}: it is not let in. Nothing was changed. You can sign in another way, "
                    + "or ask the administrator."
                : "Your sign-in with {provider} is written down for an administrator, and waits since {since}. Nothing else was changed.",
            nextStep: isDenied ? .signInAnotherWay : .waitForAdministrator,
            offersMerge: false,
            since: held.decidedAt ?? held.arrivedAt,
            isWaiting: !isDenied,
            isLinking: purpose != .signIn,
            status: isDenied ? 403 : 202
        )
    }

    private static let mergeable =
        "This sign-in method already belongs to another account here. Sign in to that account and unlink it there; or, if both "
        + "accounts are yours, merge them: you see first what that does."

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
