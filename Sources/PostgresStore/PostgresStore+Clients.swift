public import Accounts
public import AuthorizationServer
import Postgres

extension PostgresStore: ClientStore {
    /// One statement.
    public func storedClients() async throws(StoreFailure) -> [StoredClient] {
        let rows = try await run(
            "select \(Self.clientColumns) from clients where definition is not null order by id"
        )
        do {
            return try rows.decodeAll { (row) throws(PostgresFailure) in try Self.storedClient(row) }.compactMap { $0 }
        } catch {
            throw translate(error)
        }
    }

    /// One statement.
    public func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient? {
        try storedClient(
            try await run(
                "select \(Self.clientColumns) from clients where id = \(id.description) and definition is not null"
            )
        )
    }

    /// The row decides between two at once. What an app of this id left behind is looked for once the row is this one's, so that
    /// nothing can be added any more.
    public func createClient(
        _ id: ClientID,
        definition: String,
        by author: String
    ) async throws(StoreFailure) -> StoredClient? {
        do {
            return try await client.transaction { transaction in
                let rows = try await transaction.query(
                    """
                    insert into clients (id, definition, created_by, changed_by)
                    values (\(id.description), \(definition), \(author), \(author))
                    on conflict (id) do update
                    set definition = excluded.definition, version = clients.version + 1, created_at = now(),
                        created_by = excluded.created_by, changed_at = now(), changed_by = excluded.changed_by
                    where clients.definition is null
                    returning \(Self.clientColumns)
                    """
                )
                guard let row = rows.first else { return nil }
                _ = try await transaction.pipeline(Self.holdings(of: id) + [Self.notice(of: id)])
                return try Self.storedClient(row)
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    /// One statement decides between two at once.
    public func changeClient(
        _ id: ClientID,
        definition: String,
        from version: Int64,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange {
        do {
            return try await client.transaction { transaction in
                let rows = try await transaction.query(
                    """
                    update clients set definition = \(definition), version = version + 1, changed_at = now(),
                                       changed_by = \(author)
                    where id = \(id.description) and version = \(version) and definition is not null
                    returning \(Self.clientColumns)
                    """
                )
                if let row = rows.first, let changed = try Self.storedClient(row) {
                    _ = try await transaction.query(Self.notice(of: id))
                    return .done(changed)
                }
                let present = try await transaction.query(
                    "select version from clients where id = \(id.description) and definition is not null"
                )
                return try present.first.map { .moved(version: try $0.decode(Int64.self, at: 0)) } ?? .missing
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    /// Holdings first, then the row, then what was added meanwhile: whoever redeems a code has locked the code and then waits for
    /// the row, so that the other order would have each wait for the other. Codes that are locked by then are left: their
    /// redemption fails at the row.
    public func removeClient(
        _ id: ClientID,
        from version: Int64?,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange {
        for attempt in 1... {
            do {
                return try await client.transaction { transaction in
                    try await Self.remove(id, from: version, by: author, in: transaction)
                }
            } catch let unchanged as Unchanged<StoredClientChange> {
                return unchanged.result
            } catch let failure as PostgresFailure {
                // Two that met in another order after all: nothing was done.
                guard failure.isRetryable, attempt < 4 else { throw translate(failure) }
            } catch {
                throw .unavailable
            }
        }
        throw .unavailable
    }

    private static func remove(
        _ id: ClientID,
        from version: Int64?,
        by author: String,
        in transaction: Transaction
    ) async throws -> StoredClientChange {
        let name = id.description
        _ = try await transaction.pipeline(holdings(of: id))
        let locked = try await transaction.query(
            "select version from clients where id = \(name) and definition is not null for update"
        )
        guard let row = locked.first else { throw Unchanged(result: StoredClientChange.missing) }
        let present = try row.decode(Int64.self, at: 0)
        guard version ?? present == present else { throw Unchanged(result: StoredClientChange.moved(version: present)) }
        let results = try await transaction.pipeline([
            "delete from sessions where client_id = \(name)",
            """
            delete from authorization_codes where code_hash in (
                select code_hash from authorization_codes where client_id = \(name) for update skip locked
            )
            """,
            """
            update clients set definition = null, version = version + 1, changed_at = now(), changed_by = \(author)
            where id = \(name)
            returning \(clientColumns)
            """,
            notice(of: id),
        ])
        guard let removed = try results[2].first.flatMap({ try storedClient($0) }) else {
            throw Unchanged(result: StoredClientChange.missing)
        }
        return .done(removed)
    }

    /// Those whose rows are empty only.
    public func forgetRemovedClients(_ ids: [ClientID]) async throws(StoreFailure) {
        guard !ids.isEmpty else { return }
        _ = try await run(
            "delete from clients where definition is null and id = any (\(ids.map(\.description)))"
        )
    }

    /// By LISTEN, on a connection of its own.
    public func clientChanges() -> AsyncStream<ClientSignal> {
        signals(of: "latchkey_clients") { event in
            switch event {
            case .notification, .overflowed: .changed
            case .linkLost: .lost
            case .linkRegained: .regained
            }
        }
    }

    /// Everything that an app holds.
    private static func holdings(of id: ClientID) -> [SQL] {
        [
            "delete from authorization_codes where client_id = \(id.description)",
            "delete from sessions where client_id = \(id.description)",
            "delete from pushed_requests where client_id = \(id.description)",
            "delete from consents where client_id = \(id.description)",
        ]
    }

    private static func notice(of id: ClientID) -> SQL { "select pg_notify('latchkey_clients', \(id.description))" }

    private static let clientColumns: SQL =
        "id, definition, version, created_at, created_by, changed_at, changed_by"

    private func storedClient(_ rows: Rows) throws(StoreFailure) -> StoredClient? {
        do {
            return try rows.first.flatMap { (row) throws(PostgresFailure) in try Self.storedClient(row) }
        } catch {
            throw translate(error)
        }
    }

    /// Nil for an id that no app can have.
    private static func storedClient(_ row: Row) throws(PostgresFailure) -> StoredClient? {
        guard let id = ClientID(try row.decode(String.self, at: 0)) else { return nil }
        return StoredClient(
            id: id,
            definition: try row.decode(String?.self, at: 1),
            version: try row.decode(Int64.self, at: 2),
            createdAt: Instant(try row.decode(Timestamp.self, at: 3)),
            createdBy: try row.decode(String.self, at: 4),
            changedAt: Instant(try row.decode(Timestamp.self, at: 5)),
            changedBy: try row.decode(String.self, at: 6)
        )
    }
}
