import Accounts
import Postgres

extension PostgresStore {
    /// The second factor moves where only the account that goes has one, so that the protection never becomes weaker; where both
    /// have one, the one of the account that stays counts on. False when it is not the one that was resealed.
    static func moveFactor(
        _ factor: MovedFactor?,
        from going: UserID,
        to staying: UserID,
        _ transaction: Transaction
    ) async throws -> Bool {
        let moves = try await transaction.query(
            """
            select exists (select from totp_factors where user_id = \(going.uuid) and confirmed_at is not null)
               and not exists (select from totp_factors where user_id = \(staying.uuid) and confirmed_at is not null)
            """
        ).one().decode(Bool.self, at: 0)
        guard moves else { return true }
        guard let factor else { return false }
        _ = try await transaction.query("delete from totp_factors where user_id = \(staying.uuid)")
        let moved = try await transaction.query(
            """
            insert into totp_factors (user_id, sealed_secret, confirmed_at, last_step)
            select \(staying.uuid), \(factor.resealed), confirmed_at, last_step from totp_factors
            where user_id = \(going.uuid) and sealed_secret = \(factor.former)
            """
        )
        guard moved.affected == 1 else { return false }
        _ = try await transaction.pipeline([
            "update recovery_codes set user_id = \(staying.uuid) where user_id = \(going.uuid)",
            "update users set has_second_factor = true where id = \(staying.uuid)",
        ])
        return true
    }

    /// Everything else that moves or ends. What moves counts as added now, so that an owner who takes a change back takes this
    /// back with it.
    static func moves(from going: UserID, to staying: UserID, _ request: MergeRequest) -> [SQL] {
        [
            """
            with moved as (
                update federated_identities set user_id = \(staying.uuid), linked_at = now() where user_id = \(going.uuid)
                returning *
            )
            insert into identity_changes (id, kind, user_id, identity_id, provider, issuer, subject, username, display_name,
                                          email, linked_at, last_sign_in_at, address, undo_until, by_merge)
            select gen_random_uuid(), 'linked', user_id, id, provider, issuer, subject, username, display_name, email, linked_at,
                   last_sign_in_at, (
                       select address from user_emails
                       where user_id = \(staying.uuid) and is_primary and verified_at is not null
                   ), now() + make_interval(secs => \(request.undoFor.seconds)), true
            from moved
            """,
            // An unproven address is nobody's: it neither moves nor stands in the way of one that does.
            """
            delete from user_emails e where e.verified_at is null and (e.user_id = \(going.uuid) or (
                e.user_id = \(staying.uuid) and exists (
                    select from user_emails g where g.user_id = \(going.uuid) and g.verified_at is not null
                      and (g.address = e.address or e.is_primary))))
            """,
            """
            update user_emails set user_id = \(staying.uuid), created_at = now(), is_primary = is_primary and not exists (
                select from user_emails where user_id = \(staying.uuid) and is_primary)
            where user_id = \(going.uuid)
            """,
            """
            insert into blocked_identities (user_id, issuer, subject, provider, username, email, blocked_at)
            select \(staying.uuid), issuer, subject, provider, username, email, blocked_at from blocked_identities b
            where user_id = \(going.uuid) and not exists (
                select from federated_identities f
                where f.user_id = \(staying.uuid) and f.issuer = b.issuer and f.subject = b.subject)
            on conflict do nothing
            """,
            """
            update users u set roles = u.roles || array(
                select role from unnest(g.roles) with ordinality as r (role, place) where role <> all (u.roles) order by place)
            from users g where u.id = \(staying.uuid) and g.id = \(going.uuid)
            """,
            "delete from blocked_identities where user_id = \(going.uuid)",
            "delete from identity_changes where user_id = \(going.uuid)",
            "delete from passwords where user_id = \(going.uuid)",
            "delete from totp_factors where user_id = \(going.uuid)",
            "delete from known_devices where user_id = \(going.uuid)",
            "delete from proofs where user_id = \(going.uuid)",
            """
            update users set disabled_at = now(), merged_into = \(staying.uuid), has_second_factor = false
            where id = \(going.uuid)
            """,
            "update users set merged_into = \(staying.uuid) where merged_into = \(going.uuid)",
            "update user_aliases set user_id = \(staying.uuid) where user_id = \(going.uuid)",
            "insert into user_aliases (old_id, user_id) values (\(going.uuid), \(staying.uuid))",
            announcement(
                of: .merged,
                from: "select json_build_object('from', \(going.uuid)::uuid, 'to', \(staying.uuid)::uuid)"
            ),
        ] + aftermath(going, keeping: nil, as: nil) + voiding(staying)
            + rotation(staying, of: request.session, to: request.rotatingTo)
            + told(request.stayingEvent, nil, staying) + told(request.goingEvent, nil, going)
            + (request.jobs.isEmpty ? [] : [enqueue(request.jobs)])
    }
}
