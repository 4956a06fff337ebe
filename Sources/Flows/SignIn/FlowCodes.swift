import OAuth
import OpenIDConnect
import Providers

// How the faults of the layers below are put to the person. The detail keeps the finer word for operators.

extension TransportFailure {
    var flowCode: FlowCode {
        switch self {
        case .unreachable, .timedOut, .broken, .busy, .circuitOpen, .stopped, .tls: .providerUnavailable
        case .tooLarge: .providerAnswerInvalid
        case .refusedURL, .refusedAddress: .misconfigured
        }
    }
}

extension TokenFault {
    var flowCode: FlowCode {
        switch reason {
        case .invalidGrant, .invalidRequest: .codeRefused
        case .invalidClient, .redirectURIMismatch, .unauthorizedClient, .unsupportedGrantType, .invalidScope:
            .misconfigured
        case .unverifiedUserEmail: .identityUnusable
        case .rateLimited: .providerBusy
        case .unavailable: .providerUnavailable
        case .otherError, .redirected, .unexpectedStatus, .unexpectedContentType, .malformedBody, .missingAccessToken,
            .unexpectedTokenType, .wrongType:
            .providerAnswerInvalid
        }
    }
}

extension ProfileFault {
    var flowCode: FlowCode {
        switch reason {
        case .rateLimited: .providerBusy
        case .unavailable: .providerUnavailable
        case .unauthorized, .forbidden, .redirected, .unexpectedStatus, .unexpectedContentType, .malformedBody:
            .providerAnswerInvalid
        }
    }
}

extension TokenCheckFault {
    var flowCode: FlowCode {
        switch reason {
        case .unknownToken, .otherApp: .tokenRefused
        case .unauthorized: .misconfigured
        case .rateLimited: .providerBusy
        case .unavailable: .providerUnavailable
        case .unexpectedAnswer: .providerAnswerInvalid
        }
    }
}

extension MetadataFault {
    var flowCode: FlowCode {
        switch self {
        case .transport(let failure): failure.flowCode
        case .unexpectedStatus: .providerUnavailable
        case .unexpectedContentType, .malformedBody, .issuerMismatch, .missingMember, .refusedEndpoint, .noUsableKey:
            .providerAnswerInvalid
        }
    }
}

extension SignInServices {
    /// Where a provider's endpoints are: from its file, or from its discovery document, which is cached.
    func endpoints(of configured: ConfiguredProvider, step: FlowStep) async throws(FlowFailure) -> ResolvedEndpoints {
        do {
            return try await configured.provider.endpoints(using: metadata)
        } catch {
            throw FlowFailure(step, error.flowCode, detail: "discovery_" + error.code, provider: configured.provider.id)
        }
    }
}
