import Accounts
import Postgres

import struct Foundation.UUID

/// Ends a transaction without its effects.
struct Abandoned: Error {}

extension PostgresStore {
    /// A change of somebody's credentials: first the lock on the user's row, then, with a fresh view of everything, the rest.
    /// A sign-in that is under way takes the same lock, so it is either over, and its session ends with the others, or it finds
    /// another ``FoundCredential/version`` and fails.
    /// - Parameters:
    ///   - lock: selects the user's id `for update of u`; no row means that there is nothing to do.
    ///   - body: the rest, on the locked user.
    /// - Returns: nil when there was nothing to do.
    func underLock<Value: Sendable>(
        _ lock: SQL,
        _ body: @Sendable (Transaction, UserID, Row) async throws -> Value
    ) async throws(PostgresFailure) -> Value? {
        do {
            return try await client.transaction { transaction in
                guard let row = try await transaction.query(lock).first else { return nil }
                return try await body(transaction, UserID(try row.decode(UUID.self, at: 0)), row)
            }
        } catch is Abandoned {
            return nil
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            throw .cancelled
        }
    }

    /// The user behind a live session, locked.
    static func lock(bySession token: TokenHash) -> SQL {
        """
        select u.id from sessions s join users u on u.id = s.user_id
        where s.token_hash = \(token.bytes) and s.expires_at > now() and s.last_seen_at + s.idle_timeout > now()
          and not s.awaits_second_factor and u.disabled_at is null
        for update of u
        """
    }

    /// What every change of a credential does besides: the version grows, outstanding proofs are void except one that lets
    /// the former mailbox take a change of address back (G16, P-4), and every session ends but one, which gets a new token
    /// (H02, H08).
    static func aftermath(_ user: UserID, keeping session: TokenHash?, as token: TokenHash?) -> [SQL] {
        [
            "update users set credential_version = credential_version + 1 where id = \(user.uuid)",
            "delete from proofs where user_id = \(user.uuid) and purpose <> 'email_change_undo'",
            "delete from email_changes where user_id = \(user.uuid)",
            "delete from sessions where user_id = \(user.uuid) and token_hash is distinct from \(nullable: session?.bytes)",
            """
            update sessions set token_hash = \(nullable: token?.bytes), last_seen_at = now()
            where user_id = \(user.uuid) and token_hash = \(nullable: session?.bytes) and \(token != nil)
            """,
        ]
    }
}
