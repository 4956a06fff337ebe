import Accounts
import Cryptography
import Postgres

extension PostgresStore {
    /// A change as one statement: who acted, the session that ended, the session that began, the decision's row.
    /// Its one row says how many acted (0 or 1) and whose session ended.
    static func statement(for change: AccountChange) -> SQL {
        """
        with \(PendingLinkStatement.consumed(change.proof, for: change.identity.key)), \(acted(change)), \(sessions(change)),
             \(recorded(change)), \(mailed(change)), \(voided(change)), \(PendingLinkStatement.waiting(change.pending)),
             \(held(change)), \(undoable(change)), \(kept(change.upstreamTokens))
        \(SessionStart.outcome)
        """
    }

    private static func mailed(_ change: AccountChange) -> SQL {
        guard let job = change.job else { return "mailed as (select)" }
        return "mailed as (\(enqueued(job, when: "exists (select from acted)")))"
    }

    /// What a change makes meaningless: sign-ups that wait for an address that is proven now (L-1, L-8), and, when a way in is
    /// linked, every outstanding proof but a pending undo (P-4), and a change of address whose mail has not left yet (G16).
    private static func voided(_ change: AccountChange) -> SQL {
        switch change.effect {
        case .create(_, _, let created?) where created.verified:
            "voided as (delete from pending_registrations where address = \(created.address.description))"
        case .claim(_, _, let address, _):
            "voided as (delete from pending_registrations where address = \(address.description))"
        case .linkToHolder(let user, _), .linkToSession(let user, _, _):
            """
            voided as (
                delete from proofs
                where user_id = \(user.uuid) and purpose <> 'email_change_undo' and exists (select from acted)
            ), unchanged as (
                delete from email_changes where user_id = \(user.uuid) and exists (select from acted)
            ), unmerged as (
                -- What it would have moved is not what was shown any more.
                delete from pending_merges
                where (user_id = \(user.uuid) or other_id = \(user.uuid)) and exists (select from acted)
            ), unasked as (
                \(PendingLinkStatement.voided(of: user, besides: change.proof))
            )
            """
        default: "voided as (select)"
        }
    }

    /// Every link leaves its owner a way to take it back, and tells the apps.
    private static func undoable(_ change: AccountChange) -> SQL {
        switch change.effect {
        case .linkToHolder, .linkToSession:
            let identity = change.identity
            return """
                undoable as (
                    \(insertion(
                        of: change.undoable, .linked,
                        from: """
                            select user_id, identity_id, \(identity.provider.description)::text,
                                   \(identity.key.issuer)::text, \(identity.key.subject)::text,
                                   \(nullable: identity.username)::text, \(nullable: identity.displayName)::text,
                                   \(nullable: identity.email?.address.description)::text, now(), now()
                            from acted
                            """
                    ))
                ), announced as (
                    \(announcement(
                        of: .identityLinked,
                        from: """
                            select json_build_object('user_id', user_id, 'identity_id', identity_id,
                                                     'provider', \(identity.provider.description)::text)
                            from acted
                            """
                    ))
                )
                """
        case .signIn, .create, .claim, .recordOnly: return "undoable as (select)"
        }
    }

    /// The part that differs: a relation `acted(user_id, identity_id)` of one row, or of none when the situation is not
    /// what was decided on any more.
    private static func acted(_ change: AccountChange) -> SQL {
        let identity = change.identity
        let key = identity.key
        let email = identity.email?.address.description
        switch change.effect {
        case .signIn(let user):
            // An app cannot ask for a second step: nobody signs in then, and nothing is written about them.
            let isApp = change.session?.app != nil
            return """
                seen as (
                    -- The user's row first, under its lock: whoever is being disabled at this moment is seen to be.
                    update users
                    set last_sign_in_at = case when \(isApp) and has_second_factor and not (select stepped from consumed)
                                               then last_sign_in_at else now() end
                    where id = \(user.uuid) and disabled_at is null and exists (select from consumed)
                    returning id, has_second_factor and not (select stepped from consumed) as second_step
                ), acted as (
                    update federated_identities f
                    set last_sign_in_at = case when outcome.refused then f.last_sign_in_at else now() end,
                        username = case when outcome.refused then f.username else \(nullable: identity.username)::text end,
                        display_name = case when outcome.refused then f.display_name else \(nullable: identity.displayName)::text end,
                        email = case when outcome.refused then f.email else \(nullable: email)::text end
                    from seen, lateral (select \(isApp) and seen.second_step as refused) outcome
                    where f.issuer = \(key.issuer) and f.subject = \(key.subject) and f.user_id = seen.id
                    returning f.user_id, f.id as identity_id, seen.second_step
                )
                """
        case .create(let user, let identityID, let created):
            return born(change, user, identityID, created)
        case .claim(let user, let identityID, let address, _):
            return born(change, user, identityID, CreatedEmail(address: address, verified: true))
        case .linkToHolder(let user, let identityID):
            return """
                acted as (
                    \(newIdentity(
                        change, id: identityID,
                        from: """
                            select id as user_id from users
                            where id = \(user.uuid) and disabled_at is null and exists (select from consumed)
                            """,
                        secondStep: """
                            (select has_second_factor and not (select stepped from consumed) from users where id = \(user.uuid))
                            """
                    ))
                ), seen as (
                    update users set last_sign_in_at = now()
                    where id in (select user_id from acted where not (\(change.session?.app != nil) and second_step))
                )
                """
        case .linkToSession(let user, let session, let identityID):
            // Only while the session that began it lives under the token that this browser sent.
            return """
                acted as (
                    \(newIdentity(
                        change, id: identityID,
                        from: """
                            select user_id from sessions
                            where id = \(session.uuid) and user_id = \(user.uuid)
                              and token_hash = \(nullable: change.question.session?.bytes) and exists (select from consumed)
                            """
                    ))
                )
                """
        case .recordOnly(let user):
            return
                "acted as (select \(nullable: user?.uuid) as user_id, null::uuid as identity_id, false as second_step)"
        }
    }

