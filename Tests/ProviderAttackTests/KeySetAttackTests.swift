import Foundation
import TestSupport
import Testing

/// Section E and D08, X-12: key sets that are odd, hostile or merely not what was expected.
@Suite("Hostile key sets", .serialized, .enabled(if: Stack.isAvailable))
struct KeySetAttackTests {
    private static let opened = Task { try await Issuers.open(2 * KeySetRow.all.count + KeySetRow.good.count + 6) }

    @Test("E05 E06 E07 E08 E09 D08 X-12 a key set that cannot prove a token signs nobody in", arguments: KeySetRow.all)
    func refused(_ row: KeySetRow) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        try await row.prepare(stage)
        // Known before the attack, so that only the key set is.
        _ = try await stage.stack.browser().begin(issuer.id)
        try await stage.mock.misbehave(.oidc, row.misbehaviours)
        let person = try await stage.person(.oidc)
        let calls = ["token": 1, "profile": 0, "discovery": 0, "keys": row.fetches]
        try await stage.refuses(.oidc, row.refusal, calls: calls) { try await stage.approach(person, as: issuer.id) }
        // A set without a usable key was not kept, so the same issuer serves as the control. One with other keys was kept,
        // as it should be, and does another issuer no harm (E10).
        let control = row.isKept ? try await issuers.next() : issuer
        try await issuers.play(control)
        try await stage.control(person, as: control.id)
        try await row.restore(stage)
    }

    @Test("E06 E07 E08 D08 an unusual key set with the right key is used", arguments: KeySetRow.good)
    func accepted(_ misbehaviours: [String]) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let issuer = try await issuers.next()
        try await stage.mock.misbehave(.oidc, misbehaviours)
        let before = try await stage.calls(.oidc)
        let visit = try await stage.signIn(try await stage.person(.oidc), as: issuer.id)
        #expect(visit.answer.status == 303, "\(visit.explanation)")
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
    }

    @Test("E10 the same key id at two issuers: neither's keys are used for the other", arguments: [true, false])
    func collidingKeyIDs(_ honestFirst: Bool) async throws {
        let issuers = try await Self.opened.value
        let stage = issuers.stage
        let honest = try await issuers.next()
        let impostor = try await issuers.next()
        let person = try await stage.person(.oidc)
        func visitHonest() async throws {
            try await issuers.play(honest)
            try await stage.control(person, as: honest.id)
        }
        if honestFirst { try await visitHonest() }
        try await issuers.play(impostor)
        try await stage.mock.misbehave(.oidc, ["keys:impostor"])
        try await stage.refuses(.oidc, .idToken("bad_signature"), calls: ["keys": 1, "profile": 0]) {
            try await stage.approach(person, as: impostor.id)
        }
        try await visitHonest()
    }
}

/// One key set that must not sign anybody in.
struct KeySetRow: Sendable, CustomStringConvertible {
    let ids: String
    let misbehaviours: [String]
    let refusal: Refusal
    /// Key fetches: two where the right key may have been rotated in a moment ago (E05): the token names a key that is not
    /// there, or none, and the one there is does not fit.
    let fetches: Int
    /// Whether the stand-in signs with RSA keys.
    var isRSA = false

    var description: String { "\(ids) \(misbehaviours.joined(separator: " "))" }

    /// A set with some usable key stays: a token of that key would be good.
    var isKept: Bool { refusal.code == "id_token_refused" }

    init(_ ids: String, _ misbehaviours: [String], _ refusal: Refusal, isRSA: Bool = false) {
        self.ids = ids
        self.misbehaviours = misbehaviours
        self.refusal = refusal
        self.isRSA = isRSA
        let mayBeNew = refusal.detail == "unknown_key_id" || misbehaviours == ["keys:dropped-key", "id_token:no-kid"]
        fetches = mayBeNew ? 2 : 1
    }

    func prepare(_ stage: Stage) async throws {
        if isRSA { try await stage.mock.call("PUT", "/settings/oidc", #"{"signature":"RS256"}"#) }
    }

    func restore(_ stage: Stage) async throws {
        if isRSA { try await stage.mock.call("PUT", "/settings/oidc", #"{"signature":"ES256"}"#) }
    }

    private static let content: [KeySetRow] = [
        .init("E07", ["keys:empty-set"], .keys("no_usable_key")),
        .init("E07", ["keys:missing-keys"], .keys("malformed_body")),
        .init("E07", ["keys:only-weird"], .keys("no_usable_key")),
        .init("E07", ["keys:enc-only"], .keys("no_usable_key")),
        .init("E07", ["keys:keys-object"], .keys("malformed_body")),
        .init("E07", ["keys:keys-of-words"], .keys("no_usable_key")),
        .init("E07", ["keys:array"], .keys("malformed_body")),
        .init("E07", ["keys:key-ops"], .idToken("unusable_key")),
        .init("E09", ["keys:many=2000"], .keys("transport_too_large")),
        .init("E05", ["keys:dropped-key"], .idToken("unknown_key_id")),
        .init("E06", ["keys:no-kids"], .idToken("unknown_key_id")),
        .init("E06", ["keys:single-no-kid"], .idToken("unknown_key_id")),
        .init("E06", ["keys:no-kids", "id_token:no-kid"], .idToken("ambiguous_key")),
        .init("E06 D08", ["keys:dropped-key", "id_token:no-kid"], .idToken("bad_signature")),
        .init("E08", ["keys:duplicate-kid-both-wrong"], .idToken("bad_signature")),
        .init("E08 D05", ["keys:impostor"], .idToken("bad_signature")),
        .init("D08", ["keys:wrong-alg"], .idToken("unusable_key")),
        .init("D08", ["keys:wrong-kty"], .idToken("unusable_key")),
        .init("D08", ["keys:off-curve"], .idToken("unusable_key")),
        .init("D07 D08 X-12", ["keys:symmetric", "id_token:hs256-empty"], .idToken("algorithm_not_allowed")),
        .init("D08", ["keys:rsa-1024"], .keys("no_usable_key"), isRSA: true),
        .init("D08", ["keys:exponent-one"], .keys("no_usable_key"), isRSA: true),
        .init("D08", ["keys:padded-modulus"], .keys("no_usable_key"), isRSA: true),
        .init("D08", ["keys:wrong-kty"], .keys("no_usable_key"), isRSA: true),
        .init("D06 X-12", ["id_token:es256-alg-swap"], .idToken("key_mismatch"), isRSA: true),
        .init("D06 D08", ["id_token:ps256"], .idToken("algorithm_not_allowed"), isRSA: true),
        .init("D06 D08", ["id_token:rs512"], .idToken("algorithm_not_allowed"), isRSA: true),
    ]

    static let all =
        content + Refusal.documentDelivery(Refusal.keys).map { .init($0.ids, ["keys:" + $0.misbehaviour], $0.refusal) }

    static let good: [[String]] = [
        ["keys:only-current"], ["keys:only-current", "id_token:no-kid"], ["keys:single-no-kid", "id_token:no-kid"],
        ["keys:no-alg"], ["keys:no-use"], ["keys:weird-kinds"], ["keys:duplicate-kid"],
        ["keys:duplicate-kid-right-first"],
        ["keys:symmetric"], ["keys:many=500"], ["keys:set-cookie"], ["keys:no-cache-headers"], ["keys:age"],
        ["keys:cache-control"], ["keys:wrong-content-type=application/jwk-set+json"],
    ]
}
