public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: EmailChangeStore {
    /// In place of a former change, whose links are void.
    public func begin(
        _ change: EmailChangeID,
        to address: EmailAddress,
        of user: UserID,
        lifetime: Duration,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) {
        _ = try await run(
            """
            with begun as (
                insert into email_changes (user_id, id, address, expires_at)
                values (\(user.uuid), \(change.uuid), \(address.description),
                        now() + make_interval(secs => \(lifetime.seconds)))
                on conflict (user_id) do update
                set id = excluded.id, address = excluded.address, created_at = now(), expires_at = excluded.expires_at
            ), voided as (
                delete from proofs where user_id = \(user.uuid) and purpose = 'email_change'
            ), written as (\(Self.insertion(of: event, from: "select \(user.uuid)")))
            \(Self.enqueue([job]))
            """
        )
    }

    /// With its links.
    public func cancelEmailChange(of user: UserID) async throws(StoreFailure) {
        _ = try await run(
            """
            with voided as (delete from proofs where user_id = \(user.uuid) and purpose = 'email_change')
            delete from email_changes where user_id = \(user.uuid)
            """
        )
    }

    /// What to mail.
    public func mailing(
        of change: EmailChangeID
    ) async throws(StoreFailure) -> (user: UserID, address: EmailAddress, oldAddress: EmailAddress?, isHeld: Bool)? {
        do {
            let rows = try await client.query(
                """
                select c.user_id, c.address, old.address, exists (
                    select from user_emails e
                    where e.address = c.address and e.verified_at is not null and e.user_id <> c.user_id
                )
                from email_changes c join users u on u.id = c.user_id
                left join user_emails old on old.user_id = c.user_id and old.is_primary and old.verified_at is not null
                where c.id = \(change.uuid) and c.expires_at > now() and u.disabled_at is null
                """
            )
            guard let row = rows.first, let address = EmailAddress(try row.decode(String.self, at: 1)) else {
                return nil
            }
            return (
                UserID(try row.decode(UUID.self, at: 0)), address,
                try row.decode(String?.self, at: 2).flatMap { EmailAddress($0) }, try row.decode(Bool.self, at: 3)
            )
        } catch {
            throw translate(error)
        }
    }

    /// Under the account's lock; the unique index of proven addresses decides who gets one.
    public func complete(
        _ token: TokenHash,
        by session: TokenHash,
        rotatingTo newToken: TokenHash,
        event: AccountEvent,
        job: @Sendable (_ user: UserID, _ old: EmailAddress, _ new: EmailAddress) -> Job
    ) async throws(StoreFailure) -> EmailChangeResult {
        let lock: SQL = """
            select u.id, p.address, (
                select address from user_emails where user_id = u.id and is_primary and verified_at is not null
            )
            from proofs p join users u on u.id = p.user_id join sessions s on s.user_id = u.id
            join email_changes c on c.user_id = u.id and c.address = p.address
            where p.token_hash = \(token.bytes) and p.purpose = 'email_change' and p.expires_at > now()
              and s.token_hash = \(session.bytes) and s.expires_at > now() and s.last_seen_at + s.idle_timeout > now()
              and not s.awaits_second_factor and u.disabled_at is null
            for update of u, p
            """
        do {
            let result = try await underLock(lock) { transaction, user, row in
                guard let address = EmailAddress(try row.decode(String.self, at: 1)),
                    try await transaction.query(Self.isLive(session, of: user)).first != nil
                else { throw Abandoned() }
                let new = address.description
                let old = try row.decode(String?.self, at: 2).flatMap { EmailAddress($0) }
                let notice = old.map { job(user, $0, address) }
                _ = try await transaction.pipeline(
                    [
                        "delete from user_emails where user_id = \(user.uuid) and (is_primary or address = \(new))",
                        """
                        insert into user_emails (user_id, address, verified_at, is_primary)
                        values (\(user.uuid), \(new), now(), true)
                        """,
                        "delete from pending_registrations where address = \(new)",
                    ] + Self.aftermath(user, keeping: session, as: newToken) + Self.told(event, notice, user)
                )
                return EmailChangeResult.changed
            }
            return result ?? .gone
        } catch {
            if error.isUniqueViolation() { return .addressTaken }
            throw translate(error)
        }
    }

    /// What was added since goes with the change, what was removed since comes back (G15).
    public func undo(_ token: TokenHash, event: AccountEvent) async throws(StoreFailure) -> EmailChangeResult {
        do {
            let result = try await underLock(Self.lock(byProof: token, for: .emailChangeUndo)) {
                transaction,
                user,
                row in
                let old = try row.decode(String.self, at: 1)
                let since = try row.decode(Timestamp.self, at: 3)
                guard try await Self.isFree(old, for: user, transaction) else {
                    throw Unchanged(result: EmailChangeResult.addressTaken)
                }
                _ = try await transaction.pipeline(
                    Self.restoration(of: user, since: since, address: old) + Self.told(event, nil, user)
                )
                return EmailChangeResult.changed
            }
            return result ?? .gone
        } catch {
            if error.isUniqueViolation() { return .addressTaken }
            throw translate(error)
        }
    }

    private static func isFree(_ address: String, for user: UserID, _ transaction: Transaction) async throws -> Bool {
        try await transaction.query(
            """
            select from user_emails where address = \(address) and verified_at is not null and user_id <> \(user.uuid)
            """
        ).first == nil
    }
}
