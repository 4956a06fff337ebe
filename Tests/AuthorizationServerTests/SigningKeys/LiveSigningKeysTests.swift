import Accounts
import Cryptography
import JOSE
import JSON
import Logging
import Synchronization
import Testing

@testable import AuthorizationServer

@Suite("Signing with the keys of a node")
struct LiveSigningKeysTests {
    private static let now: Int64 = 1_800_000_000
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A node over a store in memory, with clocks that the test moves.
    private struct Bench {
        let store = MemorySigningKeys()
        let sealing: KeyRing
        let live: LiveSigningKeys
        let loader: SigningKeyLoader

        init(clock: HandClock, sealing: KeyRing) {
            self.sealing = sealing
            live = LiveSigningKeys(schedule: Keys.schedule, unixTime: { LiveSigningKeysTests.now }, now: clock.now)
            loader = SigningKeyLoader(
                live: live,
                store: store,
                sealing: sealing,
                schedule: Keys.schedule,
                logger: LiveSigningKeysTests.quiet
            )
        }
    }

    /// A clock that stands until it is moved.
    final class HandClock: Sendable {
        private let moved = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        var now: @Sendable () -> ContinuousClock.Instant {
            { self.start + self.moved.withLock { $0 } }
        }

        func advance(_ duration: Duration) { moved.withLock { $0 += duration } }
    }

    private static func ring(_ id: String = "one") throws -> KeyRing {
        try #require(KeyRing(keys: [(id: id, key: Random.bytes(32))], current: id))
    }

    private static func claims(_ lifetime: Int64 = 600) -> JSONObject {
        ["sub": "1", "exp": .number(JSONNumber(now + lifetime))]
    }

