public import Accounts
import Cryptography
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// How far a file has come; nil when nothing of it is here.
    public func importProgress(of file: [UInt8]) async throws(StoreFailure) -> ImportProgress? {
        let rows = try await run(
            "select lines_done, finished_at is not null from user_imports where file_hash = \(file)"
        )
        do {
            return try rows.first.map { (row) throws(PostgresFailure) in
                ImportProgress(
                    linesDone: Int(try row.decode(Int64.self, at: 0)),
                    isFinished: try row.decode(Bool.self, at: 1)
                )
            }
        } catch {
            throw translate(error)
        }
    }

    /// A place to compare all lines of a file with each other and with who is here: in the database, so that a file of any
    /// size needs no more memory here. Nothing of it stays.
    public func examiningImport<Value: Sendable>(
        _ body: (ImportExamination) async throws -> Value
    ) async throws -> Value {
        do {
            return try await client.transaction { transaction in
                try await transaction.pipeline([
                    "create temporary table import_addresses (address text primary key, line bigint) on commit drop",
                    "create temporary table import_ids (id uuid primary key, line bigint) on commit drop",
                ])
                return try await body(ImportExamination(transaction: transaction))
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        }
    }

    /// Takes over one piece of a file together with the note that it is done, in one transaction.
    /// - Parameters:
    ///   - milliseconds: time since the Unix epoch, for ids.
    ///   - skippingHeld: leave out who is here already.
    public func take(
        _ batch: ImportBatch,
        ids: [UserID],
        skippingHeld: Bool
    ) async throws(StoreFailure) -> ImportStep {
        // Somebody may sign up with one of the addresses between the look and the insertion: look again.
        for _ in 0..<5 {
            do {
                return try await attempt(batch, ids: ids, skippingHeld: skippingHeld)
            } catch {
                guard error.isUniqueViolation() else { throw translate(error) }
            }
        }
        throw .unavailable
    }

    private func attempt(
        _ batch: ImportBatch,
        ids: [UserID],
        skippingHeld: Bool
    ) async throws(PostgresFailure) -> ImportStep {
        do {
            return try await client.transaction { transaction in
                try await transaction.query(
                    "insert into user_imports (file_hash) values (\(batch.file)) on conflict do nothing"
                )
                let progress = try await transaction.query(
                    """
                    select from user_imports
                    where file_hash = \(batch.file) and lines_done = \(Int64(batch.linesBefore)) and finished_at is null
                    for update
                    """
                )
                guard progress.first != nil else { return .overtaken }
                let held = try await Self.held(batch.users, in: transaction)
                guard held.isEmpty || skippingHeld else { return .held(held) }
                let lines = Set(held.map(\.line))
                let taken = zip(batch.users, ids).filter { !lines.contains($0.0.line) }
                try await transaction.commit(after: [
                    Self.insertion(of: taken.map { ($0.0, $0.1) }),
                    """
                    update user_imports set lines_done = \(Int64(batch.linesAfter)),
                           finished_at = case when \(batch.isLast) then now() end
                    where file_hash = \(batch.file)
                    """,
                ])
                return .imported(taken.count)
            }
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            throw .cancelled
        }
    }

    /// One statement for all of them. The length of a password is not known from its hash: it counts as long enough, as it did
    /// where it comes from.
    private static func insertion(of users: [(user: ImportedUser, id: UserID)]) -> SQL {
        """
        with line as (
            select id, address, hash, nullif(name, '') as name, string_to_array(roles, ' ') as roles,
                   case when created < 0 then now()
                        else timestamptz 'epoch' + created * interval '1 microsecond' end as created_at
            from unnest(\(users.map { ($0.user.id ?? $0.id).uuid }), \(users.map(\.user.address.description)),
                        \(users.map { $0.user.password.text.reveal() }), \(users.map { $0.user.displayName ?? "" }),
                        \(users.map { $0.user.roles.joined(separator: " ") }),
                        \(users.map { $0.user.createdAt?.microseconds ?? -1 })
                 ) as l (id, address, hash, name, roles, created)
        ), born as (
            insert into users (id, display_name, roles, created_at, last_sign_in_at)
            select id, name, roles, created_at, created_at from line
        ), addressed as (
            insert into user_emails (user_id, address, verified_at, is_primary) select id, address, now(), true from line
        ), secured as (
            insert into passwords (user_id, hash, meets_single_factor) select id, hash, true from line
        )
        delete from pending_registrations r using line where r.address = line.address
        """
    }

    /// Who of them is here already.
    fileprivate static func held(
        _ users: [ImportedUser],
        in transaction: Transaction
    ) async throws(PostgresFailure) -> [ImportCollision] {
        let named = users.filter { $0.id != nil }
        let found = try await transaction.pipeline([
            """
            select c.line from unnest(\(users.map(\.address.description)), \(users.map { Int64($0.line) }))
                   as c (address, line)
            join user_emails e on e.address = c.address and e.verified_at is not null
            """,
            """
            select c.line from unnest(\(named.compactMap { $0.id?.uuid }), \(named.map { Int64($0.line) })) as c (id, line)
            join users u on u.id = c.id
            """,
        ])
        var collisions: [ImportCollision] = []
        for (rows, claim) in zip(found, [ImportCollision.Claim.addressHeld, .idHeld]) {
            for row in rows {
                collisions.append(ImportCollision(line: Int(try row.decode(Int64.self, at: 0)), claim: claim))
            }
        }
        return collisions
    }
}

/// The lines of a file that were looked at so far.
public struct ImportExamination: Sendable {
    let transaction: Transaction

    /// Adds lines; answers which of them claim what an earlier line or somebody here has.
    public func add(_ users: [ImportedUser], areDone: Bool) async throws -> [ImportCollision] {
        let named = users.filter { $0.id != nil }
        let addresses = users.map(\.address.description)
        let lines = users.map { Int64($0.line) }
        let ids = named.compactMap { $0.id?.uuid }
        let namedLines = named.map { Int64($0.line) }
        let found = try await transaction.pipeline([
            """
            insert into import_addresses (address, line) select * from unnest(\(addresses), \(lines)) on conflict do nothing
            """,
            "insert into import_ids (id, line) select * from unnest(\(ids), \(namedLines)) on conflict do nothing",
            """
            select c.line, a.line from unnest(\(addresses), \(lines)) as c (address, line)
            join import_addresses a on a.address = c.address and a.line <> c.line
            """,
            """
            select c.line, i.line from unnest(\(ids), \(namedLines)) as c (id, line)
            join import_ids i on i.id = c.id and i.line <> c.line
            """,
        ])
        var collisions: [ImportCollision] = []
        for row in found[2] {
            let earlier = Int(try row.decode(Int64.self, at: 1))
            collisions.append(
                ImportCollision(line: Int(try row.decode(Int64.self, at: 0)), claim: .addressOfLine(earlier))
            )
        }
        for row in found[3] {
            let earlier = Int(try row.decode(Int64.self, at: 1))
            collisions.append(
                ImportCollision(line: Int(try row.decode(Int64.self, at: 0)), claim: .idOfLine(earlier))
            )
        }
        // What an earlier run took over is rightly here.
        guard !areDone else { return collisions }
        return collisions + (try await PostgresStore.held(users, in: transaction))
    }
}
