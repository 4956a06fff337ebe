public import Accounts
public import Administration
import Postgres

import struct Foundation.UUID

extension PostgresStore: UserDirectory {
    /// One round trip, whatever the id.
    public func user(_ id: UserID) async throws(StoreFailure) -> UserRecord? {
        let present: SQL = "coalesce((select user_id from user_aliases where old_id = \(id.uuid)), \(id.uuid))"
        do {
            let answers = try await client.atomically([
                """
                select id, display_name, roles, created_at, last_sign_in_at, disabled_at is not null,
                       claimed_at is not null, exists (select from passwords p where p.user_id = u.id), has_second_factor,
                       (select count(*) from sessions s where s.user_id = u.id and s.client_id is null
                          and not s.awaits_second_factor and s.expires_at > now()
                          and s.last_seen_at + s.idle_timeout > now()), public_metadata::text, private_metadata::text
                from users u where id = \(present)
                """,
                """
                select address, verified_at, is_primary from user_emails
                where user_id = \(present) order by is_primary desc, created_at, address
                """,
                """
                select id, provider, issuer, subject, username, email, linked_at, last_sign_in_at
                from federated_identities where user_id = \(present) order by linked_at, id
                """,
                "select old_id from user_aliases where user_id = \(present) order by merged_at, old_id",
            ])
            guard let row = answers[0].first else { return nil }
            return UserRecord(
                asked: id,
                id: UserID(try row.decode(UUID.self, at: 0)),
                state: try row.decode(Bool.self, at: 6)
                    ? .claimed : try row.decode(Bool.self, at: 5) ? .disabled : .active,
                displayName: try row.decode(String?.self, at: 1),
                roles: try row.decode([String].self, at: 2),
                publicMetadata: try row.decode(String.self, at: 10),
                privateMetadata: try row.decode(String.self, at: 11),
                createdAt: Instant(try row.decode(Timestamp.self, at: 3)),
                lastSignInAt: try row.decode(Timestamp?.self, at: 4).map { Instant($0) },
                addresses: try answers[1].decodeAll { (row) throws(PostgresFailure) in try Self.address(row) },
                identities: try answers[2].decodeAll { (row) throws(PostgresFailure) in try Self.identity(row) },
                hasPassword: try row.decode(Bool.self, at: 7),
                hasSecondFactor: try row.decode(Bool.self, at: 8),
                sessions: Int(try row.decode(Int64.self, at: 9)),
                formerIDs: try answers[3].decodeAll { (row) throws(PostgresFailure) in
                    UserID(try row.decode(UUID.self, at: 0))
                }
            )
        } catch {
            throw translate(error)
        }
    }

    private static func address(_ row: Row) throws(PostgresFailure) -> UserRecord.Address {
        UserRecord.Address(
            address: try row.decode(String.self, at: 0),
            verifiedAt: try row.decode(Timestamp?.self, at: 1).map { Instant($0) },
            isPrimary: try row.decode(Bool.self, at: 2)
        )
    }

    private static func identity(_ row: Row) throws(PostgresFailure) -> UserRecord.Identity {
        UserRecord.Identity(
            id: FederatedIdentityID(try row.decode(UUID.self, at: 0)),
            provider: try row.decode(String.self, at: 1),
            issuer: try row.decode(String.self, at: 2),
            subject: try row.decode(String.self, at: 3),
            username: try row.decode(String?.self, at: 4),
            email: try row.decode(String?.self, at: 5),
            linkedAt: Instant(try row.decode(Timestamp.self, at: 6)),
            lastSignInAt: Instant(try row.decode(Timestamp.self, at: 7))
        )
    }

    /// An unproven address may have several holders.
    public func users(at address: EmailAddress) async throws(StoreFailure) -> [UserID] {
        let rows = try await run(
            """
            select user_id from user_emails where address = \(address.description)
            order by verified_at is null, user_id limit 100
            """
        )
        do {
            return try rows.decodeAll { (row) throws(PostgresFailure) in UserID(try row.decode(UUID.self, at: 0)) }
        } catch {
            throw translate(error)
        }
    }
}
