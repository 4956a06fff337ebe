public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// A statement that stores what can be undone, for the identity that `source` selects: user, id, provider, issuer, subject,
    /// username, display name, address, linked at, last sign-in.
    static func insertion(of change: NewIdentityChange, _ kind: IdentityChange.Kind, from source: SQL) -> SQL {
        """
        insert into identity_changes (id, kind, user_id, identity_id, provider, issuer, subject, username, display_name, email,
                                      linked_at, last_sign_in_at, address, undo_until)
        select \(change.id.uuid), \(kind.rawValue), gone.*, (
                   select address from user_emails where user_id = gone.user_id and is_primary and verified_at is not null
               ), now() + make_interval(secs => \(change.undoFor.seconds))
        from (\(source)) gone (user_id, identity_id, provider, issuer, subject, username, display_name, email, linked_at,
                               last_sign_in_at)
        """
    }

    /// An identity as ``insertion(of:_:from:)`` wants it.
    static func snapshot(of identity: FederatedIdentityID, _ user: UserID) -> SQL {
        """
        select user_id, id, provider, issuer, subject, username, display_name, email, linked_at, last_sign_in_at
        from federated_identities where id = \(identity.uuid) and user_id = \(user.uuid)
        """
    }

    /// What removing an identity does, whoever asks: its sessions end, but the one that asks stays under a new token.
    static func removal(of identity: FederatedIdentityID, _ user: UserID, _ request: IdentityRequest) -> [SQL] {
        [
            insertion(of: request.change, .unlinked, from: snapshot(of: identity, user)),
            announcement(of: .identityUnlinked, from: identityPayload(identity)),
            """
            delete from sessions
            where user_id = \(user.uuid) and identity_id = \(identity.uuid) and token_hash <> \(request.session.bytes)
            """,
            "delete from federated_identities where id = \(identity.uuid) and user_id = \(user.uuid)",
        ] + voiding(user) + rotation(user, of: request.session, to: request.rotatingTo)
    }

    /// A change, from these columns of `identity_changes c`.
    static let changeColumns: SQL =
        "c.id, c.kind, c.provider, c.username, c.email, c.address, c.happened_at, c.undo_until"

    static func identityChange(_ row: Row) throws(PostgresFailure) -> IdentityChange? {
        guard let kind = IdentityChange.Kind(rawValue: try row.decode(String.self, at: 1)) else { return nil }
        return IdentityChange(
            id: IdentityChangeID(try row.decode(UUID.self, at: 0)),
            kind: kind,
            provider: try row.decode(String.self, at: 2),
            username: try row.decode(String?.self, at: 3),
            email: try row.decode(String?.self, at: 4),
            address: try row.decode(String?.self, at: 5),
            happenedAt: Instant(try row.decode(Timestamp.self, at: 6)),
            undoUntil: Instant(try row.decode(Timestamp.self, at: 7))
        )
    }
}

extension PostgresStore: IdentityChangeStore {
    /// Under the account's lock.
    public func unlink(
        _ identity: FederatedIdentityID,
        _ request: IdentityRequest
    ) async throws(StoreFailure) -> IdentityChangeResult {
        do {
            let result = try await underLock(bySession: request.session) { transaction, user in
                guard try await transaction.query(Self.snapshot(of: identity, user)).first != nil else {
                    return IdentityChangeResult.gone
                }
                guard try await Self.hasWayIn(user, besides: .identity(identity), among: request.ways, transaction)
                else { return .lastWayIn }
                _ = try await transaction.pipeline(
                    Self.removal(of: identity, user, request) + Self.told(request.event, request.job, user)
                )
                return .done
            }
            return result ?? .gone
        } catch {
            throw translate(error)
        }
    }

    /// Those whose time has not come.
    public func identityChanges(of user: UserID) async throws(StoreFailure) -> [IdentityChange] {
        do {
            return try await client.query(
                """
                select \(Self.changeColumns) from identity_changes c
                where c.user_id = \(user.uuid) and c.undone_at is null and c.undo_until > now()
                order by c.happened_at desc, c.id desc limit 20
                """
            ).decodeAll { (row) throws(PostgresFailure) in try Self.identityChange(row) }.compactMap { $0 }
        } catch {
            throw translate(error)
        }
    }

    /// Newest first.
    public func blockedIdentities(of user: UserID) async throws(StoreFailure) -> [BlockedIdentity] {
        do {
            return try await client.query(
                """
                select id, provider, username, email, blocked_at from blocked_identities
                where user_id = \(user.uuid) order by blocked_at desc, id limit 50
                """
            ).decodeAll { (row) throws(PostgresFailure) in
                BlockedIdentity(
                    id: BlockedIdentityID(try row.decode(UUID.self, at: 0)),
                    provider: try row.decode(String.self, at: 1),
                    username: try row.decode(String?.self, at: 2),
                    email: try row.decode(String?.self, at: 3),
                    blockedAt: Instant(try row.decode(Timestamp.self, at: 4))
                )
            }
        } catch {
            throw translate(error)
        }
    }

    /// Under the account's lock.
    public func allow(
        _ blocked: BlockedIdentityID,
        by session: TokenHash,
        event: AccountEvent
    ) async throws(StoreFailure) -> Bool {
        do {
            let done = try await underLock(bySession: session) { transaction, user in
                let removed = try await transaction.query(
                    "delete from blocked_identities where id = \(blocked.uuid) and user_id = \(user.uuid)"
                )
                guard removed.affected == 1 else { throw Abandoned() }
                _ = try await transaction.pipeline(Self.told(event, nil, user))
                return true
            }
            return done ?? false
        } catch {
            throw translate(error)
        }
    }

    /// Under the account's lock.
    public func endOtherSessions(
        of session: TokenHash,
        rotatingTo token: TokenHash,
        event: AccountEvent
    ) async throws(StoreFailure) -> Int? {
        do {
            return try await underLock(bySession: session) { transaction, user in
                let ended = try await transaction.query(
                    "delete from sessions where user_id = \(user.uuid) and token_hash <> \(session.bytes)"
                ).affected
                _ = try await transaction.pipeline(
                    ["delete from authorization_codes where user_id = \(user.uuid) and redeemed_at is null"]
                        + Self.rotation(user, of: session, to: token) + Self.told(event, nil, user)
                )
                return ended
            }
        } catch {
            throw translate(error)
        }
    }
}
