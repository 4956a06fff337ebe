/// One forged, foreign or broken ID token.
struct IDTokenRow: Sendable, CustomStringConvertible {
    let ids: String
    let misbehaviour: String
    /// Detail at Google's stand-in (four RSA keys, RS256 alone is allowed); nil where the token is a good one there.
    let google: String?
    /// Detail at the generic provider (two EC keys, RS256 and ES256 are allowed).
    let generic: String?

    var description: String { "\(ids) \(misbehaviour)" }

    init(_ ids: String, _ misbehaviour: String, _ detail: String) {
        self.init(ids, misbehaviour, google: detail, generic: detail)
    }

    init(_ ids: String, _ misbehaviour: String, google: String?, generic: String?) {
        self.ids = ids
        self.misbehaviour = misbehaviour
        self.google = google
        self.generic = generic
    }
}

extension IDTokenRow {
    /// D01, X-1: who issued it.
    static let issuer: [IDTokenRow] = [
        .init("D01 X-1", "wrong-issuer", "issuer_mismatch"),
        .init("D01", "wrong-issuer=https://accounts.google.com.evil.example", "issuer_mismatch"),
        .init("D01", "other-issuer-spelling", google: nil, generic: "issuer_mismatch"),
        .init("D01", "issuer-trailing-slash", "issuer_mismatch"),
        .init("D01", "issuer-uppercase", "issuer_mismatch"),
        .init("D01", "issuer-other-scheme", "issuer_mismatch"),
        .init("D20", "issuer-array", "wrong_type_iss"),
        .init("D01", "missing-issuer", "missing_iss"),
        .init("D01", #"claim=iss:"""#, "issuer_mismatch"),
        .init("D20", "claim=iss:null", "wrong_type_iss"),
    ]

    /// D02 to D04, X-2: for whom it was made.
    static let audience: [IDTokenRow] = [
        .init("D02 X-2", "wrong-audience", "audience_mismatch"),
        .init("D02 X-2", "wrong-audience-and-azp", "audience_mismatch"),
        .init("D02", "missing-audience", "missing_aud"),
        .init("D02", "empty-audience", "audience_mismatch"),
        .init("D20", "audience-number", "wrong_type_aud"),
        .init("D20", #"claim=aud:["google-client",1]"#, "wrong_type_aud"),
        .init("D02", "audience-case", "audience_mismatch"),
        .init("D02", "audience-trailing-slash", "audience_mismatch"),
        .init("D03", "second-audience", "additional_audience"),
        .init("D03", "second-audience-with-azp", "additional_audience"),
        .init("D04 X-2", "wrong-azp", "authorized_party_mismatch"),
        .init("D20", "claim=azp:[]", "wrong_type_azp"),
    ]

    /// D05 to D09, X-12: signature, algorithm, key, header.
    static let signature: [IDTokenRow] = [
        .init("D05 X-12", "flipped-signature-bit", "bad_signature"),
        .init("D05 X-12", "foreign-key", "bad_signature"),
        .init("D05 X-12", "empty-signature", "bad_signature"),
        .init("D05 X-12", "zero-signature", google: "algorithm_not_allowed", generic: "bad_signature"),
        .init("D06 X-12", "alg-none", "algorithm_not_allowed"),
        .init("D06 X-12", "alg-None", "algorithm_not_allowed"),
        .init("D06 X-12", "alg-nOnE", "algorithm_not_allowed"),
        .init("D06 X-12", "alg-NONE", "algorithm_not_allowed"),
        .init("D06 X-12", "unsigned", "algorithm_not_allowed"),
        .init("D06 X-12", "none-with-signature", "algorithm_not_allowed"),
        .init("D06 X-12", "missing-alg", "malformed"),
        .init("D06 X-12", "es256-alg-swap", google: "algorithm_not_allowed", generic: "key_mismatch"),
        .init("D06", "rs512", "algorithm_not_allowed"),
        .init("D06", "ps256", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-public-key", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-public-key-der", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-public-key-jwk", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-public-key-modulus", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-client-secret", "algorithm_not_allowed"),
        .init("D07 X-12", "hs256-empty", "algorithm_not_allowed"),
        .init("D08 X-12", "embedded-jwk", "unknown_key_id"),
        .init("D08 X-12 X-1", "jku", "unknown_key_id"),
        .init("D08 X-12", "x5u", "unknown_key_id"),
        .init("D08 X-12", "x5c", "unknown_key_id"),
        .init("D08 X-12", "unknown-kid", "unknown_key_id"),
        .init("D08 X-12", "kid-path", "unknown_key_id"),
        .init("D08 X-12", "kid-sql", "unknown_key_id"),
        .init("D08 X-12", "other-kid", "bad_signature"),
        .init("D08 D20", "kid-number", "malformed"),
        .init("E06", "no-kid", "ambiguous_key"),
        .init("D09", "crit", "critical_header"),
        .init("D09", "crit-empty", "critical_header"),
        .init("D09", "b64-false", "critical_header"),
        .init("D09", "five-part-jwe", "encrypted"),
        .init("D09", "nested", "nested"),
    ]

    /// D10 to D12: times.
    static let time: [IDTokenRow] = [
        .init("D10", "expired", "expired"),
        .init("D10", "expired=61", "expired"),
        .init("D10", "missing-exp", "missing_exp"),
        .init("D10 D20", "exp-string", "wrong_type_exp"),
        .init("D10 D20", "exp-null", "wrong_type_exp"),
        .init("D10", "exp-overflow", "wrong_type_exp"),
        .init("D10", "exp-max", "wrong_type_exp"),
        .init("D10", "exp-min", "wrong_type_exp"),
        .init("D11", "iat-future", "not_yet_valid"),
        .init("D11", "iat-future=120", "not_yet_valid"),
        .init("D11", "iat-old", "too_old"),
        .init("D11", "iat-old=3665", "too_old"),
        .init("D11", "missing-iat", "missing_iat"),
        .init("D11 D20", "iat-string", "wrong_type_iat"),
        .init("D11", "iat-min", "wrong_type_iat"),
        .init("D11", "iat-max", "wrong_type_iat"),
        .init("D12", "nbf-future", "not_yet_valid"),
        .init("D12 D20", "nbf-string", "wrong_type_nbf"),
        .init("D12", "not-yet", "not_yet_valid"),
    ]

    /// D13 to D15: to which request it answers, about whom, with which access token.
    static let binding: [IDTokenRow] = [
        .init("D13", "wrong-nonce", "nonce_mismatch"),
        .init("D13", "missing-nonce", "missing_nonce"),
        .init("D13 D20", "nonce-number", "wrong_type_nonce"),
        .init("D13 D20", "nonce-array", "wrong_type_nonce"),
        .init("D13", #"claim=nonce:"""#, "nonce_mismatch"),
        .init("D14", "missing-sub", "missing_sub"),
        .init("D14 D20", "sub-number", "wrong_type_sub"),
        .init("D14 D20", "sub-null", "wrong_type_sub"),
        .init("D14 D20", "sub-array", "wrong_type_sub"),
        .init("D14", "sub-empty", "invalid_subject"),
        .init("D14", "sub-256", "invalid_subject"),
        .init("D14", "sub-not-ascii", "invalid_subject"),
        .init("D14", "sub-control", "invalid_subject"),
        .init("D15", "wrong-at-hash", "access_token_mismatch"),
        .init("D15 D20", "at-hash-number", "wrong_type_at_hash"),
        .init("D15", #"claim=at_hash:"""#, "access_token_mismatch"),
    ]

    /// D18, D19: another kind of token, or no token at all.
    static let shape: [IDTokenRow] = [
        .init("D18", "typ-logout", "not_an_id_token"),
        .init("D18", "typ-access-token", "not_an_id_token"),
        .init("D18", "typ", "not_an_id_token"),
        .init("D18", "logout-events", "not_an_id_token"),
        .init("D19", "missing-signature", "malformed"),
        .init("D19", "four-parts", "malformed"),
        .init("D19", "padded-base64", "malformed"),
        .init("D19", "standard-base64", "malformed"),
        .init("D19", "unused-bits", "malformed"),
        .init("D19", "json-serialization", "malformed"),
        .init("D19", "not-a-token", "malformed"),
        .init("D19", "dots", "malformed"),
        .init("D19", "duplicate-header-key", "malformed"),
        .init("D19", "duplicate-json-key", "malformed_claims"),
        .init("D19", "duplicate-json-key-escaped", "malformed_claims"),
        .init("D19", "duplicate-json-key=\"aud\":\"google-client\"", "malformed_claims"),
        .init("D19", "deep", "malformed_claims"),
        .init("D19", "deep=17", "malformed_claims"),
    ]

    static let all = issuer + audience + signature + time + binding + shape

    /// D02, D10, D12, D14 to D16, D18: tokens that look unusual and are good, so that no check is stricter than it says.
    static let good: [IDTokenRow] = [
        .init("D02", "audience-array", google: nil, generic: nil),
        .init("D04", "missing-azp", google: nil, generic: nil),
        .init("D10", "exp-fraction", google: nil, generic: nil),
        .init("D10", "expired=30", google: nil, generic: nil),
        .init("D11", "iat-future=20", google: nil, generic: nil),
        .init("D11", "iat-old=3500", google: nil, generic: nil),
        .init("D12", "nbf-past", google: nil, generic: nil),
        .init("D15", "missing-at-hash", google: nil, generic: nil),
        .init("D16", "stale-auth-time", google: nil, generic: nil),
        .init("D16", "fresh-auth-time", google: nil, generic: nil),
        .init("D18", "typ-missing", google: nil, generic: nil),
        .init("D18", "typ=jwt", google: nil, generic: nil),
    ]
}
