public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: SecondFactorStore {
    /// Only for a session that waits.
    public func factor(awaitedBy session: TokenHash) async throws(StoreFailure) -> StoredFactor? {
        try await factor(
            where: """
                user_id = (
                    select s.user_id from sessions s join users u on u.id = s.user_id
                    where s.token_hash = \(session.bytes) and s.awaits_second_factor and s.expires_at > now()
                      and u.disabled_at is null
                ) and confirmed_at is not null
                """
        )
    }

    /// In force or not.
    public func factor(of user: UserID) async throws(StoreFailure) -> StoredFactor? {
        try await factor(where: "user_id = \(user.uuid)")
    }

    private func factor(where condition: SQL) async throws(StoreFailure) -> StoredFactor? {
        do {
            let rows = try await client.query(
                """
                select user_id, sealed_secret, last_step, confirmed_at is not null,
                       created_at > now() - interval '10 minutes'
                from totp_factors where \(condition)
                """
            )
            guard let row = rows.first else { return nil }
            return StoredFactor(
                user: UserID(try row.decode(UUID.self, at: 0)),
                sealedSecret: try row.decode([UInt8].self, at: 1),
                lastStep: try row.decode(Int64.self, at: 2),
                isConfirmed: try row.decode(Bool.self, at: 3),
                isRecent: try row.decode(Bool.self, at: 4)
            )
        } catch {
            throw translate(error)
        }
    }

    /// One statement: the step is used up under its row's lock, so of two who send the same code one gets in (P-12).
    public func pass(
        _ step: SecondStep,
        session: TokenHash,
        rotatingTo new: NewSession,
        event: AccountEvent,
        job: Job?
    ) async throws(StoreFailure) -> StartedSession? {
        let use: SQL =
            switch step {
            case .timeStep(let number):
                """
                update totp_factors f set last_step = \(number) from waiting w
                where f.user_id = w.user_id and f.confirmed_at is not null and f.last_step < \(number)
                returning f.user_id
                """
            case .recoveryCode(let hash):
                """
                delete from recovery_codes c using waiting w
                where c.user_id = w.user_id and c.code_hash = \(hash.bytes) returning c.user_id
                """
            }
        let told: SQL =
            job.map { "mailed as (\(Self.enqueued($0, when: "exists (select from opened)")))," } ?? ""
        let statement: SQL = """
            with waiting as (
                select s.id, s.user_id from sessions s join users u on u.id = s.user_id
                where s.token_hash = \(session.bytes) and s.awaits_second_factor and s.expires_at > now()
                  and u.disabled_at is null
            ), used as (
                \(use)
            ), opened as (
                update sessions s
                set token_hash = \(new.tokenHash.bytes), awaits_second_factor = false, authenticated_at = now(),
                    last_seen_at = now(), methods = s.methods || \(new.methods.map(\.rawValue)),
                    expires_at = now() + make_interval(secs => \(new.lifetime.absoluteTimeout.seconds))
                from waiting w
                where s.id = w.id and s.awaits_second_factor and exists (select from used) returning s.user_id
            ), written as (\(Self.insertion(of: event, from: "select user_id from opened"))), \(told)
            \(SessionStart.recognition(new, of: "select user_id from opened"))
            select user_id from opened
            """
        do {
            let rows = try await client.query(statement)
            return try rows.first.map { (row) throws(PostgresFailure) in
                StartedSession(user: UserID(try row.decode(UUID.self, at: 0)), replaced: nil, awaitsSecondFactor: false)
            }
        } catch {
            throw translate(error)
        }
    }

    /// No enrolment before the address is proven (O-5), and none over a factor that is in force.
    public func prepare(_ sealedSecret: [UInt8], of user: UserID) async throws(StoreFailure) -> Bool {
        try await run(
            """
            insert into totp_factors (user_id, sealed_secret)
            select \(user.uuid), \(sealedSecret)
            where exists (select from user_emails where user_id = \(user.uuid) and verified_at is not null)
            on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, last_step = 0, created_at = now()
            where totp_factors.confirmed_at is null
            """
        ).affected == 1
    }

    /// Under the account's lock.
    public func confirm(
        _ factor: StoredFactor,
        at step: Int64,
        recoveryCodes: [TokenHash],
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool {
        do {
            let done = try await underLock(bySession: session) { transaction, user in
                let confirmed = try await transaction.query(
                    """
                    update totp_factors set confirmed_at = now(), last_step = \(step)
                    where user_id = \(user.uuid) and confirmed_at is null and last_step < \(step)
                      and sealed_secret = \(factor.sealedSecret)
                    """
                )
                guard confirmed.affected == 1 else { throw Abandoned() }
                _ = try await transaction.pipeline(
                    Self.replacement(recoveryCodes, of: user)
                        + [
                            "update users set has_second_factor = true where id = \(user.uuid)",
                            """
                            update sessions set methods = methods || '{otp,mfa}'::text[]
                            where user_id = \(user.uuid) and token_hash = \(session.bytes)
                            """,
                        ] + Self.aftermath(user, keeping: session, as: token) + Self.told(event, job, user)
                )
                return true
            }
            return done ?? false
        } catch {
            throw translate(error)
        }
    }

    private static func replacement(_ codes: [TokenHash], of user: UserID) -> [SQL] {
        ["delete from recovery_codes where user_id = \(user.uuid)"]
            + codes.map { "insert into recovery_codes (user_id, code_hash) values (\(user.uuid), \($0.bytes))" }
    }

    /// Under the account's lock.
    public func replaceRecoveryCodes(
        _ codes: [TokenHash],
        by session: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> Bool {
        do {
            let done = try await underLock(bySession: session) { transaction, user in
                let factor = try await transaction.query(
                    "select from totp_factors where user_id = \(user.uuid) and confirmed_at is not null"
                )
                guard factor.first != nil else { throw Abandoned() }
                _ = try await transaction.pipeline(
                    Self.replacement(codes, of: user) + Self.told(event, job, user)
                )
                return true
            }
            return done ?? false
        } catch {
            throw translate(error)
        }
    }

    /// Under the account's lock.
    public func removeFactor(
        passing step: SecondStep,
        by session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent,
        job: Job
    ) async throws(StoreFailure) -> FactorRemoval {
        do {
            let result = try await underLock(bySession: session) { transaction, user in
                let short = try await transaction.query(
                    "select from passwords where user_id = \(user.uuid) and not meets_single_factor"
                )
                guard short.first == nil else { return FactorRemoval.passwordTooShort }
                let inForce: SQL = "from totp_factors where user_id = \(user.uuid) and confirmed_at is not null"
                guard try await transaction.query("select \(inForce)").first != nil else { return .nothingToRemove }
                // With the row's lock: a sign-in may use up the same code at this moment, and each opens one thing (P-12).
                let passed: SQL =
                    switch step {
                    case .timeStep(let number): "select \(inForce) and last_step < \(number) for update"
                    case .recoveryCode(let hash):
                        """
                        select from recovery_codes where user_id = \(user.uuid) and code_hash = \(hash.bytes) for update
                        """
                    }
                guard try await transaction.query(passed).first != nil else { return .wrongStep }
                _ = try await transaction.query("delete from totp_factors where user_id = \(user.uuid)")
                _ = try await transaction.pipeline(
                    ["update users set has_second_factor = false where id = \(user.uuid)"]
                        + Self.aftermath(user, keeping: session, as: token) + Self.told(event, job, user)
                )
                return .removed
            }
            return result ?? .nothingToRemove
        } catch {
            throw translate(error)
        }
    }
}
