public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: UserStore {
    /// An address that nobody has proven names nobody.
    public func owner(of address: EmailAddress) async throws(StoreFailure) -> UserID? {
        do {
            return try await client.query(
                """
                select user_id from user_emails where address = \(address.description) and verified_at is not null
                """
            ).first.map { (row) throws(PostgresFailure) in UserID(try row.decode(UUID.self, at: 0)) }
        } catch {
            throw translate(error)
        }
    }

    /// Under the user's lock: a sign-in that is under way is either over, and its session ends here, or finds the user disabled or
    /// gone (S-2).
    public func change(
        _ user: UserID,
        _ change: UserChange,
        by author: String,
        event: AccountEvent?
    ) async throws(StoreFailure) -> UserChangeResult {
        do {
            let result = try await underLock(
                "select id, merged_into, claimed_at is not null from users where id = \(user.uuid) for update"
            ) {
                transaction,
                user,
                row in
                if let other = try row.decode(UUID?.self, at: 1) { return UserChangeResult.merged(UserID(other)) }
                if change == .enable, try row.decode(Bool.self, at: 2) { return .claimed }
                var ended = 0
                for statement in Self.endings(change, user) {
                    ended += try await transaction.query(statement).affected
                }
                if case .endSessions(.some) = change, ended == 0 { return .noSuchUser }
                _ = try await transaction.pipeline(
                    Self.announcements(change, user, author) + Self.statements(change, user)
                        + (event.map { [Self.insertion(of: $0, from: "select \(user.uuid)")] } ?? [])
                )
                return .done(endedSessions: ended)
            }
            return result ?? .noSuchUser
        } catch {
            throw translate(error)
        }
    }

    /// Sessions that end with a change. Roles are read with every session check, so nothing has to end for them.
    private static func endings(_ change: UserChange, _ user: UserID) -> [SQL] {
        switch change {
        case .disable, .delete, .endSessions(nil): ["delete from sessions where user_id = \(user.uuid)"]
        case .endSessions(let session?):
            ["delete from sessions where user_id = \(user.uuid) and id = \(session.uuid)"]
        case .enable, .setRoles, .setMetadata: []
        }
    }

    /// Before the change, while what it changes can still be seen: nobody is told twice.
    private static func announcements(_ change: UserChange, _ user: UserID, _ author: String) -> [SQL] {
        let told: (event: AppEvent, condition: SQL)
        switch change {
        case .disable: told = (.disabled, "disabled_at is null")
        case .enable: told = (.enabled, "disabled_at is not null")
        case .delete: told = (.deleted, "true")
        case .endSessions, .setRoles, .setMetadata: return []
        }
        return [
            announcement(
                of: told.event,
                from: """
                    select json_build_object('user_id', id, 'by', \(author)) from users
                    where id = \(user.uuid) and \(told.condition)
                    """
            )
        ]
    }

    private static func statements(_ change: UserChange, _ user: UserID) -> [SQL] {
        switch change {
        case .disable:
            // Whatever was proven before counts no more, or it would open the account the moment it is enabled again.
            ["update users set disabled_at = coalesce(disabled_at, now()) where id = \(user.uuid)"] + voiding(user)
        case .enable: ["update users set disabled_at = null where id = \(user.uuid) and claimed_at is null"]
        case .endSessions: []
        case .setRoles(let roles): ["update users set roles = \(roles) where id = \(user.uuid)"]
        case .setMetadata(let publicly, let privately):
            [
                """
                update users set public_metadata = coalesce(\(nullable: publicly), public_metadata),
                                 private_metadata = coalesce(\(nullable: privately), private_metadata)
                where id = \(user.uuid)
                """
            ]
        case .delete: ["delete from users where id = \(user.uuid)"]
        }
    }
}