    @Test("J07 a token says its type, its key and its algorithm, and the published set verifies it")
    func signs() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        #expect(!bench.live.isReady && bench.live.publication == nil)
        #expect(throws: TokenSigningFault.noKey) {
            try bench.live.sign(Self.claims(), type: .idToken, algorithm: .es256)
        }
        #expect(try await bench.loader.start() == [])
        #expect(bench.live.isReady)
        let publication = try #require(bench.live.publication)
        let published = try JWKSet.parse(JSONValue.parse(publication.document))
        #expect(published.keys.count == 4 && published.skipped == [])
        #expect(publication.cacheFor == 3600)
        for (type, name) in [
            (SignedTokenType.idToken, "JWT"), (.accessToken, "at+jwt"), (.logoutToken, "logout+jwt"),
        ] {
            for algorithm in TokenAlgorithm.allCases {
                let token = try bench.live.sign(Self.claims(), type: type, algorithm: algorithm)
                let verified = try JWS.verify(token, keys: published, allowing: [algorithm.signatureAlgorithm])
                #expect(verified.header.typ == name && verified.header.alg == algorithm.rawValue)
                #expect(bench.live.claims(of: token, type: type) == Self.claims())
            }
        }
    }

    @Test("nothing is signed that outlives its key, or never ends")
    func expiry() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        _ = try await bench.loader.start()
        let sign = { (claims: JSONObject) throws(TokenSigningFault) in
            _ = try bench.live.sign(claims, type: .accessToken, algorithm: .es256)
        }
        try sign(Self.claims(3600))
        #expect(throws: TokenSigningFault.outlivesKey) { try sign(Self.claims(3601)) }
        #expect(throws: TokenSigningFault.noExpiry) { try sign(["sub": "1"]) }
        #expect(throws: TokenSigningFault.noExpiry) { try sign(["exp": "never"]) }
    }

    @Test("a node that cannot reach its store stops signing, and its key set may not be kept any more")
    func stale() async throws {
        let clock = HandClock()
        let bench = Bench(clock: clock, sealing: try Self.ring())
        _ = try await bench.loader.start()
        let token = try bench.live.sign(Self.claims(), type: .idToken, algorithm: .es256)
        clock.advance(.seconds(RotationSchedule.readingGoodFor + 60))
        #expect(throws: TokenSigningFault.stale) {
            try bench.live.sign(Self.claims(), type: .idToken, algorithm: .es256)
        }
        #expect(!bench.live.isReady)
        let publication = try #require(bench.live.publication)
        #expect(publication.cacheFor == nil && !publication.document.isEmpty)
        #expect(bench.live.claims(of: token, type: .idToken) != nil)
        bench.live.confirm(readAt: clock.now())
        #expect(bench.live.isReady && bench.live.publication?.cacheFor == 3600)
    }

    @Test("D18 a token of one type is none of another, and nobody else's token is ours")
    func typeConfusion() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        _ = try await bench.loader.start()
        let token = try bench.live.sign(Self.claims(), type: .accessToken, algorithm: .es256)
        #expect(bench.live.claims(of: token, type: .idToken) == nil)
        #expect(bench.live.claims(of: token, type: .logoutToken) == nil)
        let foreign = try SigningKey.generate(.es256).sign(Self.claims(), type: "at+jwt")
        #expect(bench.live.claims(of: foreign, type: .accessToken) == nil)
        let current = try #require(bench.live.ring?.current[.es256])
        let impostor = try SigningKey(
            PrivateKey.generate(.p256),
            algorithm: .es256,
            keyID: current.key.keyID
        ).sign(Self.claims(), type: "at+jwt")
        #expect(bench.live.claims(of: impostor, type: .accessToken) == nil)
        let parts = token.split(separator: ".")
        let unsigned = Base64URL.encode(Array(#"{"alg":"none","typ":"at+jwt"}"#.utf8)) + ".\(parts[1])."
        #expect(bench.live.claims(of: unsigned, type: .accessToken) == nil)
        #expect(bench.live.claims(of: "", type: .accessToken) == nil)
    }

    @Test("E11 after a leak nothing that the old key signed is ours any more")
    func leak() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        _ = try await bench.loader.start()
        let token = try bench.live.sign(Self.claims(), type: .idToken, algorithm: .rs256)
        let before = bench.live.publication?.entityTag
        let rotate = RotateSigningKeys(store: bench.store, sealing: bench.sealing, schedule: Keys.schedule)
        _ = try await rotate(.leak, for: [.rs256])
        _ = try await bench.loader.start()
        #expect(bench.live.claims(of: token, type: .idToken) == nil)
        #expect(bench.live.publication?.entityTag != before)
        let next = try bench.live.sign(Self.claims(), type: .idToken, algorithm: .rs256)
        #expect(bench.live.claims(of: next, type: .idToken) != nil)
    }

    @Test("a private key is sealed for its own id: in another row it does not open, nor with another encryption key")
    func sealing() async throws {
        let ring = try Self.ring()
        let bench = Bench(clock: HandClock(), sealing: ring)
        _ = try await bench.loader.start()
        let keys = try await bench.store.signingKeys().keys.filter { $0.algorithm == .es256 }
        let (next, current) = (keys[0], keys[1])
        #expect(next.opened(with: ring)?.keyID == next.keyID)
        #expect(current.sealedWith == "one")
        let swapped = SigningKeyRecord(
            keyID: current.keyID,
            algorithm: .es256,
            publicKey: current.publicKey,
            sealedPrivateKey: next.sealedPrivateKey,
            publishedAt: current.publishedAt,
            signsSince: current.signsSince,
            signedUntil: nil,
            longestLifetime: 1
        )
        #expect(swapped.opened(with: ring) == nil)
        #expect(current.opened(with: try Self.ring()) == nil)
        let text = String(decoding: try #require(current.sealedPrivateKey), as: UTF8.self)
        #expect(!text.contains("PRIVATE KEY"))
    }

    @Test("a public key that is not the one of its id, or its algorithm, is not published")
    func foreignPublicKey() async throws {
        let one = try SigningKey.generate(.es256)
        let other = try SigningKey.generate(.es256)
        func record(_ keyID: String, _ text: String, _ algorithm: TokenAlgorithm = .es256) -> SigningKeyRecord {
            SigningKeyRecord(
                keyID: keyID,
                algorithm: algorithm,
                publicKey: text,
                sealedPrivateKey: nil,
                publishedAt: Keys.at(0),
                signsSince: nil,
                signedUntil: nil,
                longestLifetime: 1
            )
        }
        let text = one.jwk.json.serialized()
        let forged = text.replacing(one.keyID, with: other.keyID)
        #expect(record(one.keyID, text).jwk != nil)
        #expect(record(other.keyID, forged).jwk == nil)
        #expect(record(other.keyID, text).jwk == nil)
        #expect(record(one.keyID, text, .rs256).jwk == nil)
        #expect(record(one.keyID, "{").jwk == nil)
    }

    @Test("a node that cannot open the current key says so and does not sign with another")
    func unopened() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        _ = try await bench.loader.start()
        let live = LiveSigningKeys(schedule: Keys.schedule, unixTime: { Self.now })
        let other = SigningKeyLoader(
            live: live,
            store: bench.store,
            sealing: try Self.ring("two"),
            schedule: Keys.schedule,
            logger: Self.quiet
        )
        #expect(try await other.start().map(\.sealedWith) == ["one", "one"])
        #expect(!live.isReady)
        #expect(throws: TokenSigningFault.noKey) {
            try live.sign(Self.claims(), type: .idToken, algorithm: .es256)
        }
        // What others sign is published and believed here all the same.
        let token = try bench.live.sign(Self.claims(), type: .idToken, algorithm: .es256)
        #expect(live.claims(of: token, type: .idToken) != nil)
    }

    @Test("a store that is away is a failure at a start, and changes nothing later")
    func away() async throws {
        let bench = Bench(clock: HandClock(), sealing: try Self.ring())
        await bench.store.set(away: true)
        await #expect(throws: RotateSigningKeys.Failure.store(.unavailable)) { _ = try await bench.loader.start() }
        await bench.store.set(away: false)
        #expect(try await bench.loader.start() == [])
        let tag = bench.live.publication?.entityTag
        await bench.store.set(away: true)
        await #expect(throws: RotateSigningKeys.Failure.self) { _ = try await bench.loader.start() }
        #expect(bench.live.publication?.entityTag == tag)
    }
}
