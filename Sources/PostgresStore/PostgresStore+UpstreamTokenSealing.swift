public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// By the primary key, so that a table of any size is gone through in bites.
    public func upstreamTokenSealings(
        after identity: FederatedIdentityID?,
        limit: Int
    ) async throws(StoreFailure) -> [UpstreamTokenSealing] {
        do {
            let rows = try await client.query(
                """
                select f.id, f.issuer, f.subject, f.provider, t.sealed_access_token, t.sealed_refresh_token
                from upstream_tokens t join federated_identities f on f.id = t.identity_id
                where t.identity_id > coalesce(\(nullable: identity?.uuid), '00000000-0000-0000-0000-000000000000')
                order by t.identity_id limit \(limit)
                """
            )
            var found: [UpstreamTokenSealing] = []
            for row in rows {
                guard
                    let key = FederatedIdentityKey(
                        issuer: try row.decode(String.self, at: 1),
                        subject: try row.decode(String.self, at: 2)
                    ), let provider = ProviderID(try row.decode(String.self, at: 3))
                else { continue }
                found.append(
                    UpstreamTokenSealing(
                        identity: FederatedIdentityID(try row.decode(UUID.self, at: 0)),
                        key: key,
                        provider: provider,
                        accessToken: try row.decode([UInt8]?.self, at: 4),
                        refreshToken: try row.decode([UInt8]?.self, at: 5)
                    )
                )
            }
            return found
        } catch {
            throw translate(error)
        }
    }

    /// Compares and sets: what a sign-in or a refresh has written meanwhile stays. The tokens are the same, so their numbers stay too.
    public func replace(
        _ sealing: UpstreamTokenSealing,
        accessToken: [UInt8]?,
        refreshToken: [UInt8]?
    ) async throws(StoreFailure) -> Bool {
        try await run(
            """
            update upstream_tokens
            set sealed_access_token = \(nullable: accessToken), sealed_refresh_token = \(nullable: refreshToken)
            where identity_id = \(sealing.identity.uuid)
              and sealed_access_token is not distinct from \(nullable: sealing.accessToken)
              and sealed_refresh_token is not distinct from \(nullable: sealing.refreshToken)
            """
        ).affected == 1
    }
}
