public import Accounts

/// A link or a code by mail as a way in; off unless the operator switches it on. Works only in the browser that asked (P-6), and
/// never as a second step after itself (S-1).
public struct SignInByMail: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "sign_in_by_mail")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Whether it is offered.
    public var isEnabled: Bool {
        services.settings.isEnabled && (services.settings.offersMailedLink || services.settings.offersMailedCode)
    }

    /// Whether a code can be typed.
    public var offersCode: Bool { services.settings.offersMailedCode }

    /// Asks for the mail; the same for every address.
    public func request(
        _ typed: String,
        browser: BrowserToken,
        returnTo: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> EmailAddress {
        try await metrics.measured { () async throws(FlowFailure) in
            try requireEnabled()
            guard let address = EmailAddress(typed) else { throw FlowFailure(.requestMail, .invalidAddress) }
            try await services.ask(
                for: .signInByMail(address, browser: browser.hash, returnTo: returnTo),
                to: address,
                visitor
            )
            return address
        }
    }

    /// Whether a link works here. Changes nothing.
    public func check(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) {
        _ = try await proof(token, visitor)
    }

    /// Signs in with a link.
    public func callAsFunction(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        try await metrics.measured { () async throws(FlowFailure) in
            let proof = try await proof(token, visitor)
            return try await signIn(proof, token.hash, visitor)
        }
    }

    /// Signs in with a code. None waiting, a wrong one and one for nobody are one answer (O-4).
    public func callAsFunction(code typed: String, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        try await metrics.measured { () async throws(FlowFailure) in
            try requireEnabled()
            try await services.count([services.settings.limits.client.key(visitor.client)])
            guard let browser = visitor.browser, let code = MailedCode(typed) else {
                throw FlowFailure(.checkProof, .wrongCode, detail: "mail")
            }
            let verdict = try await services.storing(.checkProof) { () async throws(StoreFailure) in
                try await services.store.tryCode(browser: browser.hash) { code.hash(for: $0) }
            }
            guard case .right(let proof, let token) = verdict else {
                throw FlowFailure(.checkProof, .wrongCode, detail: "mail")
            }
            return try await signIn(proof, token, visitor)
        }
    }

    private func requireEnabled() throws(FlowFailure) {
        guard isEnabled else { throw FlowFailure(.requestMail, .localAccountsOff) }
    }

    private func proof(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> Proof {
        try requireEnabled()
        let proof = try await services.proof(token, for: .emailSignIn)
        guard services.settings.offersMailedLink, let browser = visitor.browser?.hash, proof.browser == browser else {
            throw MailedLink.signIn.unusable(.checkProof, detail: "other_browser")
        }
        return proof
    }

    private func signIn(_ proof: Proof, _ token: TokenHash, _ visitor: Visitor) async throws(FlowFailure) -> SignedIn {
        guard let browser = visitor.browser else { throw MailedLink.signIn.unusable(.checkProof) }
        let fresh = services.freshSession(for: proof.user, methods: [.mail], visitor)
        let started = try await services.storing(.startSession) { () async throws(StoreFailure) in
            try await services.store.signIn(
                token,
                browser: browser.hash,
                session: fresh.stored,
                event: services.event(.signedInByMail, visitor)
            )
        }
        guard let started else { throw MailedLink.signIn.unusable(.startSession) }
        return SignedIn(fresh, started, returnTo: proof.returnTo)
    }
}
