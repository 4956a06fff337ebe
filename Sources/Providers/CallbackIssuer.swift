import OAuth

/// What a provider's callbacks say in `iss` (RFC 9207).
public struct CallbackIssuerRule: Sendable, Hashable {
    /// The only accepted value.
    public let expected: String
    /// Whether a callback without it is refused; also when the provider's metadata says it always sends it.
    public let required: Bool
}

/// Why a callback's `iss` is refused. The code must not be used then, not even to see what happens.
public enum CallbackIssuerFault: String, Error, Sendable, Hashable, CaseIterable {
    /// The callback comes from another issuer: a mix-up attack (RFC 9700 §4.4), or a wrong file.
    case mismatch = "issuer_mismatch"
    /// The provider always sends it, and did not.
    case missing = "issuer_missing"
}

extension Provider {
    /// Checks `iss` of a callback, of errors too (RFC 9207 §2). Present: compared byte by byte, whether advertised or not,
    /// because Google and GitHub both sent it for months before saying so. Absent: refused where it is required.
    public func checkCallbackIssuer(
        _ received: String?,
        endpoints: ResolvedEndpoints
    ) throws(CallbackIssuerFault) {
        guard let received else {
            guard !callbackIssuer.required, !endpoints.alwaysSendsIssuer else { throw .missing }
            return
        }
        guard received.isExactly(callbackIssuer.expected) else { throw .mismatch }
    }
}
