import AuthorizationServer
import Cryptography
import Foundation
import Logging
import PostgresStore
import ServiceConfiguration
import ServiceLifecycle

/// What signs tokens on this node; nil without `encryption.keys`, because private keys are stored sealed or not at all.
struct SigningKeyServices: Sendable {
    let live: LiveSigningKeys
    let loader: SigningKeyLoader
}

/// Wires the signing keys; nothing is started here.
func signingKeyServices(
    _ configuration: ServiceConfiguration,
    store: PostgresStore,
    logger: Logger
) throws(StartFault) -> SigningKeyServices? {
    guard let sealing = try keyRing(configuration) else { return nil }
    let schedule = try rotationSchedule(configuration)
    let live = LiveSigningKeys(schedule: schedule, unixTime: { Int64(Date().timeIntervalSince1970) })
    let loader = SigningKeyLoader(live: live, store: store, sealing: sealing, schedule: schedule, logger: logger)
    return SigningKeyServices(live: live, loader: loader)
}

/// `tokens.keys`, as the keys follow it.
func rotationSchedule(_ configuration: ServiceConfiguration) throws(StartFault) -> RotationSchedule {
    let keys = configuration.tokens.keys
    let schedule = RotationSchedule(
        rotateEvery: keys.rotateEvery.components.seconds,
        publishAhead: keys.publishAhead.components.seconds,
        longestLifetime: keys.overlap.components.seconds,
        cacheFor: keys.cacheFor.components.seconds
    )
    guard let schedule else { throw StartFault("tokens.keys cannot be used: a key would sign before it is known") }
    return schedule
}

/// Reads the signing keys, or makes the first ones, before anybody can ask for them.
func startSigningKeys(_ loader: SigningKeyLoader) async throws(StartFault) {
    let unopened: [SigningKeyRecord]
    do {
        unopened = try await loader.start()
    } catch {
        throw StartFault("there are no signing keys to start with: \(error)")
    }
    guard let key = unopened.first else { return }
    throw StartFault(
        """
        the signing key \(key.keyID) is sealed with the encryption key "\(key.sealedWith ?? "")", which encryption.keys does \
        not have, or not as it was; if it is lost: `latchkey keys rotate --now`
        """
    )
}

/// The signing keys of this node: changes elsewhere are listened for, and keys are replaced when it is time.
struct SigningKeyService: Service {
    let loader: SigningKeyLoader

    func run() async throws {
        await cancelWhenGracefulShutdown { await loader.run() }
    }
}
