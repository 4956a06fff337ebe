public import Accounts
import Cryptography
public import Jobs
public import Mail

/// The other half of every request for a mail: looks up what the request did not look up, so that it could not tell, makes the
/// token that nothing stores in clear, and hands the letter over.
public struct DeliverMail: Sendable {
    /// How a letter leaves.
    public typealias Send = @Sendable (Letter, Job) async throws(MailFailure) -> Void

    private let services: LocalAccountServices
    private let send: Send

    private let pendingLinks: any PendingLinkStore
    private let receipts: any ClaimReceiptStore

    /// Creates the handler of the queue `mail`.
    public init(
        _ services: LocalAccountServices,
        pendingLinks: any PendingLinkStore,
        receipts: any ClaimReceiptStore,
        send: @escaping Send
    ) {
        self.pendingLinks = pendingLinks
        self.receipts = receipts
        self.services = services
        self.send = send
    }

    /// Does one job.
    public func callAsFunction(_ job: Job) async throws(JobFault) {
        guard let work = MailWork(job) else { throw .dead("unknown_work") }
        let letter: Letter
        do {
            letter = try await self.letter(for: work, job)
        } catch let fault as JobFault {
            throw fault
        } catch let failure as StoreFailure {
            throw .retry("store_\(failure.rawValue)")
        } catch {
            throw .retry("unexpected")
        }
        do {
            try await send(letter, job)
        } catch {
            switch error {
            case .temporary(let code): throw .retry(code)
            case .permanent(let code): throw .dead(code)
            }
        }
    }

    private func letter(for work: MailWork, _ job: Job) async throws -> Letter {
        switch work {
        case .verifyRegistration(let id): try await verification(id)
        case .verifyAgain(let address, let browser): try await verificationAgain(address, browser)
        case .passwordReset(let address): try await reset(address)
        case .signInByMail(let address, let browser, let returnTo): try await signIn(address, browser, returnTo)
        case .confirmNewAddress(let id): try await newAddress(id)
        case .addressChanged(let user, let old, let new): try await changed(user, old, new, job)
        case .confirmLink(let id): try await confirmation(id)
        case .addressClaimed(let id): try await claimed(id)
        case .requestDecided(let address, let provider, let isApproved):
            Letter(
                .requestDecided,
                to: address,
                values: [
                    "provider": Secret(provider), "change": Secret(isApproved ? "approved" : "denied"),
                    "sign_in_link": link("/sign-in"),
                ]
            )
        case .identityChanged(let change, let provider): try await identityChanged(change, provider)
        case .accountsMerged(let address):
            Letter(.accountsMerged, to: address, values: ["account_link": link("/account")])
        case .notice(let event, let user, let values): try await notice(event, user, values)
        }
    }

    private func link(_ path: String, _ token: ProofToken? = nil) -> Secret {
        Secret(services.settings.publicOrigin + path + (token.map { "?token=" + $0.reveal() } ?? ""))
    }

    private func verification(_ id: RegistrationID) async throws -> Letter {
        guard let (address, isHeld) = try await services.store.mailing(of: id) else { throw JobFault.obsolete }
        guard !isHeld else {
            return Letter(
                .alreadyRegistered,
                to: address,
                values: ["sign_in_link": link("/sign-in"), "reset_link": link("/reset")]
            )
        }
        let token = ProofToken.generate()
        guard try await services.store.add(token: token.hash, to: id) else { throw JobFault.obsolete }
        return Letter(.verifyAddress, to: address, values: ["link": link("/verify", token)])
    }

    private func verificationAgain(_ address: EmailAddress, _ browser: TokenHash) async throws -> Letter {
        guard let id = try await services.store.registration(of: address, begunIn: browser) else {
            throw JobFault.obsolete
        }
        return try await verification(id)
    }

    /// A mailbox alone sets no first password beside a provider's sign-in: that needs the account page (I08).
    private func reset(_ address: EmailAddress) async throws -> Letter {
        guard let recipient = try await services.store.recipient(at: address) else { throw JobFault.obsolete }
        let settings = services.settings
        let elsewhere = recipient.providers.filter { settings.signInIssuers[$0] != nil }
            .compactMap { settings.providerNames[$0] }
        guard recipient.hasPassword || elsewhere.isEmpty else {
            return Letter(
                .noPasswordHere,
                to: address,
                values: [
                    "providers": Secret(elsewhere.joined(separator: ", ")), "sign_in_link": link("/sign-in"),
                ]
            )
        }
        let token = ProofToken.generate()
        try await services.store.add(
            Proof(purpose: .passwordReset, user: recipient.user, address: address.description),
            token: token.hash,
            code: nil,
            lifetime: services.settings.resetLifetime,
            since: nil
        )
        return Letter(.passwordReset, to: address, values: ["link": link("/reset/confirm", token)])
    }

