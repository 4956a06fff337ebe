import JSON

/// Reads claims with exact types: a number that should be a text is a fault, never a conversion (D20).
struct ClaimReader {
    private let claims: JSONObject

    init(_ claims: JSONObject) { self.claims = claims }

    /// A text; nil when missing. `null` is a wrong type: it must not pass for "nothing said".
    func string(_ name: String) throws(IDTokenFault) -> String? {
        guard let value = claims[name] else { return nil }
        guard let text = value.string else { throw .wrongType(claim: name) }
        return text
    }

    func required(_ name: String) throws(IDTokenFault) -> String {
        guard let text = try string(name) else { throw .missing(claim: name) }
        return text
    }

    /// Unix seconds (RFC 7519 §2: fractions are allowed and cut off), from 0 to the year 9999; nil when missing.
    func time(_ name: String) throws(IDTokenFault) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let number = value.number else { throw .wrongType(claim: name) }
        let seconds = number.int64.map(Double.init) ?? number.double
        guard let seconds, seconds >= 0, seconds <= 253_402_300_799 else { throw .wrongType(claim: name) }
        return Int64(seconds)
    }

    /// `aud`: a text or a list of texts (RFC 7519 §4.1.3).
    func audiences() throws(IDTokenFault) -> [String] {
        switch claims["aud"] {
        case nil: throw .missing(claim: "aud")
        case .string(let audience): return [audience]
        case .array(let values):
            let audiences = values.compactMap(\.string)
            guard audiences.count == values.count else { throw .wrongType(claim: "aud") }
            return audiences
        default: throw .wrongType(claim: "aud")
        }
    }
}
