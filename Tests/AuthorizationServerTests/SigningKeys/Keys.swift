import Accounts
import AuthorizationServer
import Cryptography
import Foundation
import JSON

/// Keys and times for decisions: made without cryptography, because only names and times are decided by.
enum Keys {
    static let day: Int64 = 86_400
    static let schedule = schedule(rotateEvery: 90 * day, publishAhead: day, longestLifetime: 3600, cacheFor: 3600)

    static func schedule(
        rotateEvery: Int64,
        publishAhead: Int64,
        longestLifetime: Int64,
        cacheFor: Int64
    ) -> RotationSchedule {
        guard
            let schedule = RotationSchedule(
                rotateEvery: rotateEvery,
                publishAhead: publishAhead,
                longestLifetime: longestLifetime,
                cacheFor: cacheFor
            )
        else { preconditionFailure("a test's own schedule has to be sound") }
        return schedule
    }

    static func at(_ seconds: Int64) -> Instant { Instant(microseconds: seconds * 1_000_000) }

    /// A key by name and times in seconds.
    static func key(
        _ name: String,
        _ algorithm: TokenAlgorithm = .es256,
        published: Int64,
        since: Int64? = nil,
        until: Int64? = nil,
        lifetime: Int64 = 3600
    ) -> SigningKeyRecord {
        SigningKeyRecord(
            keyID: name,
            algorithm: algorithm,
            publicKey: "{}",
            sealedPrivateKey: until == nil ? [1] : nil,
            publishedAt: at(published),
            signsSince: since.map(at),
            signedUntil: until.map(at),
            longestLifetime: lifetime
        )
    }

    /// The keys after a change, as a store leaves them.
    static func carryOut(
        _ rotation: KeyRotation,
        on keys: [SigningKeyRecord],
        adding added: [SigningKeyRecord],
        at now: Instant
    ) -> [SigningKeyRecord] {
        keys.filter { !rotation.retired.contains($0.keyID) }.map { key in
            let isStopped = rotation.stopped.contains(key.keyID)
            let lifetime = key.signedUntil == nil ? rotation.longestLifetime ?? 0 : 0
            return SigningKeyRecord(
                keyID: key.keyID,
                algorithm: key.algorithm,
                publicKey: key.publicKey,
                sealedPrivateKey: isStopped ? nil : key.sealedPrivateKey,
                publishedAt: key.publishedAt,
                signsSince: rotation.promoted.contains(key.keyID) ? now : key.signsSince,
                signedUntil: isStopped ? now : key.signedUntil,
                longestLifetime: max(key.longestLifetime, lifetime)
            )
        } + added
    }
}

/// A store in memory whose clock the test moves.
actor MemorySigningKeys: SigningKeyStore {
    private var keys: [SigningKeyRecord] = []
    var now: Int64 = 1_800_000_000
    private var isAway = false

    func advance(_ seconds: Int64) { now += seconds }
    func set(away: Bool) { isAway = away }

    func signingKeys() async throws(StoreFailure) -> StoredSigningKeys {
        guard !isAway else { throw .unavailable }
        return StoredSigningKeys(keys, now: Keys.at(now))
    }

    func changeSigningKeys(
        _ decide: @Sendable (StoredSigningKeys) -> SigningKeyChange
    ) async throws(StoreFailure) -> StoredSigningKeys {
        guard !isAway else { throw .unavailable }
        let instant = Keys.at(now)
        let change = decide(StoredSigningKeys(keys, now: instant))
        let added = change.added.map { key in
            SigningKeyRecord(
                keyID: key.keyID,
                algorithm: key.algorithm,
                publicKey: key.publicKey,
                sealedPrivateKey: key.sealedPrivateKey,
                publishedAt: instant,
                signsSince: key.isCurrent ? instant : nil,
                signedUntil: nil,
                longestLifetime: key.longestLifetime
            )
        }
        keys = Keys.carryOut(change.rotation, on: keys, adding: added, at: instant)
        return StoredSigningKeys(keys, now: instant)
    }

    nonisolated func signingKeyChanges() -> AsyncStream<SigningKeySignal> { AsyncStream { $0.finish() } }
}
