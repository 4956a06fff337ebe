public import JSON

/// The protected header of a JWS (RFC 7515 section 4), read strictly.
public struct JWSHeader: Sendable, Hashable {
    /// The algorithm as it is written; perhaps one that nobody offers.
    public let alg: String
    /// The key id.
    public let kid: String?
    /// The type of the whole token.
    public let typ: String?
    /// All members, including those that are never used, such as `jwk` or `x5u`.
    public let raw: JSONObject

    /// Headers are small: a deep one has no honest purpose.
    private static let limits = JSONLimits(bytes: 16_384, depth: 8)

    /// - Throws: ``JOSEFault/malformed`` when the bytes are not a strict JSON object with a string `alg`, or a member
    ///   has the wrong type.
    init(json bytes: [UInt8]) throws(JOSEFault) {
        guard let json = try? JSONValue.parse(bytes, limits: Self.limits), let raw = json.object,
            let alg = raw["alg"]?.string
        else { throw .malformed }
        self.alg = alg
        kid = try Self.text("kid", in: raw)
        typ = try Self.text("typ", in: raw)
        self.raw = raw
    }

    private static func text(_ name: String, in raw: JSONObject) throws(JOSEFault) -> String? {
        guard let value = raw[name] else { return nil }
        guard let text = value.string else { throw .malformed }
        return text
    }

    /// Refuses what is not a plain signed token, whatever its signature.
    func requirePlain() throws(JOSEFault) {
        guard raw["enc"] == nil else { throw .encrypted }
        // No extension is understood here, so none can be honoured; an empty `crit` is forbidden anyway. `b64` changes
        // what is signed, so it is refused even where `crit` does not list it.
        guard raw["crit"] == nil, raw["b64"] == nil else { throw .criticalHeader }
        if let content = raw["cty"] {
            guard let content = content.string else { throw .malformed }
            guard content.lowercased() != "jwt", content.lowercased() != "application/jwt" else { throw .nested }
        }
    }
}
