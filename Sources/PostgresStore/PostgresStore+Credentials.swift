public import Accounts
import Cryptography
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: CredentialStore {
    /// One statement and one commit, whatever is behind the address.
    public func lookUp(
        _ lookup: CredentialLookup
    ) async throws(StoreFailure) -> (ThrottleVerdict, FoundCredential?) {
        let address = lookup.address?.description
        let statement: SQL = """
            with who as (
                select u.id, p.hash, u.disabled_at is not null as disabled, u.credential_version, u.has_second_factor
                from user_emails e join users u on u.id = e.user_id join passwords p on p.user_id = u.id
                where e.address = \(nullable: address) and e.verified_at is not null
            ), known as (
                select exists (
                    select from user_emails e join known_devices k on k.user_id = e.user_id
                    where e.address = \(nullable: address) and e.verified_at is not null
                      and k.token_hash = \(nullable: lookup.device?.bytes)
                ) as known
            ), wanted (key, step, period) as (
                \(Self.keys(lookup.keys))
                union all select * from (\(Self.keys(lookup.strangerKeys))) s where not (select known from known)
                union all select * from (\(Self.keys(lookup.knownDeviceKeys))) k where (select known from known)
            ), \(Self.takingThrottles)
            select \(Self.throttleOutcome), who.id, who.hash, who.disabled, who.credential_version, who.has_second_factor
            from (select) nothing left join who on true
            """
        do {
            let row = try await client.query(statement).one()
            return (try Self.verdict(row, at: 0), try Self.credential(row, from: 2))
        } catch {
            throw translate(error)
        }
    }

    private static func credential(_ row: Row, from column: Int) throws(PostgresFailure) -> FoundCredential? {
        guard let user = try row.decode(UUID?.self, at: column) else { return nil }
        return FoundCredential(
            user: UserID(user),
            password: StoredPassword(try row.decode(String.self, at: column + 1)),
            isDisabled: try row.decode(Bool.self, at: column + 2),
            version: Int(try row.decode(Int32.self, at: column + 3)),
            hasSecondFactor: try row.decode(Bool.self, at: column + 4)
        )
    }

    /// By id, for somebody who is signed in.
    public func credential(of user: UserID) async throws(StoreFailure) -> FoundCredential? {
        do {
            let rows = try await client.query(
                """
                select u.id, p.hash, u.disabled_at is not null, u.credential_version, u.has_second_factor
                from users u join passwords p on p.user_id = u.id where u.id = \(user.uuid)
                """
            )
            return try rows.first.flatMap { (row) throws(PostgresFailure) in try Self.credential(row, from: 0) }
        } catch {
            throw translate(error)
        }
    }

    /// One statement. The version stands on the row that is locked, so a change of the password a moment ago is seen.
    public func signIn(
        _ credential: FoundCredential,
        rehashed: StoredPassword?,
        session: NewSession,
        forgiven: [ThrottleKey],
        event: AccountEvent
    ) async throws(StoreFailure) -> StartedSession? {
        let forgivenKeys = forgiven.map { key -> SQL in "\(key.hash.bytes)" }
        let statement: SQL = """
            with seen as (
                update users set last_sign_in_at = now()
                where id = \(credential.user.uuid) and disabled_at is null and credential_version = \(credential.version)
                returning id, has_second_factor
            ), acted as (
                select id as user_id, null::uuid as identity_id, has_second_factor as second_step from seen
            ), rehashed as (
                update passwords set hash = \(rehashed?.text.reveal() ?? "")
                where user_id in (select user_id from acted) and \(rehashed != nil)
            ), forgiven as (
                delete from throttles
                where key in (\(SQL.concatenating(forgivenKeys.isEmpty ? ["null"] : forgivenKeys, separator: ", ")))
                  and exists (select from acted)
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

    /// Under the account's lock.
    public func setPassword(
        _ password: NewPassword,
        knowing: FoundCredential?,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool {
        do {
            let done = try await underLock(bySession: session) { transaction, user in
                let change: SQL =
                    knowing.map { known in
                        """
                        update passwords set hash = \(password.hash.text.reveal()), changed_at = now(),
                               meets_single_factor = \(password.meetsSingleFactor)
                        where user_id = \(user.uuid) and hash = \(known.password.text.reveal())
                        """
                    } ?? """
                        insert into passwords (user_id, hash, meets_single_factor)
                        select \(user.uuid), \(password.hash.text.reveal()), \(password.meetsSingleFactor)
                        where exists (select from user_emails where user_id = \(user.uuid) and verified_at is not null)
                        on conflict do nothing
                        """
                guard try await transaction.query(change).affected == 1 else { throw Abandoned() }
                _ = try await transaction.pipeline(
                    Self.aftermath(user, keeping: session, as: token) + Self.told(event, job, user)
                )
                return true
            }
            return done ?? false
        } catch {
            throw translate(error)
        }
    }

    /// Under the account's lock (G14).
    public func removePassword(
        by session: TokenHash,
        rotatingTo token: TokenHash,
        while ways: WaysIn,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> PasswordRemoval {
        do {
            let result = try await underLock(bySession: session) { transaction, user in
                guard try await Self.hasWayIn(user, besides: .password, among: ways, transaction) else {
                    return PasswordRemoval.lastWayIn
                }
                guard
                    try await transaction.query("delete from passwords where user_id = \(user.uuid)").affected == 1
                else { return .nothingToRemove }
                _ = try await transaction.pipeline(
                    Self.aftermath(user, keeping: session, as: token) + Self.told(event, job, user)
                )
                return .removed
            }
            return result ?? .nothingToRemove
        } catch {
            throw translate(error)
        }
    }

    /// The row for the owner and the mail to the owner.
    static func told(_ event: AccountEvent, _ job: Job?, _ user: UserID) -> [SQL] {
        [insertion(of: event, from: "select \(user.uuid)")] + (job.map { [enqueue([$0])] } ?? [])
    }

    /// What the owner's pages show.
    public func credentials(of user: UserID) async throws(StoreFailure) -> CredentialOverview {
        do {
            let row = try await client.query(
                """
                select (select changed_at from passwords where user_id = \(user.uuid)),
                       coalesce((select meets_single_factor from passwords where user_id = \(user.uuid)), true),
                       (select confirmed_at from totp_factors where user_id = \(user.uuid)),
                       (select count(*) from recovery_codes where user_id = \(user.uuid)),
                       (select address from email_changes where user_id = \(user.uuid) and expires_at > now()),
                       array(select distinct provider from federated_identities where user_id = \(user.uuid) order by 1),
                       (select expires_at from email_changes where user_id = \(user.uuid) and expires_at > now())
                """
            ).one()
            let events = try await client.query(
                """
                select kind, happened_at, client_id, provider from account_events e
                where user_id = \(user.uuid) and (kind <> 'upstream_token_handed_out' or not exists (
                    select from account_events l
                    where l.kind = 'upstream_token_handed_out' and l.user_id = e.user_id and l.client_id = e.client_id and l.provider = e.provider
                      and (l.happened_at, l.id) > (e.happened_at, e.id)
                      and date_trunc('day', l.happened_at, 'UTC') = date_trunc('day', e.happened_at, 'UTC')))
                order by happened_at desc, id desc limit 20
                """
            )
            return CredentialOverview(
                passwordChangedAt: try row.decode(Timestamp?.self, at: 0).map { Instant($0) },
                meetsSingleFactor: try row.decode(Bool.self, at: 1),
                secondFactorSince: try row.decode(Timestamp?.self, at: 2).map { Instant($0) },
                recoveryCodes: Int(try row.decode(Int64.self, at: 3)),
                pendingAddress: try row.decode(String?.self, at: 4),
                pendingUntil: try row.decode(Timestamp?.self, at: 6).map { Instant($0) },
                providers: try row.decode([String].self, at: 5),
                events: try events.decodeAll { (row) throws(PostgresFailure) in
                    guard let kind = AccountEvent.Kind(rawValue: try row.decode(String.self, at: 0)) else { return nil }
                    return CredentialOverview.Event(
                        kind: kind,
                        at: Instant(try row.decode(Timestamp.self, at: 1)),
                        app: try row.decode(String?.self, at: 2),
                        provider: try row.decode(String?.self, at: 3)
                    )
                }.compactMap { $0 }
            )
        } catch {
            throw translate(error)
        }
    }
}
