public import JSON

/// What stands for the keys where nothing can be sealed and so nothing can be signed: an installation without apps.
public struct NoSigner: TokenSigner {
    /// Creates it.
    public init() {}

    /// Never.
    public var isReady: Bool { false }

    /// Never signs.
    public func sign(
        _ claims: JSONObject,
        type: SignedTokenType,
        algorithm: TokenAlgorithm
    ) throws(TokenSigningFault) -> String { throw .noKey }

    /// Recognises nothing.
    public func claims(of token: String, type: SignedTokenType) -> JSONObject? { nil }
}
