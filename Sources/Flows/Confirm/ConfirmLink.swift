public import Accounts
import Cryptography

/// `/confirm`: proving that an account, or an address, is one's own, before anything is joined to it.
///
/// What waits is bound to the browser, the identity and the account (P-2, P-3). A proof is given once and used up by the change
/// it allows (P-4); an account's second step comes after every proof and before the change.
public struct ConfirmLink: Sendable {
    /// Where a confirmation stands.
    public enum Progress: Sendable {
        /// The proof is right, and the account's second step is missing.
        case needsSecondStep
        /// Done: the answer to the sign-in.
        case completed(CompletedSignIn)
    }

    let signIn: SignInServices
    let local: LocalAccountServices
    private let arrival: Arrival
    private let metrics = FlowMetrics(flow: "confirm_link")

    /// Creates the flow.
    public init(_ signIn: SignInServices, _ local: LocalAccountServices) {
        self.signIn = signIn
        self.local = local
        arrival = Arrival(signIn)
    }

    /// Whether passwords and mails are there to prove anything with.
    public var hasLocalAccounts: Bool { local.settings.isEnabled }

    /// What waits in this browser. Changes nothing.
    public func waiting(_ visitor: Visitor) async throws(FlowFailure) -> WaitingLink {
        guard let browser = visitor.browser else {
            throw FlowFailure(.checkProof, .nothingToConfirm, detail: "browser")
        }
        let waiting = try await storing { () async throws(StoreFailure) in
            try await signIn.pendingLinks.waitingLink(in: browser.hash)
        }
        guard let waiting else { throw FlowFailure(.checkProof, .nothingToConfirm) }
        return waiting
    }

    /// The same, for a form that was drawn for `drawn`: of two tabs in one browser the later one's link waits, and a proof that is
    /// typed into the earlier one must not be given for what its owner does not see.
    private func waiting(_ visitor: Visitor, drawn: PendingLinkID?) async throws(FlowFailure) -> WaitingLink {
        let waiting = try await waiting(visitor)
        guard drawn.map({ $0 == waiting.link.id }) ?? true else { throw FlowFailure(.checkProof, .otherLinkWaits) }
        return waiting
    }

    /// Proves with the account's password. Limits, hashing and answer are those of a sign-in, whether there is a password or
    /// not (I06, O-4).
    public func callAsFunction(
        password: String,
        _ visitor: Visitor,
        drawn: PendingLinkID? = nil
    ) async throws(FlowFailure) -> Progress {
        try await metrics.measured { () async throws(FlowFailure) in
            try local.requireEnabled(.checkProof)
            let waiting = try await unproven(visitor, .password, drawn)
            let limits = local.settings.limits
            let name = waiting.mailbox?.description ?? waiting.link.target?.description ?? ""
            let lookup = CredentialLookup(
                address: waiting.mailbox,
                device: visitor.knownDevice?.hash,
                keys: [limits.client.key(visitor.client)],
                strangerKeys: [limits.passwordPair.key(name, visitor.client), limits.passwordAddress.key(name)],
                knownDeviceKeys: [limits.knownDevice.key(name, Hex.encode(visitor.knownDevice?.hash.bytes ?? []))]
            )
            let (verdict, found) = try await local.storing(.countAttempt) { () async throws(StoreFailure) in
                try await local.store.lookUp(lookup)
            }
            try LocalAccountServices.admit(verdict)
            let compared = try await local.verify(password, against: found?.password)
            guard case .right = compared, let found, !found.isDisabled, found.user == waiting.link.target else {
                throw FlowFailure(.hashPassword, .wrongPassword)
            }
            let proven = try await storing { () async throws(StoreFailure) in
                try await signIn.pendingLinks.prove(waiting.link.id, browser: waiting.link.browser, knowing: found)
            }
            guard proven else { throw FlowFailure(.checkProof, .nothingToConfirm, detail: "changed") }
            return try await goOn(visitor, waiting.link.id)
        }
    }

