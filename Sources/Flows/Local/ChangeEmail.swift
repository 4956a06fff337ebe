public import Accounts

/// A change of address: asked for in a fresh session, proven by the new mailbox, completed in a fresh session of the same user,
/// told to the old mailbox, which can take it back (P-7, G16, G17).
public struct ChangeEmail: Sendable {
    /// What a link asks.
    public struct Question: Sendable, Hashable {
        /// The address the mail went to.
        public let address: String
        /// The other one.
        public let otherAddress: String?
    }

    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "change_email")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Asks for a change; what the new address is makes no difference to the answer.
    public func request(_ typed: String, _ visitor: Visitor) async throws(FlowFailure) -> EmailAddress {
        try await metrics.measured { () async throws(FlowFailure) in
            try services.requireEnabled(.requestMail)
            let (session, _) = try await services.signedIn(visitor, fresh: true, .requestMail)
            guard let address = EmailAddress(typed) else {
                throw FlowFailure(.requestMail, .invalidAddress)
            }
            let limits = services.settings.limits
            try await services.count(
                limits.mail("email_change", to: address, from: visitor.client)
                    + [limits.confirmation.key("email_change", session.user.id.description)]
            )
            let change: EmailChangeID = services.freshID()
            try await services.storing(.requestMail) { () async throws(StoreFailure) in
                try await services.store.begin(
                    change,
                    to: address,
                    of: session.user.id,
                    lifetime: services.settings.registrationLifetime,
                    event: services.event(.emailChangeRequested, visitor),
                    job: services.job(.confirmNewAddress(change))
                )
            }
            return address
        }
    }

    /// Forgets a change that waits.
    public func cancel(_ visitor: Visitor) async throws(FlowFailure) {
        let (session, _) = try await services.signedIn(visitor, fresh: false)
        try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.cancelEmailChange(of: session.user.id)
        }
    }

    /// What the link of the new mailbox asks, for the user it belongs to. Changes nothing.
    public func question(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> Question {
        let (session, _) = try await services.signedIn(visitor, fresh: true, .checkProof)
        let proof = try await services.proof(token, for: .emailChange)
        // Somebody else's link says nothing about whose it is.
        guard proof.user == session.user.id else {
            throw MailedLink.emailChange.unusable(.checkProof, detail: "other_user")
        }
        return Question(address: proof.address, otherAddress: proof.otherAddress)
    }

    /// Makes the change. Every other session ends, this one gets a new token.
    public func confirm(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            _ = try await question(token, visitor)
            let (_, session) = try await services.signedIn(visitor, fresh: true)
            let rotated = SessionToken.generate()
            let result = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.complete(
                    token.hash,
                    by: session.hash,
                    rotatingTo: rotated.hash,
                    event: services.event(.emailChanged, visitor),
                    job: { user, old, new in services.job(.addressChanged(user, old: old, new: new)) }
                )
            }
            switch result {
            case .changed: return rotated
            case .addressTaken: throw FlowFailure(.changeCredential, .addressTaken)
            case .gone: throw MailedLink.emailChange.unusable(.changeCredential)
            }
        }
    }

    /// What the undo link asks. Changes nothing.
    public func undoQuestion(_ token: ProofToken) async throws(FlowFailure) -> Question {
        let proof = try await services.proof(token, for: .emailChangeUndo)
        return Question(address: proof.address, otherAddress: proof.otherAddress)
    }

    /// Takes a change back; needs nothing but the old mailbox. Every session ends.
    public func undo(_ token: ProofToken, _ visitor: Visitor) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            let result = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.undo(token.hash, event: services.event(.emailChangeUndone, visitor))
            }
            switch result {
            case .changed: return
            case .addressTaken: throw FlowFailure(.changeCredential, .addressTaken)
            case .gone: throw MailedLink.emailChangeUndo.unusable(.changeCredential)
            }
        }
    }
}
