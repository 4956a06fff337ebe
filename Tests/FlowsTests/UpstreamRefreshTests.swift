import Accounts
import Logging
import Synchronization
import Testing

import struct Foundation.UUID

@testable import Flows

@Suite("Refreshes of providers' tokens")
struct UpstreamRefreshTests {
    /// A database that is away for a number of writes.
    private final class AbsentStore: UpstreamTokenStore {
        let failuresToCome: Mutex<Int>
        let ends: Mutex<[UpstreamRefreshEnd]> = Mutex([])
        let extensions = Mutex(0)

        init(failures: Int) { failuresToCome = Mutex(failures) }

        func upstreamTokens(_ lookup: UpstreamTokenLookup) async throws(StoreFailure) -> FoundUpstreamTokens {
            .noIdentity
        }

        func lease(
            _ stored: StoredUpstreamTokens,
            as lease: UpstreamLeaseID,
            for duration: Duration
        ) async throws(StoreFailure) -> Bool { false }

        func extend(
            _ lease: UpstreamLeaseID,
            of stored: StoredUpstreamTokens,
            for duration: Duration
        ) async throws(StoreFailure) { extensions.withLock { $0 += 1 } }

        func end(
            _ lease: UpstreamLeaseID,
            of stored: StoredUpstreamTokens,
            with end: UpstreamRefreshEnd
        ) async throws(StoreFailure) -> Bool {
            let isAway = failuresToCome.withLock { left in
                left -= 1
                return left >= 0
            }
            guard !isAway else { throw .unavailable }
            ends.withLock { $0.append(end) }
            return true
        }

        func recordHandOut(
            of stored: StoredUpstreamTokens,
            to lookup: UpstreamTokenLookup,
            event: AccountEvent
        ) async throws(StoreFailure) -> Bool { false }

        func upstreamTokenSealings(
            after identity: FederatedIdentityID?,
            limit: Int
        ) async throws(StoreFailure) -> [UpstreamTokenSealing] { [] }

        func replace(
            _ sealing: UpstreamTokenSealing,
            accessToken: [UInt8]?,
            refreshToken: [UInt8]?
        ) async throws(StoreFailure) -> Bool { false }
    }

    /// A clock that only sleep moves.
    private final class Clock: Sendable {
        private let start = ContinuousClock.now
        private let passed = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
        var slept: Duration { passed.withLock { $0 } }
        func sleep(_ duration: Duration) { passed.withLock { $0 += duration } }
    }

    private func record(_ store: AbsentStore, _ clock: Clock) throws -> RecordRefresh {
        let stored = StoredUpstreamTokens(
            identity: FederatedIdentityID(UUID()),
            key: try #require(FederatedIdentityKey(issuer: "https://p.example", subject: "1")),
            accessToken: [1],
            refreshToken: [2],
            scope: [],
            expiresAt: nil,
            version: 1,
            refreshVersion: 1,
            failures: 0,
            isBeingRefreshed: true,
            readAt: Instant(microseconds: 0)
        )
        let lease = UpstreamLease(id: UpstreamLeaseID(UUID()), askedAt: clock.now, callTimeout: .seconds(8))
        return RecordRefresh(
            store: store,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            lease: lease,
            stored: stored,
            now: { clock.now },
            sleep: { clock.sleep($0) }
        )
    }

    private static let renewed = UpstreamRefreshEnd.renewed(
        SealedUpstreamTokens(accessToken: [3], refreshToken: [4], scope: [], expiresIn: nil)
    )

    @Test("C14 what a refresh brought is stored after minutes without a database, and its lease is kept alive")
    func outage() async throws {
        for end in [Self.renewed, .failed(rotated: [4])] {
            let (store, clock) = (AbsentStore(failures: 400), Clock())
            #expect(try await record(store, clock)(end))
            #expect(store.ends.withLock { $0 } == [end])
            #expect(clock.slept > .seconds(180) && store.extensions.withLock { $0 } == 400)
        }
    }

    @Test("C14 a database that stays away is given up on, sooner where no token is at stake")
    func givenUp() async throws {
        for (end, patience) in [
            (Self.renewed, Duration.seconds(300)), (.refused, .seconds(3)), (.failed(rotated: nil), .seconds(3)),
        ] {
            let (store, clock) = (AbsentStore(failures: .max), Clock())
            #expect(try await !record(store, clock)(end))
            #expect(clock.slept <= patience && clock.slept > patience - .seconds(1))
        }
    }

    @Test("C14 a lease covers two calls and what is written; with too little of it left nothing is sent")
    func leases() {
        let begin = ContinuousClock.now
        for timeout in [Duration.seconds(8), .seconds(25)] {
            let lease = UpstreamLease(id: UpstreamLeaseID(UUID()), askedAt: begin, callTimeout: timeout)
            #expect(lease.length > timeout * 2)
            #expect(lease.allowsSending(at: begin))
            #expect(lease.allowsSending(at: begin + .seconds(9)))
            #expect(!lease.allowsSending(at: begin + .seconds(10)))
            // The latest that is sent ends with time left to write it down.
            #expect(lease.length - .seconds(10) - timeout * 2 == .seconds(10))
        }
    }

    @Test("C14 a node that is told to stop waits for refreshes that are under way")
    func drained() async {
        let refreshes = UpstreamRefreshes()
        await refreshes.drained()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let isWritten = Mutex(false)
        refreshes.begin {
            for await _ in gate { break }
            isWritten.withLock { $0 = true }
        }
        open.yield()
        await refreshes.drained()
        #expect(isWritten.withLock { $0 })
    }
}
