public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: AccountMergeStore {
    /// One statement: the session and the other account are judged when it is written.
    public func begin(
        _ merge: AccountMergeID,
        by session: TokenHash,
        proof: MergeProof,
        freshFor: Duration
    ) async throws(StoreFailure) -> Bool {
        let proven: SQL =
            switch proof {
            case .password(_, let version): "o.credential_version = \(version)"
            case .identity(_, let key, let usedWithin):
                """
                exists (select from federated_identities f
                        where f.user_id = o.id and f.issuer = \(key.issuer) and f.subject = \(key.subject)
                          and f.linked_at < s.created_at
                          and f.last_sign_in_at > coalesce(
                              now() - make_interval(secs => \(nullable: usedWithin?.seconds)), '-infinity'))
                """
            }
        return try await run(
            """
            insert into pending_merges (id, session_id, user_id, other_id, other_version, awaits_second_factor, expires_at)
            select \(merge.uuid), s.id, s.user_id, o.id, o.credential_version, o.has_second_factor, now() + interval '10 minutes'
            from sessions s join users u on u.id = s.user_id join users o on o.id = \(proof.user.uuid)
            where \(Self.isFresh(session, for: freshFor)) and u.disabled_at is null and o.disabled_at is null
              and o.id <> u.id and \(proven) and \(Self.isUndisturbed("u.id", "o.id"))
            on conflict (session_id) do update
            set id = excluded.id, other_id = excluded.other_id, other_version = excluded.other_version,
                awaits_second_factor = excluded.awaits_second_factor, created_at = now(), expires_at = excluded.expires_at
            """
        ).affected == 1
    }

    /// A condition: nothing happened to either account that its owner can still take back, the account that goes had no new
    /// password lately, and the one that stays has not refused what would come. A merge cannot be taken back, so whoever has
    /// broken into an account must not be able to make the owner's undo void by merging it away, nor bring back what was blocked.
    private static func isUndisturbed(_ staying: SQL, _ going: SQL) -> SQL {
        """
        not exists (select from identity_changes c where c.user_id in (\(staying), \(going)) and not c.by_merge
                      and c.undone_at is null and c.undo_until > now())
        and not exists (select from proofs p where p.user_id in (\(staying), \(going)) and p.purpose = 'email_change_undo'
                          and p.expires_at > now())
        and not exists (select from passwords p join users g on g.id = p.user_id
                        where p.user_id = \(going) and p.changed_at > now() - interval '7 days'
                          and p.changed_at > g.created_at + interval '1 hour')
        and not exists (select from blocked_identities b join federated_identities f
                        on f.issuer = b.issuer and f.subject = b.subject
                        where b.user_id = \(staying) and f.user_id = \(going))
        """
    }

    /// A condition on `sessions s`: live, past its second step, and proven recently.
    private static func isFresh(_ session: TokenHash, for freshFor: Duration) -> SQL {
        """
        s.token_hash = \(session.bytes) and s.expires_at > now() and s.last_seen_at + s.idle_timeout > now()
        and not s.awaits_second_factor and s.authenticated_at > now() - make_interval(secs => \(freshFor.seconds))
        """
    }

    /// The merge of a live session whose other account is still what it was.
    private static func pending(_ session: TokenHash) -> SQL {
        """
        select m.id, m.user_id, m.other_id, m.awaits_second_factor
        from pending_merges m join sessions s on s.id = m.session_id join users o on o.id = m.other_id
        where s.token_hash = \(session.bytes) and s.user_id = m.user_id and s.expires_at > now()
          and s.last_seen_at + s.idle_timeout > now() and not s.awaits_second_factor and m.expires_at > now()
          and o.disabled_at is null and o.credential_version = m.other_version
        """
    }

    /// With both sides.
    public func pendingMerge(of session: TokenHash) async throws(StoreFailure) -> PendingMerge? {
        do {
            guard let row = try await client.query(Self.pending(session)).first else { return nil }
            let staying = try await side(UserID(try row.decode(UUID.self, at: 1)))
            let going = try await side(UserID(try row.decode(UUID.self, at: 2)))
            return PendingMerge(
                id: AccountMergeID(try row.decode(UUID.self, at: 0)),
                staying: staying,
                going: going,
                awaitsSecondFactor: try row.decode(Bool.self, at: 3)
            )
        } catch {
            throw translate(error)
        }
    }

    private func side(_ user: UserID) async throws(PostgresFailure) -> MergeSide {
        let row = try await client.query(
            """
            select display_name, roles, has_second_factor,
                   array(select address from user_emails where user_id = u.id and verified_at is not null
                         order by is_primary desc, created_at, address),
                   array(select provider from federated_identities where user_id = u.id order by linked_at, id),
                   exists (select from passwords where user_id = u.id),
                   (select count(*) from sessions where user_id = u.id and expires_at > now())
            from users u where id = \(user.uuid)
            """
        ).one()
        return MergeSide(
            user: user,
            displayName: try row.decode(String?.self, at: 0),
            addresses: try row.decode([String].self, at: 3),
            providers: try row.decode([String].self, at: 4),
            roles: try row.decode([String].self, at: 1),
            hasPassword: try row.decode(Bool.self, at: 5),
            hasSecondFactor: try row.decode(Bool.self, at: 2),
            sessions: Int(try row.decode(Int64.self, at: 6))
        )
    }

    /// One statement: the step is used up as at a sign-in, so of two who send the same code one gets on (P-12).
    public func passSecondFactor(
        _ step: SecondStep,
        ofMergeBy session: TokenHash,
        event: AccountEvent,
        job: Job?
    ) async throws(StoreFailure) -> Bool {
        let use: SQL =
            switch step {
            case .timeStep(let number):
                """
                update totp_factors f set last_step = \(number) from waiting w
                where f.user_id = w.other_id and f.confirmed_at is not null and f.last_step < \(number)
                returning f.user_id
                """
            case .recoveryCode(let hash):
                """
                delete from recovery_codes c using waiting w
                where c.user_id = w.other_id and c.code_hash = \(hash.bytes) returning c.user_id
                """
            }
        let told: SQL = job.map { ", mailed as (\(Self.enqueued($0, when: "exists (select from used)")))" } ?? ""
        return try await run(
            """
            with waiting as (\(Self.pending(session)) and m.awaits_second_factor), used as (\(use)),
                 written as (\(Self.insertion(of: event, from: "select user_id from used")))\(told)
            update pending_merges m set awaits_second_factor = false from waiting w
            where m.id = w.id and exists (select from used)
            """
        ).affected == 1
    }

    /// Whatever waits for this session.
    public func cancelMerge(by session: TokenHash) async throws(StoreFailure) {
        _ = try await run(
            """
            delete from pending_merges
            where session_id = (select id from sessions where token_hash = \(session.bytes))
            """
        )
    }

    /// Whoever changes one of the two accounts at this moment is over, and then the merge is not what was confirmed, or waits for
    /// these locks and finds the account gone.
    public func merge(_ request: MergeRequest) async throws(StoreFailure) -> MergeResult {
        do {
            let result = try await client.transaction { transaction in
                guard let row = try await transaction.query(Self.pending(request.session)).first else {
                    return MergeResult.gone
                }
                let (staying, going) = (
                    UserID(try row.decode(UUID.self, at: 1)), UserID(try row.decode(UUID.self, at: 2))
                )
                // In the order of their ids: two merges of the same two accounts never wait for each other.
                _ = try await transaction.query(
                    "select from users where id in (\(staying.uuid), \(going.uuid)) order by id for update"
                )
                let confirmed = try await transaction.query(
                    """
                    delete from pending_merges d using (\(Self.pending(request.session)) and not m.awaits_second_factor) w
                    where d.id = w.id and d.id = \(request.merge.uuid) and exists (
                        select from sessions s join users u on u.id = s.user_id
                        where s.id = d.session_id and u.disabled_at is null
                          and \(Self.isFresh(request.session, for: request.freshFor)))
                      and \(Self.isUndisturbed("w.user_id", "w.other_id"))
                      and not exists (
                        select from users u
                        where u.id in (w.user_id, w.other_id) and u.roles && \(request.privilegedRoles))
                    """
                )
                guard confirmed.affected == 1,
                    try await Self.moveFactor(request.factor, from: going, to: staying, transaction)
                else { throw Unchanged(result: MergeResult.gone) }
                _ = try await transaction.pipeline(Self.moves(from: going, to: staying, request))
                return .merged
            }
            return result
        } catch let unchanged as Unchanged<MergeResult> {
            return unchanged.result
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }
}