    /// Asks for a code in the mailbox; limited like every other mail.
    public func sendCode(_ visitor: Visitor, drawn: PendingLinkID? = nil) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            try local.requireEnabled(.requestMail)
            let waiting = try await unproven(visitor, .emailCode, drawn)
            guard let mailbox = waiting.mailbox else { throw FlowFailure(.requestMail, .addressNotProven) }
            try await local.ask(for: .confirmLink(waiting.link.id), to: mailbox, visitor)
        }
    }

    /// Proves with the mailed code. None mailed, a wrong one and a used one are one answer.
    public func callAsFunction(
        code typed: String,
        _ visitor: Visitor,
        drawn: PendingLinkID? = nil
    ) async throws(FlowFailure) -> Progress {
        try await metrics.measured { () async throws(FlowFailure) in
            try local.requireEnabled(.checkProof)
            let waiting = try await unproven(visitor, .emailCode, drawn)
            try await local.count([local.settings.limits.client.key(visitor.client)])
            guard let code = MailedCode(typed) else { throw FlowFailure(.checkProof, .wrongCode, detail: "form") }
            let verdict = try await storing { () async throws(StoreFailure) in
                try await signIn.pendingLinks.tryCode(waiting.link.id, browser: waiting.link.browser) {
                    code.hash(for: $0)
                }
            }
            guard verdict == .right else { throw FlowFailure(.checkProof, .wrongCode, detail: "mail") }
            return try await goOn(visitor, waiting.link.id)
        }
    }

    /// Passes the account's second step, for a link that is proven.
    public func callAsFunction(
        secondStep typed: String,
        _ visitor: Visitor,
        drawn: PendingLinkID? = nil
    ) async throws(FlowFailure) -> Progress {
        try await metrics.measured { () async throws(FlowFailure) in
            let waiting = try await waiting(visitor, drawn: drawn)
            guard waiting.provenBy != nil, waiting.hasSecondStep, let user = waiting.link.target else {
                throw FlowFailure(.checkSecondFactor, .nothingToConfirm, detail: "order")
            }
            let limits = local.settings.limits
            try await local.count(limits.secondFactor(of: user) + [limits.client.key(visitor.client)])
            let factor = try await local.storing(.checkSecondFactor) { () async throws(StoreFailure) in
                try await local.store.factor(of: user)
            }
            guard let factor, factor.isConfirmed else {
                throw FlowFailure(.checkSecondFactor, .nothingToConfirm, detail: "factor")
            }
            let step = try local.step(typed, factor)
            let isRecovery = if case .recoveryCode = step { true } else { false }
            let passed = try await storing { () async throws(StoreFailure) in
                try await signIn.pendingLinks.passSecondStep(
                    step,
                    of: waiting.link.id,
                    browser: waiting.link.browser,
                    event: local.event(isRecovery ? .recoveryCodeUsed : .secondFactorPassed, visitor),
                    job: isRecovery ? local.job(.secondFactorChanged(user, "recovery_code")) : nil
                )
            }
            guard passed else { throw FlowFailure(.checkSecondFactor, .wrongCode, detail: "used") }
            return try await goOn(visitor, waiting.link.id)
        }
    }

    /// Carries out what was proven, where the proof was given somewhere else: at a provider.
    public func finish(_ visitor: Visitor, drawn: PendingLinkID? = nil) async throws(FlowFailure) -> Progress {
        try await metrics.measured { () async throws(FlowFailure) in
            let waiting = try await waiting(visitor, drawn: drawn)
            guard waiting.provenBy != nil else {
                throw FlowFailure(.checkProof, .nothingToConfirm, detail: "order")
            }
            return try await goOn(visitor, waiting.link.id)
        }
    }

    /// Leaves it: nothing is joined, and what waited is void.
    public func leave(_ visitor: Visitor, drawn: PendingLinkID? = nil) async throws(FlowFailure) {
        let waiting: WaitingLink
        do throws(FlowFailure) {
            waiting = try await self.waiting(visitor, drawn: drawn)
        } catch {
            guard error.code == .nothingToConfirm else { throw error }
            return
        }
        try await storing { () async throws(StoreFailure) in
            try await signIn.pendingLinks.abandon(waiting.link.id, browser: waiting.link.browser)
        }
    }

    /// Whether an administrator can be asked about a link. A claim needs nobody, as long as a mail can prove the mailbox.
    public func offersAdministrator(for link: PendingLink) -> Bool { link.purpose != .claim || !hasLocalAccounts }

    /// Asks an administrator instead: what waited for a proof waits for their word from now on.
    public func hold(
        _ visitor: Visitor,
        drawn: PendingLinkID? = nil
    ) async throws(FlowFailure) -> (stop: StoppedSignIn, provider: ProviderID) {
        let waiting = try await waiting(visitor, drawn: drawn)
        guard offersAdministrator(for: waiting.link) else {
            throw FlowFailure(.checkProof, .nothingToConfirm, detail: "hold")
        }
        let held = try await storing { () async throws(StoreFailure) in
            try await signIn.heldArrivals.hold(waiting.link.id, browser: waiting.link.browser, as: signIn.freshID())
        }
        guard let held else { throw FlowFailure(.checkProof, .nothingToConfirm, detail: "hold") }
        return (StoppedSignIn(held, purpose: waiting.link.arrival), waiting.link.identity.provider)
    }

    // MARK: Steps

    private func unproven(
        _ visitor: Visitor,
        _ proof: LinkingProof,
        _ drawn: PendingLinkID?
    ) async throws(FlowFailure) -> WaitingLink {
        let waiting = try await waiting(visitor, drawn: drawn)
        guard waiting.provenBy == nil, waiting.link.proofs.contains(proof) else {
            throw FlowFailure(.checkProof, .nothingToConfirm, detail: "order")
        }
        return waiting
    }

    /// The next thing that is missing, or the end. What cannot be carried out any more does not wait any longer.
    private func goOn(_ visitor: Visitor, _ proven: PendingLinkID) async throws(FlowFailure) -> Progress {
        let waiting = try await waiting(visitor, drawn: proven)
        guard waiting.isComplete else { return .needsSecondStep }
        do throws(FlowFailure) {
            return .completed(try await arrival.conclude(waiting, in: Arrival.Place(visitor)))
        } catch {
            if error.code == .situationChanged { try await leave(visitor, drawn: proven) }
            throw error.whileLinking(waiting.link.arrival != .signIn && error.code != .nothingToConfirm)
        }
    }

    private func storing<Value: Sendable>(
        _ call: () async throws(StoreFailure) -> Value
    ) async throws(FlowFailure) -> Value {
        try await local.storing(.checkProof, call)
    }
}

extension Arrival.Place {
    init(_ visitor: Visitor) {
        self.init(
            browser: visitor.browser?.hash,
            session: visitor.session?.hash,
            knownDevice: visitor.knownDevice,
            device: visitor.device,
            requestID: visitor.requestID
        )
    }
}
