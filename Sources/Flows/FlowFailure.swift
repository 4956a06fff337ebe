public import Accounts

/// A flow that could not go on: at which step, and why.
public struct FlowFailure: Error, Sendable, Hashable {
    /// Where it stopped.
    public let step: FlowStep
    /// Why, as a stable code with a page of its own in docs/errors.md.
    public let code: FlowCode
    /// The finer reason from the layer that noticed, a stable snake_case word for operators. Never a value.
    public let detail: String
    /// The provider concerned.
    public let provider: ProviderID?
    /// Seconds after which trying again makes sense.
    public let retryAfter: Int?
    /// Whether the person was adding a way in, so that the account page is where they came from.
    public private(set) var isLinking = false
    /// A sentence for the person that says more than the code's own; nil for the code's own.
    public private(set) var explanation: String?

    /// Where the person can go, where that depends on more than the code; nil for the code's own.
    public private(set) var wayForward: WayForward?

    /// The same failure with a way forward of its own.
    func leading(to wayForward: WayForward) -> FlowFailure {
        var failure = self
        failure.wayForward = wayForward
        return failure
    }

    /// The same failure with a sentence of its own.
    func explained(_ sentence: String) -> FlowFailure {
        var failure = self
        failure.explanation = sentence
        return failure
    }

    /// The same failure, met while adding a way in.
    func whileLinking(_ isLinking: Bool) -> FlowFailure {
        var failure = self
        failure.isLinking = isLinking
        return failure
    }

    /// Creates a failure.
    public init(
        _ step: FlowStep,
        _ code: FlowCode,
        detail: String = "",
        provider: ProviderID? = nil,
        retryAfter: Int? = nil
    ) {
        self.step = step
        self.code = code
        self.detail = detail
        self.provider = provider
        self.retryAfter = retryAfter
    }
}

/// What the person can do next; every failure names one.
public enum WayForward: String, Sendable, CaseIterable {
    /// Begin again at the sign-in page.
    case signInAgain = "sign_in_again"
    /// Begin again with another provider.
    case chooseAnotherWay = "choose_another_way"
    /// Wait a little, then begin again.
    case waitAndSignInAgain = "wait_and_sign_in_again"
    /// Go to the account page.
    case openAccount = "open_account"
    /// Ask for a link to set a new password.
    case resetPassword = "reset_password"
    /// Sign up, or sign up again.
    case signUp = "sign_up"
    /// Back to what waits for a proof.
    case confirmLink = "confirm_link"
}
