public import Accounts
import Cryptography
public import Jobs
import Postgres

public import struct Foundation.UUID

extension PostgresStore: ProofStore {
    /// One row, whoever is meant.
    public func enqueue(_ job: Job) async throws(StoreFailure) {
        _ = try await run(Self.enqueue([job]))
    }

    /// Proven addresses only: an unproven one gets no mail that opens an account.
    public func recipient(at address: EmailAddress) async throws(StoreFailure) -> MailRecipient? {
        do {
            let rows = try await client.query(
                """
                select u.id, exists (select from passwords where user_id = u.id),
                       array(select distinct provider from federated_identities where user_id = u.id order by 1)
                from user_emails e join users u on u.id = e.user_id
                where e.address = \(address.description) and e.verified_at is not null and u.disabled_at is null
                """
            )
            guard let row = rows.first else { return nil }
            return MailRecipient(
                user: UserID(try row.decode(UUID.self, at: 0)),
                hasPassword: try row.decode(Bool.self, at: 1),
                providers: try row.decode([String].self, at: 2)
            )
        } catch {
            throw translate(error)
        }
    }

    /// Where notices go.
    public func address(of user: UserID) async throws(StoreFailure) -> EmailAddress? {
        do {
            let rows = try await client.query(
                "select address from user_emails where user_id = \(user.uuid) and is_primary and verified_at is not null"
            )
            return try rows.first.flatMap { (row) throws(PostgresFailure) in
                EmailAddress(try row.decode(String.self, at: 0))
            }
        } catch {
            throw translate(error)
        }
    }

    /// One more proof; a repeated mail has its own.
    public func add(
        _ proof: Proof,
        token: TokenHash,
        code: TokenHash?,
        lifetime: Duration,
        since job: UUID?
    ) async throws(StoreFailure) {
        _ = try await run(
            """
            insert into proofs (token_hash, purpose, user_id, address, other_address, browser_hash, code_hash, return_to,
                                created_at, expires_at)
            select \(token.bytes), \(proof.purpose.rawValue), id, \(proof.address), \(nullable: proof.otherAddress),
                   \(nullable: proof.browser?.bytes), \(nullable: code?.bytes), \(nullable: proof.returnTo),
                   coalesce((select created_at from jobs where id = \(nullable: job)), now()), now() + make_interval(secs => \(lifetime.seconds))
            from users where id = \(proof.user.uuid) and disabled_at is null
            """
        )
    }

    /// Reads, and changes nothing.
    public func proof(_ token: TokenHash, for purpose: ProofPurpose) async throws(StoreFailure) -> Proof? {
        do {
            let rows = try await client.query(
                """
                select p.user_id, p.address, p.other_address, p.browser_hash, p.return_to
                from proofs p join users u on u.id = p.user_id
                where p.token_hash = \(token.bytes) and p.purpose = \(purpose.rawValue) and p.expires_at > now()
                  and u.disabled_at is null
                """
            )
            guard let row = rows.first else { return nil }
            return Proof(
                purpose: purpose,
                user: UserID(try row.decode(UUID.self, at: 0)),
                address: try row.decode(String.self, at: 1),
                otherAddress: try row.decode(String?.self, at: 2),
                browser: try row.decode([UInt8]?.self, at: 3).flatMap { TokenHash(stored: $0) },
                returnTo: try row.decode(String?.self, at: 4)
            )
        } catch {
            throw translate(error)
        }
    }

    /// The user behind a live proof, locked together with the proof.
    static func lock(byProof token: TokenHash, for purpose: ProofPurpose) -> SQL {
        """
        select u.id, p.address, p.other_address, p.created_at from proofs p join users u on u.id = p.user_id
        where p.token_hash = \(token.bytes) and p.purpose = \(purpose.rawValue) and p.expires_at > now()
          and u.disabled_at is null
          -- A mail that was still on its way when the address changed proves nothing any more.
          and (p.purpose = 'email_change_undo' or exists (
              select from user_emails e where e.user_id = u.id and e.address = p.address and e.verified_at is not null))
        for update of u, p
        """
    }

