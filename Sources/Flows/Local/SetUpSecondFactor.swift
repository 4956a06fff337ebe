public import Accounts
import Cryptography

/// Switching the second factor on and off, and new recovery codes: each in a fresh session, each told by mail.
public struct SetUpSecondFactor: Sendable {
    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "set_up_second_factor")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// Whether it can be offered: without a key to seal its secret there is none.
    public var isAvailable: Bool { services.keyRing != nil }

    /// The secret that is being set up; made when there is none. Its key URI is for an authenticator, and its owner only.
    public func prepare(_ visitor: Visitor) async throws(FlowFailure) -> TOTPSecret {
        let (session, _) = try await services.signedIn(visitor, fresh: true)
        let ring = try keyRing()
        guard session.user.email != nil, session.user.emailVerified else {
            throw FlowFailure(.changeCredential, .addressNotProven)
        }
        let present = try await factor(of: session.user.id)
        if let present {
            guard !present.isConfirmed else { throw FlowFailure(.changeCredential, .nothingToChange) }
            // A page that is shown again shows the same secret, but not for long: somebody else may have seen it.
            if present.isRecent, let secret = services.open(present, with: ring) { return secret }
        }
        let secret = TOTPSecret.generate()
        let sealed = ring.seal(secret.reveal(), context: LocalAccountServices.sealingContext(session.user.id))
        let stored = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.prepare(sealed, of: session.user.id)
        }
        guard stored else { throw FlowFailure(.changeCredential, .nothingToChange) }
        return secret
    }

    /// What an authenticator shows beside the code.
    public func label(_ visitor: Visitor) async throws(FlowFailure) -> (issuer: String, account: String) {
        let (session, _) = try await services.signedIn(visitor, fresh: true)
        return (services.settings.serviceName, session.user.email ?? session.user.id.description)
    }

    /// Puts the factor in force with a first code; the recovery codes are shown once and stored as hashes.
    public func confirm(
        code: String,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> (token: SessionToken, recoveryCodes: [RecoveryCode]) {
        try await metrics.measured { () async throws(FlowFailure) in
            let (session, token) = try await services.signedIn(visitor, fresh: true)
            let ring = try keyRing()
            try await services.count(services.settings.limits.secondFactor(of: session.user.id))
            guard let present = try await factor(of: session.user.id), !present.isConfirmed,
                let secret = services.open(present, with: ring)
            else { throw FlowFailure(.changeCredential, .nothingToChange) }
            guard
                let step = TOTP(secret).matchingStep(
                    code,
                    at: services.unixTime(),
                    after: present.lastStep
                )
            else { throw FlowFailure(.checkSecondFactor, .wrongCode, detail: "setting_up") }
            let codes = RecoveryCode.generateSet()
            let rotated = SessionToken.generate()
            let done = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.confirm(
                    present,
                    at: step,
                    recoveryCodes: codes.map(\.hash),
                    by: token.hash,
                    rotatingTo: rotated.hash,
                    event: services.event(.secondFactorAdded, visitor),
                    job: services.job(.secondFactorChanged(session.user.id, "on"))
                )
            }
            guard done else { throw FlowFailure(.changeCredential, .nothingToChange) }
            return (rotated, codes)
        }
    }

    /// New recovery codes; the former ones are void.
    public func replaceRecoveryCodes(_ visitor: Visitor) async throws(FlowFailure) -> [RecoveryCode] {
        try await metrics.measured { () async throws(FlowFailure) in
            let (session, token) = try await services.signedIn(visitor, fresh: true)
            let codes = RecoveryCode.generateSet()
            let done = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.replaceRecoveryCodes(
                    codes.map(\.hash),
                    by: token.hash,
                    event: services.event(.recoveryCodesReplaced, visitor),
                    job: services.job(.secondFactorChanged(session.user.id, "recovery_code"))
                )
            }
            guard done else { throw FlowFailure(.changeCredential, .nothingToChange) }
            return codes
        }
    }

    /// Switches the factor off, for whoever passes it once more.
    public func remove(code: String, _ visitor: Visitor) async throws(FlowFailure) -> SessionToken {
        try await metrics.measured { () async throws(FlowFailure) in
            let (session, token) = try await services.signedIn(visitor, fresh: true)
            try await services.count(services.settings.limits.secondFactor(of: session.user.id))
            guard let present = try await factor(of: session.user.id), present.isConfirmed else {
                throw FlowFailure(.changeCredential, .nothingToChange)
            }
            let step = try services.step(code, present)
            let rotated = SessionToken.generate()
            let removal = try await services.storing(.changeCredential) { () async throws(StoreFailure) in
                try await services.store.removeFactor(
                    passing: step,
                    by: token.hash,
                    rotatingTo: rotated.hash,
                    event: services.event(.secondFactorRemoved, visitor),
                    job: services.job(.secondFactorChanged(session.user.id, "off"))
                )
            }
            switch removal {
            case .removed: return rotated
            case .wrongStep: throw FlowFailure(.checkSecondFactor, .wrongCode, detail: "used")
            case .passwordTooShort: throw FlowFailure(.changeCredential, .passwordTooShortAlone)
            case .nothingToRemove: throw FlowFailure(.changeCredential, .nothingToChange)
            }
        }
    }

    private func keyRing() throws(FlowFailure) -> KeyRing {
        guard let ring = services.keyRing else {
            throw FlowFailure(.changeCredential, .misconfigured, detail: "encryption_keys")
        }
        return ring
    }

    private func factor(of user: UserID) async throws(FlowFailure) -> StoredFactor? {
        try await services.storing(.changeCredential) { () async throws(StoreFailure) in
            try await services.store.factor(of: user)
        }
    }
}

extension LocalAccountServices {
    /// A secret copied to another user's row does not open there.
    static func sealingContext(_ user: UserID) -> [UInt8] {
        Array("totp_factors.sealed_secret:\(user)".utf8)
    }

    func open(_ factor: StoredFactor, with ring: KeyRing) -> TOTPSecret? {
        ring.open(factor.sealedSecret, context: Self.sealingContext(factor.user)).flatMap { TOTPSecret(stored: $0) }
    }
}
