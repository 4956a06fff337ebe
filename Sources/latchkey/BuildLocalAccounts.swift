import Accounts
import Cryptography
import CurlTransport
import Flows
import Foundation
import OAuth
import PasswordHashing
import Providers
import ServiceConfiguration

/// How passwords are hashed.
func passwordHasher(_ configuration: ServiceConfiguration) throws(StartFault) -> BoundedPasswordHasher {
    let passwords = configuration.passwords
    do {
        return try BoundedPasswordHasher(
            parameters: Argon2Parameters(memoryKiB: passwords.hashMemory, passes: passwords.hashPasses),
            threads: passwords.hashThreads > 0 ? passwords.hashThreads : ProcessInfo.processInfo.activeProcessorCount,
            queueLimit: passwords.queueLimit,
            keepsMemory: passwords.hashKeepsMemory,
            skipsDummyHash: configuration.development.skipsDummyHash
        )
    } catch {
        throw StartFault("passwords cannot be hashed: \(error)")
    }
}

/// Which new passwords are accepted.
func passwordRules(_ configuration: ServiceConfiguration) throws(StartFault) -> PasswordRules {
    var blocked = BlockList.builtIn
    if let path = configuration.passwords.blockList {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw StartFault("password.block_list: \(path) cannot be read")
        }
        do {
            blocked = blocked.union(try BlockList(file: [UInt8](bytes)))
        } catch {
            let faults = error.faults.map { "\(path): \($0.sentence)" }.joined(separator: "\n")
            throw StartFault("password.block_list is faulty:\n\(faults)")
        }
    }
    return PasswordRules(
        minimumLength: configuration.passwords.minimumLength,
        minimumLengthWithSecondFactor: configuration.passwords.minimumLengthWithSecondFactor,
        blockList: blocked
    )
}

/// The list of breached passwords, if it is asked at all.
func breachCheck(_ configuration: ServiceConfiguration, transport: CurlTransport) -> BreachCheck? {
    switch configuration.passwords.breachCheck {
    case .off: nil
    case .failOpen, .failClosed:
        BreachCheck(
            transport: transport,
            endpoint: configuration.passwords.breachOrigin.description,
            failsOpen: configuration.passwords.breachCheck == .failOpen
        )
    }
}

/// The keys that seal secrets at rest; nil when there are none.
func keyRing(_ configuration: ServiceConfiguration) throws(StartFault) -> KeyRing? {
    let keys = configuration.encryption.keys
    guard let current = keys.first else { return nil }
    let pairs = keys.map { (id: $0.id, key: Base64URL.decode($0.material.reveal()) ?? []) }
    guard let ring = KeyRing(keys: pairs, current: current.id) else {
        throw StartFault("encryption.keys cannot be used: every key needs an id of its own and 32 bytes")
    }
    return ring
}

/// What local accounts offer here.
func localAccountSettings(
    _ configuration: ServiceConfiguration,
    providers: [ConfiguredProvider],
    policy: LivePolicy,
    lifetime: SessionLifetime
) -> LocalAccountServices.Settings {
    let throttle = configuration.throttle
    return LocalAccountServices.Settings(
        isEnabled: configuration.hasLocalAccounts,
        policy: policy,
        sessionLifetime: lifetime,
        serviceName: configuration.serviceName,
        publicOrigin: configuration.publicURL.description,
        defaultReturnAddress: configuration.signIn.defaultReturnTo,
        providerNames: Dictionary(
            providers.map { ($0.provider.id.description, $0.provider.name) },
            uniquingKeysWith: { first, _ in first }
        ),
        signInIssuers: Dictionary(
            providers.filter { !$0.isLinkOnly }.map { ($0.provider.id.description, $0.provider.issuer) },
            uniquingKeysWith: { first, _ in first }
        ),
        offersMailedLink: configuration.signIn.mailedLink,
        offersMailedCode: configuration.signIn.mailedCode,
        registrationLifetime: configuration.account.signUpLifetime,
        resetLifetime: configuration.passwords.resetLifetime,
        undoLifetime: configuration.account.undoLifetime,
        identityUndoFor: configuration.account.identityUndoFor,
        privilegedRoles: Set(configuration.linking.privilegedRoles),
        limits: AttemptLimits(
            passwordsPerPair: throttle.passwordsPerPair,
            passwordsPerAddress: throttle.passwordsPerAddress,
            attemptsPerClient: throttle.attemptsPerClient,
            mailsPerAddress: throttle.mailsPerAddress,
            mailsPerClient: throttle.mailsPerClient
        )
    )
}
