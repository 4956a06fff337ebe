public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// The identity of a change as it was.
    private struct FormerIdentity {
        let kind: IdentityChange.Kind
        let issuer: String
        let subject: String
    }

    /// Takes one change back for the owner who is signed in. It leaves the mailed link of that change alone: whoever made the
    /// change may be the one who takes it back here, to spoil the link.
    public func undo(
        _ change: IdentityChangeID,
        _ request: IdentityRequest
    ) async throws(StoreFailure) -> IdentityChangeResult {
        do {
            let result = try await underLock(bySession: request.session) { transaction, user in
                let rows = try await transaction.query(
                    """
                    update identity_changes set undone_at = now()
                    where id = \(change.uuid) and user_id = \(user.uuid) and undone_at is null and undo_until > now()
                    returning kind, issuer, subject
                    """
                )
                guard let row = rows.first,
                    let kind = IdentityChange.Kind(rawValue: try row.decode(String.self, at: 0))
                else { return IdentityChangeResult.gone }
                let former = FormerIdentity(
                    kind: kind,
                    issuer: try row.decode(String.self, at: 1),
                    subject: try row.decode(String.self, at: 2)
                )
                let result =
                    switch kind {
                    case .linked: try await Self.removeAndBlock(former, change, user, request, transaction)
                    case .unlinked: try await Self.bringBack(former, change, user, request, transaction)
                    }
                guard result == .done else { throw Unchanged(result: result) }
                _ = try await transaction.pipeline(Self.told(request.event, request.job, user))
                return result
            }
            return result ?? .gone
        } catch {
            throw translate(error)
        }
    }

    private static func removeAndBlock(
        _ former: FormerIdentity,
        _ change: IdentityChangeID,
        _ user: UserID,
        _ request: IdentityRequest,
        _ transaction: Transaction
    ) async throws -> IdentityChangeResult {
        let present = try await transaction.query(
            """
            select id from federated_identities
            where user_id = \(user.uuid) and issuer = \(former.issuer) and subject = \(former.subject)
            """
        )
        let others: SQL =
            "delete from sessions where user_id = \(user.uuid) and token_hash <> \(request.session.bytes)"
        guard let row = present.first else {
            _ = try await transaction.pipeline(
                [block(change), others] + voiding(user) + rotation(user, of: request.session, to: request.rotatingTo)
            )
            return .done
        }
        let identity = FederatedIdentityID(try row.decode(UUID.self, at: 0))
        guard try await hasWayIn(user, besides: .identity(identity), among: request.ways, transaction) else {
            return .lastWayIn
        }
        _ = try await transaction.pipeline([block(change), others] + removal(of: identity, user, request))
        return .done
    }

    private static func bringBack(
        _ former: FormerIdentity,
        _ change: IdentityChangeID,
        _ user: UserID,
        _ request: IdentityRequest,
        _ transaction: Transaction
    ) async throws -> IdentityChangeResult {
        // Whoever owns it by now keeps it: the constraint decides.
        let back = try await transaction.query(
            """
            insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email,
                                              last_sign_in_at)
            select identity_id, user_id, provider, issuer, subject, username, display_name, email, last_sign_in_at
            from identity_changes where id = \(change.uuid)
            on conflict do nothing returning id
            """
        )
        guard let row = back.first else { return .inUse }
        let identity = FederatedIdentityID(try row.decode(UUID.self, at: 0))
        _ = try await transaction.pipeline(
            [
                unblock(former, user),
                insertion(of: request.change, .linked, from: snapshot(of: identity, user)),
                announcement(of: .identityLinked, from: identityPayload(identity)),
            ] + voiding(user) + rotation(user, of: request.session, to: request.rotatingTo)
        )
        return .done
    }

    static func block(_ change: IdentityChangeID) -> SQL {
        """
        insert into blocked_identities (user_id, issuer, subject, provider, username, email)
        select user_id, issuer, subject, provider, username, email from identity_changes where id = \(change.uuid)
        on conflict do nothing
        """
    }

    private static func unblock(_ former: FormerIdentity, _ user: UserID) -> SQL {
        """
        delete from blocked_identities
        where user_id = \(user.uuid) and issuer = \(former.issuer) and subject = \(former.subject)
        """
    }

    // MARK: By mail

    /// Whoever is told.
    public func mailing(of change: IdentityChangeID) async throws(StoreFailure) -> IdentityChange? {
        try await found(where: "c.id = \(change.uuid)")
    }

    /// Beside those of mails before.
    public func add(token: TokenHash, to change: IdentityChangeID) async throws(StoreFailure) -> Bool {
        try await run(
            """
            insert into identity_change_tokens (token_hash, change_id)
            select \(token.bytes), id from identity_changes where id = \(change.uuid) and undo_until > now()
            """
        ).affected == 1
    }

    /// Reads, and changes nothing.
    public func identityChange(behind token: TokenHash) async throws(StoreFailure) -> IdentityChange? {
        try await found(
            where: "c.id = (select change_id from identity_change_tokens where token_hash = \(token.bytes))"
        )
    }

    private func found(where condition: SQL) async throws(StoreFailure) -> IdentityChange? {
        do {
            return try await client.query(
                """
                select \(Self.changeColumns) from identity_changes c join users u on u.id = c.user_id
                where \(condition) and c.undo_until > now() and u.disabled_at is null
                """
            ).first.flatMap { (row) throws(PostgresFailure) in try Self.identityChange(row) }
        } catch {
            throw translate(error)
        }
    }

    /// The account as it was just before the change, out of reach of whoever made it.
    public func undo(
        _ token: TokenHash,
        reaching ways: WaysIn,
        canReset: Bool,
        event: @Sendable (IdentityChange.Kind) -> AccountEvent,
        job: @Sendable (UserID) -> Job
    ) async throws(StoreFailure) -> IdentityChangeResult {
        let lock: SQL = """
            select u.id, c.id, c.kind, c.happened_at, c.address, c.issuer, c.subject
            from identity_change_tokens t join identity_changes c on c.id = t.change_id join users u on u.id = c.user_id
            where t.token_hash = \(token.bytes) and c.undo_until > now() and u.disabled_at is null
            for update of u, t
            """
        do {
            let result = try await underLock(lock) { transaction, user, row in
                let change = IdentityChangeID(try row.decode(UUID.self, at: 1))
                let since = try row.decode(Timestamp.self, at: 3)
                guard let kind = IdentityChange.Kind(rawValue: try row.decode(String.self, at: 2)) else {
                    return IdentityChangeResult.gone
                }
                let former = FormerIdentity(
                    kind: kind,
                    issuer: try row.decode(String.self, at: 5),
                    subject: try row.decode(String.self, at: 6)
                )
                let address = try row.decode(String?.self, at: 4)
                _ = try await transaction.pipeline(
                    (kind == .linked ? [Self.block(change)] : [])
                        + Self.restoration(of: user, since: since, address: address)
                        + Self.told(event(kind), job(user), user)
                )
                let isBack =
                    try await transaction.query(
                        """
                        select from federated_identities
                        where user_id = \(user.uuid) and issuer = \(former.issuer) and subject = \(former.subject)
                        """
                    ).first != nil
                let reset: SQL =
                    "exists (select from user_emails where user_id = \(user.uuid) and verified_at is not null)"
                let isReachable = try await transaction.query(
                    "select \(Self.hasWayIn(user, among: ways)) or (\(canReset) and \(reset))"
                ).one().decode(Bool.self, at: 0)
                guard isReachable else { throw Unchanged(result: IdentityChangeResult.lastWayIn) }
                return kind == .unlinked && !isBack ? .inUse : .done
            }
            return result ?? .gone
        } catch {
            throw translate(error)
        }
    }

    static func identityPayload(_ identity: FederatedIdentityID) -> SQL {
        """
        select json_build_object('user_id', user_id, 'identity_id', id, 'provider', provider)
        from federated_identities where id = \(identity.uuid)
        """
    }
}
