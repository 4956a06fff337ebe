public import JOSE

/// Why an ID token is refused; one case for each check.
public enum IDTokenFault: Error, Sendable, Hashable {
    /// The token's form, algorithm, key or signature.
    case signature(JOSEFault)
    /// The header names a type that is not an ID token's (`at+jwt`, `logout+jwt`), or the claims are a logout token's.
    case notAnIDToken
    /// The payload is not a JSON object without repeated names.
    case malformedClaims
    /// A claim has the wrong JSON type.
    case wrongType(claim: String)
    /// A required claim is missing.
    case missing(claim: String)
    /// `iss` is not one of the accepted spellings.
    case issuerMismatch
    /// `aud` does not contain our client id.
    case audienceMismatch
    /// `aud` contains somebody else too.
    case additionalAudience
    /// `azp` is not our client id.
    case authorizedPartyMismatch
    /// `exp` has passed.
    case expired
    /// `iat` or `nbf` lies in the future.
    case notYetValid
    /// `iat` lies too far back.
    case tooOld
    /// `nonce` is not the one that was sent.
    case nonceMismatch
    /// `sub` is empty, too long or not visible ASCII.
    case invalidSubject
    /// `at_hash` does not belong to the access token.
    case accessTokenMismatch
    /// `auth_time` is older than asked for.
    case authenticationTooOld

    /// Stable name for logs, metrics and pages.
    public var code: String {
        switch self {
        case .signature(let fault): fault.rawValue
        case .notAnIDToken: "not_an_id_token"
        case .malformedClaims: "malformed_claims"
        case .wrongType(let claim): "wrong_type_" + claim
        case .missing(let claim): "missing_" + claim
        case .issuerMismatch: "issuer_mismatch"
        case .audienceMismatch: "audience_mismatch"
        case .additionalAudience: "additional_audience"
        case .authorizedPartyMismatch: "authorized_party_mismatch"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .tooOld: "too_old"
        case .nonceMismatch: "nonce_mismatch"
        case .invalidSubject: "invalid_subject"
        case .accessTokenMismatch: "access_token_mismatch"
        case .authenticationTooOld: "authentication_too_old"
        }
    }

    /// Whether the token names a key the set does not have: fetch the set again once, then decide (E05).
    public var isUnknownKeyID: Bool {
        if case .signature(let fault) = self { fault == .unknownKeyID } else { false }
    }
}
