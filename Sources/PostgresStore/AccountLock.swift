import Accounts
import Postgres

import struct Foundation.UUID

/// Ends a transaction without its effects.
struct Abandoned: Error {}

/// Ends a transaction without its effects, and says why.
struct Unchanged<Value: Sendable>: Error {
    let result: Value
}

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
        } catch let unchanged as Unchanged<Value> {
            return unchanged.result
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            throw .cancelled
        }
    }

    /// The same for somebody who is signed in. The session is read again once the lock is held: while this waited, whoever held
    /// it may have ended every session, and Postgres looks again only at the row that is locked.
    func underLock<Value: Sendable>(
        bySession session: TokenHash,
        _ body: @Sendable (Transaction, UserID) async throws -> Value
    ) async throws(PostgresFailure) -> Value? {
        try await underLock(Self.lock(bySession: session)) { transaction, user, _ in
            guard try await transaction.query(Self.isLive(session, of: user)).first != nil else { throw Abandoned() }
            return try await body(transaction, user)
        }
    }

    /// One row while the session is live and its user's.
    static func isLive(_ session: TokenHash, of user: UserID) -> SQL {
        """
        select from sessions
        where token_hash = \(session.bytes) and user_id = \(user.uuid) and expires_at > now()
          and last_seen_at + idle_timeout > now() and not awaits_second_factor
        """
    }

    /// The user behind a live session, locked.
    private static func lock(bySession token: TokenHash) -> SQL {
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
        voiding(user)
            + [
                "delete from sessions where user_id = \(user.uuid) and token_hash is distinct from \(nullable: session?.bytes)"
            ] + rotation(user, of: session, to: token)
    }

    /// Whatever was proven before counts no more: a sign-in under way, a mailed link, a change of address or a merge that waits.
    /// What lets an owner take something back is not among it.
    static func voiding(_ user: UserID) -> [SQL] {
        [
            "update users set credential_version = credential_version + 1 where id = \(user.uuid)",
            "delete from proofs where user_id = \(user.uuid) and purpose <> 'email_change_undo'",
            "delete from email_changes where user_id = \(user.uuid)",
            "delete from pending_links where user_id = \(user.uuid)",
            "delete from pending_merges where user_id = \(user.uuid) or other_id = \(user.uuid)",
            // Whoever had a copy of a session's token may have taken a code with it.
            "delete from authorization_codes where user_id = \(user.uuid) and redeemed_at is null",
            // A secret that somebody else may have seen while it was being set up is never the one that is put in force (G15).
            "delete from totp_factors where user_id = \(user.uuid) and confirmed_at is null",
        ]
    }

    /// A new token for the session that made a change (H02).
    static func rotation(_ user: UserID, of session: TokenHash?, to token: TokenHash?) -> [SQL] {
        guard let session, let token else { return [] }
        return [
            """
            update sessions set token_hash = \(token.bytes), last_seen_at = now()
            where user_id = \(user.uuid) and token_hash = \(session.bytes)
            """
        ]
    }
}
