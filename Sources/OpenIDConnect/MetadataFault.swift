public import OAuth

/// Why an issuer's metadata or key set cannot be used. Nothing of it is stored then.
public enum MetadataFault: Error, Sendable, Hashable {
    /// No answer came.
    case transport(TransportFailure)
    /// The status is not 200. Redirects count: metadata comes from the issuer or not at all (E09).
    case unexpectedStatus
    /// The declared type is not JSON.
    case unexpectedContentType
    /// The body is not the JSON it should be.
    case malformedBody
    /// The document's `issuer` is not the configured one, byte for byte (E01).
    case issuerMismatch
    /// A required member is missing or of the wrong type.
    case missingMember
    /// An endpoint is not an acceptable URL, not https, or not on a host the provider's file lists (E03).
    case refusedEndpoint
    /// A key set without one usable key.
    case noUsableKey

    /// Stable name for logs, metrics and pages.
    public var code: String {
        switch self {
        case .transport(let failure): "transport_" + failure.rawValue
        case .unexpectedStatus: "unexpected_status"
        case .unexpectedContentType: "unexpected_content_type"
        case .malformedBody: "malformed_body"
        case .issuerMismatch: "issuer_mismatch"
        case .missingMember: "missing_member"
        case .refusedEndpoint: "refused_endpoint"
        case .noUsableKey: "no_usable_key"
        }
    }
}
