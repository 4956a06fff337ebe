import Accounts
import Postgres

extension PostgresStore {
    /// An account as it was before a moment, for an owner who says by mail that what happened then was not them. Whoever did it
    /// may have had the password, a session, and time to add ways in of their own or to take the owner's away: the password is
    /// void, every session ends, every browser is forgotten, what was added since goes and what was removed since comes back (G15).
    /// - Parameter address: the mailbox that says so; it becomes the account's again, unless somebody else has proven it.
    static func restoration(of user: UserID, since: Timestamp, address: String?) -> [SQL] {
        addresses(of: user, since: since, address: address) + [
            "delete from passwords where user_id = \(user.uuid)",
            """
            with gone as (
                delete from federated_identities where user_id = \(user.uuid) and linked_at >= \(since)
                returning user_id, id, provider
            )
            \(announcement(
                of: .identityUnlinked,
                from: "select json_build_object('user_id', user_id, 'identity_id', id, 'provider', provider) from gone"
            ))
            """,
            // Whoever owns one of them by now keeps it: the constraint decides.
            """
            with back as (
                insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email,
                                                  linked_at, last_sign_in_at)
                select distinct on (issuer, subject) identity_id, user_id, provider, issuer, subject, username, display_name,
                       email, linked_at, last_sign_in_at
                from identity_changes
                where user_id = \(user.uuid) and kind = 'unlinked' and happened_at >= \(since) and linked_at < \(since)
                order by issuer, subject, happened_at
                on conflict do nothing returning user_id, id, provider, issuer, subject
            ), allowed as (
                delete from blocked_identities b using back
                where b.user_id = back.user_id and b.issuer = back.issuer and b.subject = back.subject
            )
            \(announcement(
                of: .identityLinked,
                from: "select json_build_object('user_id', user_id, 'identity_id', id, 'provider', provider) from back"
            ))
            """,
            "delete from totp_factors where user_id = \(user.uuid) and coalesce(confirmed_at, now()) >= \(since)",
            """
            update users set has_second_factor = exists (
                select from totp_factors where user_id = \(user.uuid) and confirmed_at is not null
            ) where id = \(user.uuid)
            """,
            "delete from known_devices where user_id = \(user.uuid)",
            // Or an app that was allowed then would be given everything again without a question.
            "delete from consents where user_id = \(user.uuid)",
            // Not what lets an owner take back changes before this one: whoever took the account could otherwise make a second
            // change, take it back, and so make the owner's links void.
            """
            delete from proofs where user_id = \(user.uuid)
              and (purpose <> 'email_change_undo' or created_at >= \(since))
            """,
            "delete from identity_changes where user_id = \(user.uuid) and happened_at >= \(since)",
        ] + aftermath(user, keeping: nil, as: nil)
    }

    private static func addresses(of user: UserID, since: Timestamp, address: String?) -> [SQL] {
        // Addresses that came with a merge since then.
        let merged: SQL =
            "delete from user_emails where user_id = \(user.uuid) and not is_primary and created_at >= \(since)"
        guard let address else { return [merged] }
        let isFree: SQL = """
            not exists (select from user_emails
                        where address = \(address) and verified_at is not null and user_id <> \(user.uuid))
            """
        return [
            merged,
            """
            delete from user_emails
            where user_id = \(user.uuid) and (is_primary or address = \(address)) and \(isFree)
            """,
            """
            insert into user_emails (user_id, address, verified_at, is_primary)
            select \(user.uuid), \(address), now(), true where \(isFree)
            """,
        ]
    }
}
