import Accounts
import Postgres
import TestSupport
import Testing

import struct Foundation.UUID
import struct Logging.Logger

@testable import PostgresStore

/// What the database makes of refreshes and sign-ins that cross each other.
@Suite("Stored tokens of providers", .enabled(if: Stack.isAvailable))
struct UpstreamTokenStoreTests {
    /// One person with one session and one identity.
    private struct Row {
        let database: PostgresClient
        let store: PostgresStore
        let user = UUID()
        let session = UUID()
        let identity = UUID()

        init(_ stack: Stack) async throws {
            database = stack.database
            store = PostgresStore(client: stack.database, logger: Logger(label: "test"))
            _ = try await database.query("insert into users (id) values (\(user))")
            _ = try await database.query(
                """
                insert into federated_identities (id, user_id, provider, issuer, subject)
                values (\(identity), \(user), 'google', 'https://p.example', \(identity.uuidString))
                """
            )
            _ = try await database.query(
                """
                insert into sessions (id, token_hash, user_id, identity_id, methods, idle_timeout, expires_at)
                values (\(session), sha256(\(session.uuidString)::text::bytea), \(user), \(identity), '{}', '1 hour',
                        now() + interval '1 hour')
                """
            )
        }

        func signIn(_ access: UInt8, refresh: UInt8? = nil, expiresIn: Int64? = 60) async throws {
            let tokens = SealedUpstreamTokens(
                accessToken: [access],
                refreshToken: refresh.map { [$0] },
                scope: ["s\(access)"],
                expiresIn: expiresIn
            )
            _ = try await database.query(
                "with acted as (select \(identity) as identity_id), \(PostgresStore.kept(tokens)) select 1"
            )
        }

        func read() async throws -> StoredUpstreamTokens {
            let lookup = UpstreamTokenLookup(
                user: UserID(user),
                session: SessionID(session),
                provider: try #require(ProviderID("google")),
                issuer: "https://p.example",
                lapsesAfter: nil
            )
            guard case .stored(let stored) = try await store.upstreamTokens(lookup) else {
                throw NeverHappened(description: "nothing is stored")
            }
            return stored
        }

        /// Takes the lease on what is there.
        func leased() async throws -> (StoredUpstreamTokens, UpstreamLeaseID) {
            let (stored, lease) = (try await read(), UpstreamLeaseID(UUID()))
            #expect(try await store.lease(stored, as: lease, for: .seconds(60)))
            return (stored, lease)
        }

        func runOut() async throws {
            _ = try await database.query(
                "update upstream_tokens set refreshing_until = now() - interval '1 second' where identity_id = \(identity)"
            )
        }
    }

    private static func renewed(_ access: UInt8, refresh: UInt8?) -> UpstreamRefreshEnd {
        .renewed(
            SealedUpstreamTokens(
                accessToken: [access],
                refreshToken: refresh.map { [$0] },
                scope: ["s\(access)"],
                expiresIn: 3600
            )
        )
    }

    @Test(
        "C14 a refresh that crosses a sign-in without a refresh token keeps that sign-in's access token, and its own refresh token"
    )
    func crossing() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        try await row.signIn(3)
        // The refresh is still under way: nobody else begins one.
        #expect(try await row.read().isBeingRefreshed)
        #expect(try await row.store.end(lease, of: stored, with: Self.renewed(4, refresh: 5)))
        let found = try await row.read()
        #expect(found.accessToken == [3] && found.refreshToken == [5] && found.scope == ["s3"])
        #expect(try #require(found.secondsLeft) <= 60)
        #expect(found.version == stored.version + 1 && !found.isBeingRefreshed)
    }

    @Test("C14 a refresh that crosses a sign-in with a refresh token is dropped, and says so")
    func overtaken() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        try await row.signIn(3, refresh: 2)
        #expect(try await !row.read().isBeingRefreshed)
        for end in [Self.renewed(4, refresh: 5), .refused, .failed(rotated: [5])] {
            #expect(try await !row.store.end(lease, of: stored, with: end))
        }
        let found = try await row.read()
        #expect(found.accessToken == [3] && found.refreshToken == [2])
    }

    @Test(
        "C14 an answer that is late counts, even when another node was refused with the spent refresh token meanwhile"
    )
    func late() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        try await row.runOut()
        let (same, other) = try await row.leased()
        #expect(try await row.store.end(other, of: same, with: .refused))
        #expect(try await row.read().accessToken == nil)
        #expect(try await row.store.end(lease, of: stored, with: Self.renewed(3, refresh: 4)))
        let found = try await row.read()
        #expect(found.accessToken == [3] && found.refreshToken == [4])
        // And a refusal that comes later still, of whoever lost the lease, changes nothing.
        #expect(try await !row.store.end(other, of: same, with: .refused))
        #expect(try await row.read().accessToken == [3])
    }

    @Test("C14 a refused refresh token takes along the access token it was to renew, not a newer sign-in's")
    func refused() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        try await row.signIn(3)
        #expect(try await row.store.end(lease, of: stored, with: .refused))
        let found = try await row.read()
        #expect(found.accessToken == [3] && found.refreshToken == nil)
    }

    @Test("C15 an answer that cannot be verified leaves the access token and its end, and its refresh token is kept")
    func unverified() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        #expect(try await row.store.end(lease, of: stored, with: .failed(rotated: [4])))
        let found = try await row.read()
        #expect(found.accessToken == [1] && found.refreshToken == [4] && found.scope == ["s1"])
        #expect(found.expiresAt == stored.expiresAt && found.version == stored.version)
        #expect(found.failures == stored.failures + 1 && !found.isBeingRefreshed)
    }

    @Test("no lifetime means an hour where there is a refresh token, and no end where there is none")
    func lifetimes() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, expiresIn: nil)
        #expect(try await row.read().secondsLeft == nil)
        try await row.signIn(1, refresh: 2, expiresIn: nil)
        #expect((3590...3600).contains(try #require(try await row.read().secondsLeft)))
        try await row.runOut()
        try await row.signIn(3, expiresIn: nil)
        #expect(try await row.read().secondsLeft != nil, "the refresh token from before is still held")
    }

    @Test(
        "sealed anew in place of what was read, or not at all; a refresh that is under way ends as if nothing had happened"
    )
    func resealed() async throws {
        let row = try await Row(Stack.shared())
        try await row.signIn(1, refresh: 2)
        let (stored, lease) = try await row.leased()
        let sealing = UpstreamTokenSealing(
            identity: stored.identity,
            key: stored.key,
            provider: try #require(ProviderID("google")),
            accessToken: [1],
            refreshToken: [2]
        )
        var all: [UpstreamTokenSealing] = []
        var place: FederatedIdentityID?
        repeat {
            let bite = try await row.store.upstreamTokenSealings(after: place, limit: 2)
            all += bite
            place = bite.last?.identity
        } while place != nil
        #expect(all.contains(sealing) && Set(all.map(\.identity)).count == all.count)
        #expect(try await row.store.replace(sealing, accessToken: [11], refreshToken: [12]))
        #expect(try await !row.store.replace(sealing, accessToken: [21], refreshToken: [22]))
        #expect(try await row.read().accessToken == [11])
        #expect(try await row.store.end(lease, of: stored, with: Self.renewed(3, refresh: 4)))
        #expect(try await row.read().refreshToken == [4])
    }
}
