public import Accounts
public import AuthorizationServer
import Postgres

extension PostgresStore: ClientStore {
    /// One statement.
    public func storedClients() async throws(StoreFailure) -> StoredClients {
        let rows = try await run(
            "select \(Self.clientColumns) from clients where definition is not null order by id"
        )
        var clients: [StoredClient] = []
        var unreadable: [String] = []
        for row in rows {
            // One that somebody has written by hand, for example.
            if let client = try? Self.storedClient(row) {
                clients.append(client)
            } else {
                unreadable.append((try? row.decode(String.self, at: 0)) ?? "?")
            }
        }
        return StoredClients(clients, unreadable: unreadable)
    }

    /// One statement.
    public func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient? {
        try storedClient(
            try await run(
                "select \(Self.clientColumns) from clients where id = \(id.description) and definition is not null"
            )
        )
    }

    /// One statement.
    public func wasRemoved(_ id: ClientID) async throws(StoreFailure) -> Bool {
        let rows = try await run(
            "select from clients where id = \(id.description) and definition is null and not in_file"
        )
        return rows.first != nil
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
                    set definition = excluded.definition, version = clients.version + 1, in_file = false, created_at = now(),
                        created_by = excluded.created_by, changed_at = now(), changed_by = excluded.changed_by
                    where clients.definition is null or clients.in_file
                    returning \(Self.clientColumns)
                    """
                )
                guard let row = rows.first, let created = try Self.storedClient(row) else { return nil }
                let told = Self.told(.clientCreated, of: created, ClientDifference(from: nil, to: definition))
                _ = try await transaction.pipeline(Self.grants(of: id) + Self.remainder(of: id) + told)
                return created
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    /// The row's lock decides between two at once. Whoever redeems a code does not wait for it: codes that are locked are being used.
    public func changeClient(
        _ id: ClientID,
        definition: String,
        from version: Int64,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange {
        do {
            return try await client.transaction { transaction in
                let locked = try await transaction.query(
                    """
                    select version, definition from clients
                    where id = \(id.description) and definition is not null and not in_file for no key update
                    """
                )
                guard let row = locked.first else { return .missing }
                let present = try row.decode(Int64.self, at: 0)
                guard present == version else { return .moved(version: present) }
                let difference = ClientDifference(from: try row.decode(String?.self, at: 1), to: definition)
                let rows = try await transaction.query(
                    """
                    update clients set definition = \(definition), version = version + 1, changed_at = now(),
                                       changed_by = \(author)
                    where id = \(id.description)
                    returning \(Self.clientColumns)
                    """
                )
                guard let changed = try Self.storedClient(try rows.one()) else { return .missing }
                let requests = difference.endsRequests ? Self.requests(of: id) : []
                _ = try await transaction.pipeline(requests + Self.told(.clientChanged, of: changed, difference))
                return .done(changed)
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
        try await retiring { transaction in try await Self.remove(id, from: version, by: author, in: transaction) }
    }

    /// One statement where there is nothing to do.
    public func supersedeClients(_ ids: [ClientID]) async throws(StoreFailure) {
        guard !ids.isEmpty else { return }
        let rows = try await run(
            "select id from clients where not in_file and id = any (\(ids.map(\.description)))"
        )
        let names: [String]
        do {
            names = try rows.decodeAll { (row) throws(PostgresFailure) in try row.decode(String.self, at: 0) }
        } catch {
            throw translate(error)
        }
        for id in names.compactMap({ ClientID($0) }) {
            _ = try await retiring { transaction in try await Self.supersede(id, in: transaction) }
        }
    }

    private func retiring(
        _ body: @escaping @Sendable (Transaction) async throws -> StoredClientChange
    ) async throws(StoreFailure) -> StoredClientChange {
        for attempt in 1... {
            do {
                return try await client.transaction(body)
            } catch let unchanged as Unchanged<StoredClientChange> {
                return unchanged.result
            } catch let failure as PostgresFailure {
                // Two that met in another order after all: nothing was done.
                guard failure.isRetryable, attempt < 4 else { throw translate(failure) }
            } catch is Overtaken {
                guard attempt < 4 else { throw .unavailable }
            } catch {
                throw .unavailable
            }
        }
        throw .unavailable
    }

    /// The row became that of an app of a file, or was one, while it was being removed: nothing was done.
    private struct Overtaken: Error {}

    private static func remove(
        _ id: ClientID,
        from version: Int64?,
        by author: String,
        in transaction: Transaction
    ) async throws -> StoredClientChange {
        let name = id.description
        let seen = try await transaction.query(
            "select in_file from clients where id = \(name) and definition is not null"
        )
        guard let first = seen.first else { throw Unchanged(result: StoredClientChange.missing) }
        // Then what there is belongs to the app of the file.
        let isInFile = try first.decode(Bool.self, at: 0)
        if !isInFile { _ = try await transaction.pipeline(grants(of: id)) }
        let locked = try await transaction.query(
            "select version, in_file, definition from clients where id = \(name) and definition is not null for update"
        )
        guard let row = locked.first else { throw Unchanged(result: StoredClientChange.missing) }
        guard try row.decode(Bool.self, at: 1) == isInFile else { throw Overtaken() }
        let present = try row.decode(Int64.self, at: 0)
        guard version ?? present == present else { throw Unchanged(result: StoredClientChange.moved(version: present)) }
        let difference = ClientDifference(from: try row.decode(String?.self, at: 2), to: nil)
        let rows = try await transaction.query(
            """
            update clients set definition = null, version = version + 1, changed_at = now(), changed_by = \(author)
            where id = \(name)
            returning \(clientColumns)
            """
        )
        guard let removed = try storedClient(try rows.one()) else {
            throw Unchanged(result: StoredClientChange.missing)
        }
        _ = try await transaction.pipeline(
            (isInFile ? [] : addedGrants(of: id) + remainder(of: id)) + told(.clientRemoved, of: removed, difference)
        )
        return .done(removed)
    }

    private static func supersede(_ id: ClientID, in transaction: Transaction) async throws -> StoredClientChange {
        let name = id.description
        // Of a removed one nothing is left, and nothing can have been given to it.
        let freed = try await transaction.query(
            "update clients set in_file = true where id = \(name) and definition is null and not in_file"
        )
        guard freed.affected == 0 else { return .missing }
        _ = try await transaction.pipeline(grants(of: id))
        let locked = try await transaction.query(
            "select from clients where id = \(name) and definition is not null and not in_file for update"
        )
        guard locked.first != nil else { throw Unchanged(result: StoredClientChange.missing) }
        let rows = try await transaction.query(
            """
            update clients set in_file = true, version = version + 1, changed_at = now(), changed_by = 'file'
            where id = \(name)
            returning \(clientColumns)
            """
        )
        guard let row = try storedClient(try rows.one()) else {
            throw Unchanged(result: StoredClientChange.missing)
        }
        _ = try await transaction.pipeline(
            addedGrants(of: id) + remainder(of: id)
                + told(.clientSuperseded, of: row, ClientDifference(from: nil, to: nil))
        )
        return .done(row)
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

    /// Ends what an app was given. It is not told of that: whoever has its id next would be told instead.
    private static func grants(of id: ClientID) -> [SQL] {
        ["delete from authorization_codes where client_id = \(id.description)"] + sessions(of: id)
    }

    /// The same under the row's lock, without waiting for who waits for that.
    private static func addedGrants(of id: ClientID) -> [SQL] {
        sessions(of: id) + [
            """
            delete from authorization_codes where code_hash in (
                select code_hash from authorization_codes where client_id = \(id.description) for update skip locked
            )
            """
        ]
    }

    private static func sessions(of id: ClientID) -> [SQL] {
        [
            "update sessions set logout_notice = false where client_id = \(id.description) and logout_notice",
            "delete from sessions where client_id = \(id.description)",
        ]
    }

    /// Ends what else an app has: under the row's lock, where nothing is added any more.
    private static func remainder(of id: ClientID) -> [SQL] {
        [
            "delete from pushed_requests where client_id = \(id.description)",
            "delete from consents where client_id = \(id.description)",
            "delete from jobs where queue = \(BackchannelLogout.queue) and kind = \(id.description)",
        ]
    }

    /// Ends requests of an app that are under way.
    private static func requests(of id: ClientID) -> [SQL] {
        [
            """
            delete from authorization_codes where code_hash in (
                select code_hash from authorization_codes
                where client_id = \(id.description) and redeemed_at is null for update skip locked
            )
            """,
            "delete from pushed_requests where client_id = \(id.description)",
        ]
    }

    /// Tells the nodes, and writes down who did what.
    private static func told(_ event: AppEvent, of row: StoredClient, _ difference: ClientDifference) -> [SQL] {
        [
            announcement(
                of: event,
                from: """
                    select json_build_object(
                        'client_id', \(row.id.description), 'version', \(row.version), 'by', \(row.changedBy),
                        'members', \(difference.members), 'secrets_made', \(difference.secretsMade),
                        'secrets_removed', \(difference.secretsRemoved))
                    """
            ),
            "select pg_notify('latchkey_clients', \(row.id.description))",
        ]
    }

    private static let clientColumns: SQL =
        "id, definition, version, created_at, created_by, changed_at, changed_by, in_file"

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
            isInFile: try row.decode(Bool.self, at: 7),
            createdAt: Instant(try row.decode(Timestamp.self, at: 3)),
            createdBy: try row.decode(String.self, at: 4),
            changedAt: Instant(try row.decode(Timestamp.self, at: 5)),
            changedBy: try row.decode(String.self, at: 6)
        )
    }
}
