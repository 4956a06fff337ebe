public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: UserStore {
    /// By id.
    public func user(_ id: UserID) async throws(StoreFailure) -> UserRecord? {
        try await users(where: "u.id = \(id.uuid)").first
    }

    /// By address, the one who has proven it first.
    public func users(withAddress address: EmailAddress) async throws(StoreFailure) -> [UserRecord] {
        try await users(
            where: """
                u.id in (select user_id from user_emails where address = \(address.description)
                         order by verified_at nulls last limit 100)
                """
        ).sorted { $0.emailVerified && !$1.emailVerified }
    }

    private func users(where condition: SQL) async throws(StoreFailure) -> [UserRecord] {
        do {
            return try await client.query(
                """
                select u.id, u.display_name, e.address, e.verified_at is not null, u.roles, u.public_metadata,
                       u.private_metadata, u.created_at, u.last_sign_in_at, u.disabled_at, u.merged_into,
                       array(select distinct provider from federated_identities where user_id = u.id order by 1),
                       (select count(*) from sessions where user_id = u.id and expires_at > now()
                          and last_seen_at + idle_timeout > now() and not awaits_second_factor and u.disabled_at is null)
                from users u left join user_emails e on e.user_id = u.id and e.is_primary
                where \(condition) order by u.id
                """
            ).decodeAll { (row) throws(PostgresFailure) in
                UserRecord(
                    id: UserID(try row.decode(UUID.self, at: 0)),
                    displayName: try row.decode(String?.self, at: 1),
                    email: try row.decode(String?.self, at: 2),
                    emailVerified: try row.decode(Bool.self, at: 3),
                    roles: try row.decode([String].self, at: 4),
                    publicMetadata: try row.decode(String.self, at: 5),
                    privateMetadata: try row.decode(String.self, at: 6),
                    providers: try row.decode([String].self, at: 11),
                    sessions: Int(try row.decode(Int64.self, at: 12)),
                    createdAt: Instant(try row.decode(Timestamp.self, at: 7)),
                    lastSignInAt: Instant(try row.decode(Timestamp.self, at: 8)),
                    disabledAt: try row.decode(Timestamp?.self, at: 9).map { Instant($0) },
                    mergedInto: try row.decode(UUID?.self, at: 10).map { UserID($0) }
                )
            }
        } catch {
            throw translate(error)
        }
    }

    /// Under the user's lock: a sign-in that is under way is either over, and its session ends here, or finds the user disabled or
    /// gone (S-2).
    public func change(
        _ user: UserID,
        _ change: UserChange,
        event: AccountEvent?
    ) async throws(StoreFailure) -> UserChangeResult {
        do {
            let result = try await underLock("select id, merged_into from users where id = \(user.uuid) for update") {
                transaction,
                user,
                row in
                if let other = try row.decode(UUID?.self, at: 1) { return UserChangeResult.merged(UserID(other)) }
                var ended = 0
                for statement in Self.endings(change, user) {
                    ended += try await transaction.query(statement).affected
                }
                if case .endSessions(.some) = change, ended == 0 { return .noSuchUser }
                _ = try await transaction.pipeline(
                    Self.statements(change, user)
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

    private static func statements(_ change: UserChange, _ user: UserID) -> [SQL] {
        switch change {
        case .disable:
            // Whatever was proven before counts no more, or it would open the account the moment it is enabled again.
            ["update users set disabled_at = coalesce(disabled_at, now()) where id = \(user.uuid)"] + voiding(user)
        case .enable: ["update users set disabled_at = null where id = \(user.uuid)"]
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
