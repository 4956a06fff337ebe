public import Accounts
import JSON
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// The owner of a mailbox takes an address from everybody who registered it and never proved it, in one transaction: all of
    /// them locked, the facts read again, everything of theirs that could reach the newcomer removed, and only then the newcomer
    /// made. Nothing of theirs comes along.
    func claim(
        _ address: EmailAddress,
        by user: UserID,
        _ change: AccountChange,
        _ receipt: ClaimReceiptID
    ) async throws(PostgresFailure) -> ChangeResult {
        do {
            return try await client.transaction { transaction in
                let holders = try await transaction.query(
                    """
                    select u.id from users u
                    where exists (select from user_emails e
                                  where e.user_id = u.id and e.address = \(address.description) and e.verified_at is null)
                    order by u.id for update of u
                    """
                ).decodeAll { (row) throws(PostgresFailure) in UserID(try row.decode(UUID.self, at: 0)) }
                let situation = try await transaction.query(Self.situationStatement(change.question))
                let present = try Self.situation(try situation.one(), change.question)
                guard present.facts == change.decision.record.facts else { return .situationChanged }
                var removed: [ClaimReceipt.Removal] = []
                for holder in holders {
                    removed += try await Self.evict(holder, from: address, change.decision.requestID, transaction)
                }
                let result = try Self.result(try await transaction.query(Self.statement(for: change)))
                guard case .done = result else { throw Abandoned() }
                let list = JSONValue.array(removed.map(Self.stored)).serialized()
                _ = try await transaction.query(
                    """
                    insert into claim_receipts (id, user_id, address, removed)
                    values (\(receipt.uuid), \(user.uuid), \(address.description), \(list)::json)
                    """
                )
                return result
            }
        } catch is Abandoned {
            return .situationChanged
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            throw .cancelled
        }
    }

    /// What one unproven holder loses, in words. Whoever has proven another address keeps their account and loses only this
    /// address; an account that never proved anything ends: it can only be a squatter's, or a slip of the pen.
    private static func evict(
        _ holder: UserID,
        from address: EmailAddress,
        _ requestID: String?,
        _ transaction: Transaction
    ) async throws -> [ClaimReceipt.Removal] {
        let inventory = try await transaction.query(
            """
            select exists (select from user_emails where user_id = \(holder.uuid) and verified_at is not null),
                   exists (select from passwords where user_id = \(holder.uuid)),
                   array(select provider from federated_identities where user_id = \(holder.uuid) order by linked_at, id),
                   (select count(*) from sessions where user_id = \(holder.uuid) and expires_at > now()),
                   exists (select from totp_factors where user_id = \(holder.uuid)),
                   exists (select from email_changes where user_id = \(holder.uuid)),
                   array(select coalesce(username, '') from federated_identities
                         where user_id = \(holder.uuid) order by linked_at, id)
            """
        ).one()
        let isProvenElsewhere = try inventory.decode(Bool.self, at: 0)
        let sessions = try inventory.decode(Int64.self, at: 3)
        var removed: [ClaimReceipt.Removal] = []
        if isProvenElsewhere {
            removed.append(.words("this address, from an account that has proven another one"))
        } else {
            removed.append(.words("an account that never proved this address"))
            if try inventory.decode(Bool.self, at: 1) { removed.append(.words("its password")) }
            removed += zip(try inventory.decode([String].self, at: 2), try inventory.decode([String].self, at: 6)).map {
                .signIn(provider: $0, username: $1.isEmpty ? nil : $1)
            }
            if try inventory.decode(Bool.self, at: 4) { removed.append(.words("its second step and recovery codes")) }
            if try inventory.decode(Bool.self, at: 5) { removed.append(.words("its waiting change of address")) }
        }
        if sessions > 0 { removed.append(.words(sessions == 1 ? "its session" : "its \(sessions) sessions")) }
        _ = try await transaction.pipeline(
            [
                """
                insert into account_events (id, user_id, kind, request_id)
                values (gen_random_uuid(), \(holder.uuid), \(AccountEvent.Kind.addressClaimed.rawValue), \(nullable: requestID))
                """
            ] + (isProvenElsewhere ? removal(of: address, from: holder) : removal(of: holder))
                + Self.aftermath(holder, keeping: nil, as: nil)
        )
        return removed
    }

    /// A text, or an object for what is named only when it is shown.
    private static func stored(_ removal: ClaimReceipt.Removal) -> JSONValue {
        switch removal {
        case .words(let words): .string(words)
        case .signIn(let provider, let username):
            ["provider": .string(provider), "username": username.map { .string($0) } ?? .null]
        }
    }

    private static func removal(_ stored: JSONValue) -> ClaimReceipt.Removal? {
        if let words = stored.string { return .words(words) }
        guard let object = stored.object, let provider = object["provider"]?.string else { return nil }
        return .signIn(provider: provider, username: object["username"]?.string)
    }

    /// The address alone; another proven one becomes the primary one in its place.
    private static func removal(of address: EmailAddress, from holder: UserID) -> [SQL] {
        [
            """
            delete from user_emails
            where user_id = \(holder.uuid) and address = \(address.description) and verified_at is null
            """,
            """
            update user_emails set is_primary = true
            where user_id = \(holder.uuid)
              and address = (select min(address) from user_emails where user_id = \(holder.uuid) and verified_at is not null)
              and not exists (select from user_emails where user_id = \(holder.uuid) and is_primary)
            """,
            "delete from proofs where user_id = \(holder.uuid) and \(address.description) in (address, other_address)",
        ]
    }

    /// Every way in, and the account itself, which stays only as a row that says so.
    private static func removal(of holder: UserID) -> [SQL] {
        [
            "delete from user_emails where user_id = \(holder.uuid)",
            "delete from passwords where user_id = \(holder.uuid)",
            "delete from federated_identities where user_id = \(holder.uuid)",
            "delete from totp_factors where user_id = \(holder.uuid)",
            "delete from known_devices where user_id = \(holder.uuid)",
            "delete from proofs where user_id = \(holder.uuid)",
            """
            update users set disabled_at = coalesce(disabled_at, now()), claimed_at = now(), has_second_factor = false
            where id = \(holder.uuid)
            """,
        ]
    }
}

