public import Accounts

/// Seals again with the current key what an older one has sealed, so that the older one can be taken out of the ring.
public struct ResealUpstreamTokens: Sendable {
    private let vault: UpstreamVault
    private let store: any UpstreamTokenStore

    /// Creates the step.
    public init(vault: UpstreamVault, store: any UpstreamTokenStore) {
        self.vault = vault
        self.store = store
    }

    /// One bite of a walk through all rows.
    /// - Parameters:
    ///   - identity: where the bite before ended; nil to begin.
    ///   - limit: rows to look at.
    /// - Returns: Where this one ended, nil when there are no more rows, and how many were sealed again. What does not open stays as
    ///   it is: a key that is missing by mistake may come back.
    public func callAsFunction(
        after identity: FederatedIdentityID?,
        limit: Int
    ) async throws(StoreFailure) -> (last: FederatedIdentityID?, resealed: Int) {
        let rows = try await store.upstreamTokenSealings(after: identity, limit: limit)
        var resealed = 0
        for row in rows {
            let access = row.accessToken.map { again($0, .accessToken, row) }
            let refresh = row.refreshToken.map { again($0, .refreshToken, row) }
            guard access != row.accessToken || refresh != row.refreshToken else { continue }
            if try await store.replace(row, accessToken: access, refreshToken: refresh) { resealed += 1 }
        }
        return (rows.count < limit ? nil : rows.last?.identity, resealed)
    }

    private func again(_ sealed: [UInt8], _ purpose: UpstreamVault.Purpose, _ row: UpstreamTokenSealing) -> [UInt8] {
        vault.resealed(sealed, purpose, of: row.key, at: row.provider) ?? sealed
    }
}