    /// Under the account's lock: whoever held a session, a link or a known browser holds nothing afterwards (L-2, I07).
    public func reset(
        _ token: TokenHash,
        to password: NewPassword,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool {
        do {
            let done = try await underLock(Self.lock(byProof: token, for: .passwordReset)) { transaction, user, _ in
                _ = try await transaction.pipeline(
                    [
                        """
                        insert into passwords (user_id, hash, meets_single_factor)
                        values (\(user.uuid), \(password.hash.text.reveal()), \(password.meetsSingleFactor))
                        on conflict (user_id) do update
                        set hash = excluded.hash, meets_single_factor = excluded.meets_single_factor, changed_at = now()
                        """,
                        "delete from known_devices where user_id = \(user.uuid)",
                        "delete from consents where user_id = \(user.uuid)",
                    ] + Self.aftermath(user, keeping: nil, as: nil) + Self.told(event, job, user)
                )
                return true
            }
            return done ?? false
        } catch {
            throw translate(error)
        }
    }

    /// One statement: the proof is consumed by being deleted, and only in the browser that asked for it.
    public func signIn(
        _ token: TokenHash,
        browser: TokenHash,
        session: NewSession,
        event: AccountEvent
    ) async throws(StoreFailure) -> StartedSession? {
        let statement: SQL = """
            with used as (
                delete from proofs
                where token_hash = \(token.bytes) and purpose = 'email_sign_in' and browser_hash = \(browser.bytes)
                  and expires_at > now() and exists (
                      select from user_emails e
                      where e.user_id = proofs.user_id and e.address = proofs.address and e.verified_at is not null)
                returning user_id, browser_hash
            ), others as (
                -- The link and the code of other mails to the same browser are over as well.
                delete from proofs p using used
                where p.user_id = used.user_id and p.purpose = 'email_sign_in' and p.token_hash <> \(token.bytes)
            ), seen as (
                update users set last_sign_in_at = now()
                where id in (select user_id from used) and disabled_at is null returning id, has_second_factor
            ), acted as (
                select id as user_id, null::uuid as identity_id, has_second_factor as second_step from seen
            ), written as (\(Self.insertion(of: event, from: "select user_id from acted"))),
            \(SessionStart.relations(session, provider: nil))
            \(SessionStart.outcome)
            """
        do {
            return try SessionStart.started(try await client.query(statement).one())
        } catch {
            throw translate(error)
        }
    }

    /// The attempt is counted before it is compared, under the row's lock: of many guesses at once, five are compared.
    public func tryCode(
        browser: TokenHash,
        code: @Sendable (TokenHash) -> TokenHash
    ) async throws(StoreFailure) -> MailedCodeVerdict {
        let token: TokenHash
        do {
            let rows = try await client.query(
                """
                with written as (
                    -- A write for every browser: without it only a code that waits would cost one, and time would tell.
                    insert into throttles (key, whole_at, period)
                    values (sha256('mailed code'::bytea || \(browser.bytes)), now(), interval '0')
                    on conflict (key) do update set whole_at = now()
                )
                update proofs set attempts = attempts + 1
                where token_hash = (
                    select token_hash from proofs
                    where browser_hash = \(browser.bytes) and purpose = 'email_sign_in' and expires_at > now()
                      and code_hash is not null
                    order by created_at desc limit 1
                ) and attempts < 5
                returning token_hash, code_hash
                """
            )
            guard let row = rows.first, let found = TokenHash(stored: try row.decode([UInt8].self, at: 0)),
                let stored = TokenHash(stored: try row.decode([UInt8].self, at: 1))
            else { return .gone }
            guard code(found) == stored else { return .wrong }
            token = found
        } catch {
            throw translate(error)
        }
        guard let proof = try await proof(token, for: .emailSignIn) else { return .gone }
        return .right(proof, token: token)
    }
}
