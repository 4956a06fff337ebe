public import Accounts
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// A relation that writes an arrival down for an administrator. A second arrival of the same identity makes no second row, and
    /// one that was denied stays denied.
    static func held(_ change: AccountChange) -> SQL {
        guard let id = change.held else { return "held as (select)" }
        let identity = change.identity
        return """
            held as (
                insert into held_arrivals (id, provider, issuer, subject, username, display_name, address, evidence,
                                           decision_id, user_id)
                select \(id.uuid), \(identity.provider.description), \(identity.key.issuer), \(identity.key.subject),
                       \(nullable: identity.username), \(nullable: identity.displayName),
                       \(nullable: identity.email?.address.description), \(nullable: identity.email?.evidence.word),
                       \(change.decision.id.uuid), user_id
                from acted
                on conflict (issuer, subject) where status <> 'approved' do update set last_seen_at = now()
            )
            """
    }

    private static let heldColumns: SQL = """
        id, provider, issuer, subject, username, display_name, address, evidence, status, user_id, decision_id, arrived_at,
        decided_at, decided_by, note
        """

    private static func heldArrival(_ row: Row) throws -> HeldArrival {
        guard let identity = try arrived(row, from: 1),
            let status = HeldArrival.Status(rawValue: try row.decode(String.self, at: 8))
        else { throw StoreFailure.broken }
        return HeldArrival(
            id: HeldArrivalID(try row.decode(UUID.self, at: 0)),
            identity: identity,
            status: status,
            account: try row.decode(UUID?.self, at: 9).map { UserID($0) },
            decision: DecisionID(try row.decode(UUID.self, at: 10)),
            arrivedAt: Instant(try row.decode(Timestamp.self, at: 11)),
            decidedAt: try row.decode(Timestamp?.self, at: 12).map { Instant($0) },
            decidedBy: try row.decode(String?.self, at: 13),
            note: try row.decode(String?.self, at: 14)
        )
    }

    private func heldArrivals(_ query: SQL) async throws(StoreFailure) -> [HeldArrival] {
        do {
            return try await client.query(query).map { try Self.heldArrival($0) }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .broken
        }
    }
}

extension PostgresStore: HeldArrivalStore {
    /// At most one.
    public func heldArrival(of identity: FederatedIdentityKey) async throws(StoreFailure) -> HeldArrival? {
        try await heldArrivals(
            """
            select \(Self.heldColumns) from held_arrivals
            where issuer = \(identity.issuer) and subject = \(identity.subject) and status <> 'approved'
            """
        ).first
    }

    /// By id.
    public func heldArrival(_ id: HeldArrivalID) async throws(StoreFailure) -> HeldArrival? {
        try await heldArrivals("select \(Self.heldColumns) from held_arrivals where id = \(id.uuid)").first
    }

    /// Oldest first.
    public func heldArrivals(_ status: HeldArrival.Status, limit: Int) async throws(StoreFailure) -> [HeldArrival] {
        try await heldArrivals(
            """
            select \(Self.heldColumns) from held_arrivals where status = \(status.rawValue)
            order by arrived_at, id limit \(limit)
            """
        )
    }

    /// The pending link is consumed by being deleted.
    public func hold(
        _ link: PendingLinkID,
        browser: TokenHash,
        as id: HeldArrivalID
    ) async throws(StoreFailure) -> HeldArrival? {
        try await heldArrivals(
            """
            with taken as (
                delete from pending_links
                where id = \(link.uuid) and browser_hash = \(browser.bytes) and expires_at > now()
                returning *
            )
            insert into held_arrivals (id, provider, issuer, subject, username, display_name, address, evidence, decision_id,
                                       user_id)
            select \(id.uuid), provider, issuer, subject, username, display_name, address, evidence, decision_id, user_id
            from taken
            on conflict (issuer, subject) where status <> 'approved' do update set last_seen_at = now()
            returning \(Self.heldColumns)
            """
        ).first
    }