    private static func born(
        _ change: AccountChange,
        _ user: UserID,
        _ identityID: FederatedIdentityID,
        _ created: CreatedEmail?
    ) -> SQL {
        """
        born as (
            insert into users (id, display_name)
            select \(user.uuid), \(nullable: change.identity.displayName) from consumed returning id
        ), addressed as (
            insert into user_emails (user_id, address, verified_at, is_primary)
            select id, \(nullable: created?.address.description), case when \(created?.verified ?? false) then now() end, true
            from born where \(created != nil)
        ), acted as (
            \(newIdentity(change, id: identityID, from: "select id as user_id from born"))
        )
        """
    }

    private static func newIdentity(
        _ change: AccountChange,
        id: FederatedIdentityID,
        from source: SQL,
        secondStep: SQL = "false"
    ) -> SQL {
        let identity = change.identity
        return """
            insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email)
            select \(id.uuid), source.user_id, \(identity.provider.description), \(identity.key.issuer),
                   \(identity.key.subject), \(nullable: identity.username), \(nullable: identity.displayName),
                   \(nullable: identity.email?.address.description)
            from (\(source)) source
            returning user_id, id as identity_id, \(secondStep) as second_step
            """
    }

    /// The browser's former session ends with the new one's beginning (H02, F-5). Linking keeps the session and gives it a
    /// new token.
    private static func sessions(_ change: AccountChange) -> SQL {
        guard let session = change.session else {
            return "ended as (select null::uuid as user_id where false)"
        }
        if case .linkToSession(_, let id, _) = change.effect {
            return """
                rotated as (
                    update sessions set token_hash = \(session.tokenHash.bytes), last_seen_at = now()
                    where id = \(id.uuid) and exists (select from acted)
                ), ended as (select null::uuid as user_id where false)
                """
        }
        let isNewUser =
            switch change.effect {
            case .create, .claim: true
            case .signIn, .linkToHolder, .linkToSession, .recordOnly: false
            }
        return SessionStart.relations(
            session,
            provider: change.identity.provider.description,
            isNewUser: isNewUser
        )
    }

    private static func recorded(_ change: AccountChange) -> SQL {
        let decision = change.decision
        let record = decision.record
        let key = change.identity.key
        let subject = SHA2.sha256(Array((key.issuer + "\u{0}" + key.subject).utf8))
        let address = (change.identity.email?.address.description).map { SHA2.sha256(Array($0.utf8)) }
        return """
            recorded as (
                insert into linking_decisions (id, provider, issuer, subject_hash, address_hash, facts, domain, app, invited,
                                               link_only, policy, policy_version, rule, outcome, reason, next_step,
                                               shadow_policy, shadow_outcome, shadow_rule, proven_by, user_id, request_id)
                select \(decision.id.uuid), \(change.identity.provider.description), \(key.issuer), \(subject), \(nullable: address),
                       \(record.facts.description), \(nullable: record.context.domain), \(nullable: record.context.app),
                       \(record.context.invited), \(record.context.linkOnly), \(record.policyHash), \(record.policyVersion),
                       \(record.rule ?? ""), \(record.outcome.description), \(record.reason.code),
                       \(nullable: record.nextStep?.rawValue), \(nullable: record.shadow?.policyHash),
                       \(nullable: record.shadow?.outcome.description), \(nullable: record.shadow?.rule),
                       \(nullable: record.provenBy?.rawValue),
                       acted.user_id, \(nullable: decision.requestID)
                from acted
            )
            """
    }
}