extension PostgresStore: ClaimReceiptStore {
    /// Only for whoever claimed.
    public func receipt(_ id: ClaimReceiptID, of user: UserID) async throws(StoreFailure) -> ClaimReceipt? {
        do {
            let rows = try await client.query(
                """
                select address, removed, created_at from claim_receipts
                where id = \(id.uuid) and user_id = \(user.uuid)
                """
            )
            return try rows.first.map { (row) throws(PostgresFailure) in try Self.receipt(row) }
        } catch {
            throw translate(error)
        }
    }

    /// To the claimed address itself, while it is still the claimant's.
    public func mailing(
        of receipt: ClaimReceiptID
    ) async throws(StoreFailure) -> (to: EmailAddress, receipt: ClaimReceipt)? {
        do {
            let rows = try await client.query(
                """
                select c.address, c.removed, c.created_at from claim_receipts c
                join user_emails e on e.user_id = c.user_id and e.address = c.address and e.verified_at is not null
                where c.id = \(receipt.uuid)
                """
            )
            guard let row = rows.first else { return nil }
            let found = try Self.receipt(row)
            return EmailAddress(found.address).map { ($0, found) }
        } catch {
            throw translate(error)
        }
    }

    private static func receipt(_ row: Row) throws(PostgresFailure) -> ClaimReceipt {
        let list = (try? JSONValue.parse(Array(try row.decode(String.self, at: 1).utf8)))?.array ?? []
        return ClaimReceipt(
            address: try row.decode(String.self, at: 0),
            removed: list.compactMap(removal),
            at: Instant(try row.decode(Timestamp.self, at: 2))
        )
    }
}
