public import Accounts

/// A new password through the mailbox. Ends every session, voids every other proof, leaves the second factor as it is (I07, L-2).
public struct ResetPassword: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "reset_password")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Asks for the mail; the same for every address. Returns the address in its canonical form.
    public func request(_ typed: String, _ visitor: Visitor) async throws(FlowFailure) -> EmailAddress {
        try await metrics.measured { () async throws(FlowFailure) in
            try services.requireEnabled(.requestMail)
            guard let address = EmailAddress(typed) else { throw FlowFailure(.requestMail, .invalidAddress) }
            try await services.ask(for: .passwordReset(address), to: address, visitor)
            return address
        }
    }

    /// The address a link was mailed to, while it works. Changes nothing.
    public func address(of token: ProofToken) async throws(FlowFailure) -> String {
        try await proof(token).address
    }

    /// Sets the password. A password that breaks a rule leaves the link as it is.
    public func callAsFunction(_ token: ProofToken, password: String, _ visitor: Visitor) async throws(FlowFailure) {
        try await metrics.measured { () async throws(FlowFailure) in
            let proof = try await proof(token)
            try await services.count([services.settings.limits.client.key(visitor.client)])
            let factor = try await services.storing(.checkProof) { () async throws(StoreFailure) in
                try await services.store.factor(of: proof.user)
            }
            let chosen = try await services.choose(
                password,
                context: [proof.address],
                hasSecondFactor: factor?.isConfirmed ?? false
            )
            let done = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.reset(
                    token.hash,
                    to: chosen,
                    event: services.event(.passwordReset, visitor),
                    job: services.job(.passwordChanged(proof.user, "reset"))
                )
            }
            guard done else { throw MailedLink.passwordReset.unusable(.changeCredential) }
        }
    }

    private func proof(_ token: ProofToken) async throws(FlowFailure) -> Proof {
        try services.requireEnabled(.checkProof)
        return try await services.proof(token, for: .passwordReset)
    }
}

extension LocalAccountServices {
    /// Counts and stores a request for a mail.
    func ask(for work: MailWork, to address: EmailAddress, _ visitor: Visitor) async throws(FlowFailure) {
        try await count(settings.limits.mail(work.kind, to: address, from: visitor.client))
        try await storing(.requestMail) { () async throws(StoreFailure) in try await store.enqueue(job(work)) }
    }

    func proof(_ token: ProofToken, for purpose: ProofPurpose) async throws(FlowFailure) -> Proof {
        let found = try await storing(.checkProof) { () async throws(StoreFailure) in
            try await store.proof(token.hash, for: purpose)
        }
        guard let found else {
            throw MailedLink(purpose).unusable(.checkProof, detail: purpose.rawValue)
        }
        return found
    }
}
