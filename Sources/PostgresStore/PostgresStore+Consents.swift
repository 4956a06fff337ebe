public import Accounts
public import AuthorizationServer
import Postgres

extension PostgresStore {
    /// One round trip.
    public func consents(of user: UserID, to client: ClientID) async throws(StoreFailure) -> Set<String> {
        do {
            let rows = try await self.client.read(
                "select scope from consents where user_id = \(user.uuid) and client_id = \(client.description)"
            )
            guard let row = rows.first else { return [] }
            return Set(try row.decode([String].self, at: 0))
        } catch {
            throw translate(error)
        }
    }

    /// What was allowed before stays allowed.
    public func consent(of user: UserID, to client: ClientID, scope: [String]) async throws(StoreFailure) {
        do {
            _ = try await self.client.query(
                """
                insert into consents (user_id, client_id, scope) values (\(user.uuid), \(client.description), \(scope))
                on conflict (user_id, client_id) do update
                set scope = array(select distinct unnest(consents.scope || excluded.scope)), granted_at = now()
                """
            )
        } catch {
            // The app was removed, or the user: the next request finds that out.
            throw error.state == .foreignKeyViolation ? .unavailable : translate(error)
        }
    }

    /// One statement.
    public func push(
        _ request: String,
        client: ClientID,
        handle: TokenHash,
        lifetime: Duration
    ) async throws(StoreFailure) {
        _ = try await run(
            """
            insert into pushed_requests (handle_hash, client_id, request, expires_at)
            values (\(handle.bytes), \(client.description), \(request), now() + make_interval(secs => \(lifetime.seconds)))
            """
        )
    }

    /// One statement: of many simultaneous callers exactly one gets it.
    public func takePushed(_ handle: TokenHash, client: ClientID) async throws(StoreFailure) -> String? {
        do {
            let rows = try await self.client.query(
                """
                delete from pushed_requests
                where handle_hash = \(handle.bytes) and client_id = \(client.description) and expires_at > now()
                returning request
                """
            )
            return try rows.first?.decode(String.self, at: 0)
        } catch {
            throw translate(error)
        }
    }
}
