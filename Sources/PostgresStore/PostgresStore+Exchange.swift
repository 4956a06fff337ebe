public import Accounts
import Postgres

extension PostgresStore: ExchangeStore {
    /// One row.
    public func store(_ nonce: NewExchangeNonce) async throws(StoreFailure) {
        _ = try await run(
            """
            insert into exchange_nonces (nonce_hash, client_id, provider, expires_at)
            values (\(nonce.hash.bytes), \(nonce.client), \(nullable: nonce.provider?.description),
                    now() + make_interval(secs => \(nonce.lifetime.seconds)))
            """
        )
    }

    /// Whoever comes second waits for the first one's commit at the nonce's row, or at the token's key, and finds nothing left.
    public func accept(_ token: PresentedIDToken) async throws(StoreFailure) -> AcceptedIDToken {
        do {
            let rows = try await client.query(
                """
                with named as (
                    delete from exchange_nonces
                    where nonce_hash = \(nullable: token.nonce?.bytes) and client_id = \(token.client)
                      and (provider is null or provider = \(token.provider.description)) and expires_at > now()
                    returning nonce_hash
                ), recorded as (
                    insert into exchanged_tokens (issuer, token_hash, expires_at)
                    select \(token.issuer), \(token.hash.bytes), to_timestamp(\(token.expiresAt))
                    where \(token.nonce == nil) or exists (select from named)
                    on conflict (issuer, token_hash) do nothing
                    returning token_hash
                )
                select \(token.nonce == nil) or exists (select from named), exists (select from recorded)
                """
            )
            let row = try rows.one()
            guard try row.decode(Bool.self, at: 0) else { return .unknownNonce }
            return try row.decode(Bool.self, at: 1) ? .accepted : .replayed
        } catch {
            throw translate(error)
        }
    }
}