    /// The user's row first, as every change of an account does.
    public func approve(
        _ id: HeldArrivalID,
        _ approval: HoldApproval,
        by administrator: String,
        jobs: [Job]
    ) async throws(StoreFailure) -> HoldResult {
        do {
            try await client.transaction { transaction in
                let (user, identity): (UserID, FederatedIdentityID)
                var undoable: NewIdentityChange?
                switch approval {
                case .link(let target, let fresh, let change):
                    (user, identity) = (target, fresh)
                    undoable = change
                    let found = try await transaction.query(
                        "select from users where id = \(user.uuid) and disabled_at is null for update"
                    )
                    guard found.first != nil else { throw HoldResult.noSuchUser }
                case .separate(let fresh, let freshIdentity):
                    (user, identity) = (fresh, freshIdentity)
                    _ = try await transaction.query(
                        """
                        insert into users (id, display_name)
                        select \(user.uuid), display_name from held_arrivals where id = \(id.uuid) and status = 'pending'
                        """
                    )
                }
                let attached = try await Self.attach(id, to: user, as: identity, by: administrator, transaction)
                if let undoable {
                    let snapshot = Self.snapshot(of: attached, user)
                    _ = try await transaction.query(Self.insertion(of: undoable, .linked, from: snapshot))
                }
                if !jobs.isEmpty { _ = try await transaction.query(Self.enqueue(jobs)) }
            }
            return .done
        } catch let result as HoldResult {
            return result
        } catch let failure as PostgresFailure {
            if failure.isUniqueViolation() { return .identityInUse }
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    private static func attach(
        _ id: HeldArrivalID,
        to user: UserID,
        as identity: FederatedIdentityID,
        by administrator: String,
        _ transaction: Transaction
    ) async throws -> FederatedIdentityID {
        let taken = try await transaction.query(
            """
            update held_arrivals set status = 'approved', decided_at = now(), decided_by = \(administrator), user_id = \(user.uuid)
            where id = \(id.uuid) and status = 'pending'
            returning exists (select from blocked_identities b where b.user_id = \(user.uuid) and b.issuer = held_arrivals.issuer
                              and b.subject = held_arrivals.subject)
            """
        )
        guard let row = taken.first else { throw HoldResult.notPending }
        guard try !row.decode(Bool.self, at: 0) else { throw HoldResult.identityBlocked }
        // One that is the user's already had lapsed: it is in use again from now on.
        let attached = try await transaction.query(
            """
            insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email)
            select \(identity.uuid), \(user.uuid), provider, issuer, subject, username, display_name, address
            from held_arrivals where id = \(id.uuid)
            on conflict (issuer, subject) do update set last_sign_in_at = now()
            where federated_identities.user_id = excluded.user_id
            returning id
            """
        )
        guard let present = attached.first else { throw HoldResult.identityInUse }
        _ = try await transaction.pipeline([
            // What was proven or begun before was not asked about this way in (P-4, G16).
            "delete from proofs where user_id = \(user.uuid) and purpose <> 'email_change_undo'",
            "delete from email_changes where user_id = \(user.uuid)",
            "delete from pending_links where user_id = \(user.uuid)",
            "delete from pending_merges where user_id = \(user.uuid) or other_id = \(user.uuid)",
            """
            insert into account_events (id, user_id, kind)
            values (gen_random_uuid(), \(user.uuid), \(AccountEvent.Kind.identityApproved.rawValue))
            """,
        ])
        return FederatedIdentityID(try present.decode(UUID.self, at: 0))
    }

    /// One statement.
    public func deny(
        _ id: HeldArrivalID,
        because note: String,
        by administrator: String,
        jobs: [Job]
    ) async throws(StoreFailure) -> HoldResult {
        do {
            try await client.transaction { transaction in
                let denied = try await transaction.query(
                    """
                    update held_arrivals
                    set status = 'denied', decided_at = now(), decided_by = \(administrator), note = \(note)
                    where id = \(id.uuid) and status = 'pending'
                    """
                )
                guard denied.affected == 1 else { throw HoldResult.notPending }
                if !jobs.isEmpty { _ = try await transaction.query(Self.enqueue(jobs)) }
            }
            return .done
        } catch let result as HoldResult {
            return result
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }
}
