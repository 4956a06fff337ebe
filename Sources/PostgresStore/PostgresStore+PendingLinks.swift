public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: PendingLinkStore {
    /// What waits in a browser.
    public func waitingLink(in browser: TokenHash) async throws(StoreFailure) -> WaitingLink? {
        try await waitingLink(where: "p.browser_hash = \(browser.bytes)")
    }

    /// What waits under an id.
    public func waitingLink(_ id: PendingLinkID) async throws(StoreFailure) -> WaitingLink? {
        try await waitingLink(where: "p.id = \(id.uuid)")
    }

    private func waitingLink(where condition: SQL) async throws(StoreFailure) -> WaitingLink? {
        do {
            let rows = try await client.query(
                """
                select p.id, p.browser_hash, p.purpose, p.provider, p.issuer, p.subject, p.username, p.display_name, p.address,
                       p.evidence, p.user_id, p.session_id, p.proofs, p.decision_id, p.policy, p.return_to, p.proven_by,
                       p.stepped_at is not null, coalesce(u.has_second_factor, false),
                       case when p.purpose = 'claim_after_proof' then p.address else (
                           select e.address from user_emails e where e.user_id = p.user_id and e.verified_at is not null
                             and (e.is_primary or (e.address = p.address and p.purpose = 'link_after_proof'))
                           order by e.address = p.address and p.purpose = 'link_after_proof' desc nulls last limit 1) end
                from pending_links p left join users u on u.id = p.user_id
                where \(condition) and p.expires_at > now() and u.disabled_at is null
                """
            )
            return try rows.first.map(Self.waitingLink)
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .broken
        }
    }

    private static func waitingLink(_ row: Row) throws -> WaitingLink {
        guard let browser = TokenHash(stored: try row.decode([UInt8].self, at: 1)),
            let purpose = PendingLink.Purpose(rawValue: try row.decode(String.self, at: 2)),
            let identity = try arrived(row, from: 3)
        else { throw StoreFailure.broken }
        let target = try row.decode(UUID?.self, at: 10).map { UserID($0) }
        var arrival = SignInPurpose.signIn
        if let session = try row.decode(UUID?.self, at: 11), let target { arrival = .link(target, SessionID(session)) }
        return WaitingLink(
            link: PendingLink(
                id: PendingLinkID(try row.decode(UUID.self, at: 0)),
                browser: browser,
                purpose: purpose,
                identity: identity,
                arrival: arrival,
                target: target,
                proofs: Set(try row.decode([String].self, at: 12).compactMap { LinkingProof(rawValue: $0) }),
                decision: DecisionID(try row.decode(UUID.self, at: 13)),
                policyHash: try row.decode(String.self, at: 14),
                returnTo: try row.decode(String.self, at: 15)
            ),
            mailbox: try row.decode(String?.self, at: 19).flatMap { EmailAddress($0) },
            provenBy: try row.decode(String?.self, at: 16).flatMap { LinkingProof(rawValue: $0) },
            passedSecondStep: try row.decode(Bool.self, at: 17),
            hasSecondStep: try row.decode(Bool.self, at: 18)
        )
    }

    /// Provider, issuer, subject, handle, name, address and evidence, in this order.
    static func arrived(_ row: Row, from column: Int) throws -> AssertedIdentity? {
        guard let provider = ProviderID(try row.decode(String.self, at: column)),
            let key = FederatedIdentityKey(
                issuer: try row.decode(String.self, at: column + 1),
                subject: try row.decode(String.self, at: column + 2)
            )
        else { return nil }
        let address = try row.decode(String?.self, at: column + 5).flatMap { EmailAddress($0) }
        let evidence = try row.decode(String?.self, at: column + 6).flatMap { EmailEvidence(word: $0) }
        var email: AssertedEmail?
        if let address, let evidence { email = AssertedEmail(address: address, evidence: evidence) }
        return AssertedIdentity(
            provider: provider,
            key: key,
            email: email,
            displayName: try row.decode(String?.self, at: column + 4),
            username: try row.decode(String?.self, at: column + 3)
        )
    }

    /// The latest code is the one that counts.
    public func keepCode(
        _ code: TokenHash,
        under key: TokenHash,
        for id: PendingLinkID
    ) async throws(StoreFailure) -> Bool {
        try await run(
            """
            update pending_links set code_key = \(key.bytes), code_hash = \(code.bytes), attempts = 0
            where id = \(id.uuid) and expires_at > now() and proven_by is null and 'email_code' = any (proofs)
            """
        ).affected == 1
    }

    /// The attempt is counted before it is compared, under the row's lock: of many guesses at once, five are compared.
    public func tryCode(
        _ id: PendingLinkID,
        browser: TokenHash,
        code: @Sendable (TokenHash) -> TokenHash
    ) async throws(StoreFailure) -> PendingCodeVerdict {
        do {
            let rows = try await client.query(
                """
                update pending_links set attempts = attempts + 1
                where id = \(id.uuid) and browser_hash = \(browser.bytes) and expires_at > now() and proven_by is null
                  and code_hash is not null and attempts < 5
                returning code_key, code_hash
                """
            )
            guard let row = rows.first, let key = TokenHash(stored: try row.decode([UInt8].self, at: 0)),
                let stored = TokenHash(stored: try row.decode([UInt8].self, at: 1))
            else { return .gone }
            guard code(key) == stored else { return .wrong }
            let proven = try await client.query(
                """
                update pending_links
                set proven_by = 'email_code', proven_at = now(), code_key = null, code_hash = null
                where id = \(id.uuid) and browser_hash = \(browser.bytes) and expires_at > now() and proven_by is null
                  and code_hash = \(stored.bytes)
                """
            )
            return proven.affected == 1 ? .right : .gone
        } catch {
            throw translate(error)
        }
    }

    /// One statement. The version stands on the user's row, so a change of the password a moment ago is seen.
    public func prove(
        _ id: PendingLinkID,
        browser: TokenHash,
        knowing credential: FoundCredential
    ) async throws(StoreFailure) -> Bool {
        try await run(
            """
            update pending_links p set proven_by = 'password', proven_at = now()
            from users u
            where p.id = \(id.uuid) and p.browser_hash = \(browser.bytes) and p.expires_at > now() and p.proven_by is null
              and 'password' = any (p.proofs) and u.id = p.user_id and u.id = \(credential.user.uuid)
              and u.disabled_at is null and u.credential_version = \(credential.version)
            """
        ).affected == 1
    }

    /// One statement: another person's identity proves nothing, nor does the one that waits, nor one that has lapsed itself.
    public func prove(
        _ id: PendingLinkID,
        browser: TokenHash,
        holding identity: FederatedIdentityKey,
        lapsesAfter: Duration?
    ) async throws(StoreFailure) -> Bool {
        try await run(
            """
            update pending_links p set proven_by = 'linked_identity', proven_at = now()
            from federated_identities f join users u on u.id = f.user_id
            where p.id = \(id.uuid) and p.browser_hash = \(browser.bytes) and p.expires_at > now() and p.proven_by is null
              and 'linked_identity' = any (p.proofs) and f.user_id = p.user_id and u.disabled_at is null
              and f.issuer = \(identity.issuer) and f.subject = \(identity.subject)
              and (f.issuer, f.subject) <> (p.issuer, p.subject)
              and not coalesce(f.last_sign_in_at < now() - make_interval(secs => \(nullable: lapsesAfter?.seconds)), false)
            """
        ).affected == 1
    }

    /// One statement: the step is used up under its row's lock (P-12).
    public func passSecondStep(
        _ step: SecondStep,
        of id: PendingLinkID,
        browser: TokenHash,
        event: AccountEvent,
        job: Job?
    ) async throws(StoreFailure) -> Bool {
        let use: SQL =
            switch step {
            case .timeStep(let number):
                """
                update totp_factors f set last_step = \(number) from missing m
                where f.user_id = m.user_id and f.confirmed_at is not null and f.last_step < \(number)
                returning f.user_id
                """
            case .recoveryCode(let hash):
                """
                delete from recovery_codes c using missing m
                where c.user_id = m.user_id and c.code_hash = \(hash.bytes) returning c.user_id
                """
            }
        let told: SQL = job.map { "mailed as (\(Self.enqueued($0, when: "exists (select from used)")))," } ?? ""
        return try await run(
            """
            with missing as (
                select p.id, p.user_id from pending_links p join users u on u.id = p.user_id
                where p.id = \(id.uuid) and p.browser_hash = \(browser.bytes) and p.expires_at > now()
                  and p.proven_by is not null and p.stepped_at is null and u.disabled_at is null
            ), used as (
                \(use)
            ), written as (\(Self.insertion(of: event, from: "select user_id from used"))), \(told)
            passed as (
                update pending_links p set stepped_at = now() from missing m
                where p.id = m.id and p.stepped_at is null and exists (select from used) returning p.id
            )
            select id from passed
            """
        ).first != nil
    }

    /// In its own browser only.
    public func abandon(_ id: PendingLinkID, browser: TokenHash) async throws(StoreFailure) {
        _ = try await run("delete from pending_links where id = \(id.uuid) and browser_hash = \(browser.bytes)")
    }
}