    private func signIn(_ address: EmailAddress, _ browser: TokenHash, _ returnTo: String) async throws -> Letter {
        let settings = services.settings
        guard settings.offersMailedLink || settings.offersMailedCode,
            let recipient = try await services.store.recipient(at: address)
        else { throw JobFault.obsolete }
        let token = ProofToken.generate()
        let code = MailedCode.fresh()
        try await services.store.add(
            Proof(
                purpose: .emailSignIn,
                user: recipient.user,
                address: address.description,
                browser: browser,
                returnTo: returnTo
            ),
            token: token.hash,
            code: settings.offersMailedCode ? code.hash(for: token.hash) : nil,
            lifetime: settings.mailedSignInLifetime,
            since: nil
        )
        var values: [String: Secret] = [:]
        if settings.offersMailedLink { values["link"] = link("/sign-in/mail/confirm", token) }
        if settings.offersMailedCode { values["code"] = code.text }
        return Letter(.signInByMail, to: address, values: values)
    }

    private func newAddress(_ id: EmailChangeID) async throws -> Letter {
        guard let change = try await services.store.mailing(of: id) else { throw JobFault.obsolete }
        guard !change.isHeld else {
            return Letter(.addressInUse, to: change.address, values: ["sign_in_link": link("/sign-in")])
        }
        let token = ProofToken.generate()
        try await services.store.add(
            Proof(
                purpose: .emailChange,
                user: change.user,
                address: change.address.description,
                otherAddress: change.oldAddress?.description
            ),
            token: token.hash,
            code: nil,
            lifetime: services.settings.registrationLifetime,
            since: nil
        )
        var values = ["link": link("/account/email/confirm", token)]
        values["old_address"] = change.oldAddress.map { Secret($0.description) }
        return Letter(.confirmNewAddress, to: change.address, values: values)
    }

    private func changed(_ user: UserID, _ old: EmailAddress, _ new: EmailAddress, _ job: Job) async throws -> Letter {
        let token = ProofToken.generate()
        try await services.store.add(
            Proof(purpose: .emailChangeUndo, user: user, address: old.description, otherAddress: new.description),
            token: token.hash,
            code: nil,
            lifetime: services.settings.undoLifetime,
            since: job.id
        )
        return Letter(
            .addressChanged,
            to: old,
            values: ["new_address": Secret(new.description), "undo_link": link("/account/email/undo", token)]
        )
    }

    /// A code and nothing else: no link, because whoever reads the mail need not be whoever asked for it (P-1).
    private func confirmation(_ id: PendingLinkID) async throws -> Letter {
        guard let waiting = try await pendingLinks.waitingLink(id), let mailbox = waiting.mailbox,
            waiting.provenBy == nil
        else { throw JobFault.obsolete }
        let code = MailedCode.fresh()
        let key = ProofToken.generate().hash
        guard try await pendingLinks.keepCode(code.hash(for: key), under: key, for: id) else { throw JobFault.obsolete }
        let identity = waiting.link.identity
        let provider = identity.provider.description
        var values = [
            "code": code.text, "provider": Secret(services.settings.providerNames[provider] ?? provider),
            "change": Secret(
                waiting.link.purpose == .claim ? "claim" : waiting.link.purpose == .link ? "link" : "lapsed"
            ),
        ]
        values["handle"] = (identity.username ?? identity.displayName).map { Secret($0) }
        return Letter(.confirmLink, to: mailbox, values: values)
    }

    private func claimed(_ id: ClaimReceiptID) async throws -> Letter {
        guard let (address, receipt) = try await receipts.mailing(of: id) else { throw JobFault.obsolete }
        let removed = receipt.removedWords { services.settings.providerNames[$0] ?? $0 }
        return Letter(
            .addressClaimed,
            to: address,
            values: [
                "removed": Secret(removed.joined(separator: "; ")), "account_link": link("/account"),
            ]
        )
    }

    /// To the mailbox the account had at that moment, whatever it has now.
    private func identityChanged(_ id: IdentityChangeID, _ provider: String) async throws -> Letter {
        guard let change = try await services.store.mailing(of: id),
            let address = change.address.flatMap({ EmailAddress($0) })
        else { throw JobFault.obsolete }
        let token = ProofToken.generate()
        guard try await services.store.add(token: token.hash, to: id) else { throw JobFault.obsolete }
        return Letter(
            change.kind == .linked ? .identityLinked : .identityUnlinked,
            to: address,
            values: [
                "provider": Secret(provider), "undo_link": link("/account/identity-undo", token),
                "account_link": link("/account"),
            ]
        )
    }

    private func notice(_ event: MailEvent, _ user: UserID, _ values: [String: String]) async throws -> Letter {
        guard let address = try await services.store.address(of: user) else { throw JobFault.obsolete }
        var secrets = values.mapValues { Secret($0) }
        secrets["account_link"] = link("/account")
        if event == .passwordChanged || event == .accountRestored { secrets["reset_link"] = link("/reset") }
        return Letter(event, to: address, values: secrets)
    }
}
