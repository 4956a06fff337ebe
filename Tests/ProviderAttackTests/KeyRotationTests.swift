import Foundation
import TestSupport
import Testing

/// E04, E05, E11: keys that change, disappear or cannot be fetched while people sign in.
@Suite("Key rotation", .serialized, .enabled(if: Stack.isAvailable))
struct KeyRotationTests {
    private static let opened = Task { try await Issuers.open(8) }

    @Test(
        "E05 keys that change between two logins: one look for the new set, both logins succeed",
        arguments: [true, false]
    )
    func betweenLogins(_ keepsOld: Bool) async throws {
        let issuers = try await Self.opened.value
        let (stage, issuer) = (issuers.stage, try await issuers.next())
        let person = try await stage.person(.oidc)
        try await stage.control(person, as: issuer.id)
        try await stage.mock.call("POST", "/rotate-keys/oidc", "{\"keep_old\":\(keepsOld)}")
        let before = try await stage.calls(.oidc)
        try await stage.control(person, as: issuer.id, "after the rotation")
        try await stage.control(person, as: issuer.id, "and again")
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
    }

    @Test("E05 keys that change in the middle of a login: it succeeds after one look")
    func midLogin() async throws {
        let issuers = try await Self.opened.value
        let (stage, issuer) = (issuers.stage, try await issuers.next())
        let person = try await stage.person(.oidc)
        try await stage.control(person, as: issuer.id)
        let before = try await stage.calls(.oidc)
        let approach = try await stage.approach(person, as: issuer.id)
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":false}"#)
        let visit = try await approach.deliver()
        #expect(visit.answer.status == 303, "\(visit.explanation)")
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
    }

    @Test("E05 E06 a provider whose keys have no ids changes its one key: one look for the new set, the login succeeds")
    func withoutKeyIDs() async throws {
        let issuers = try await Self.opened.value
        let (stage, issuer) = (issuers.stage, try await issuers.next())
        let person = try await stage.person(.oidc)
        try await stage.mock.misbehave(.oidc, ["keys:single-no-kid", "id_token:no-kid"])
        #expect(try await stage.signIn(person, as: issuer.id).answer.status == 303)
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":false}"#)
        let before = try await stage.calls(.oidc)
        let visit = try await stage.signIn(person, as: issuer.id)
        #expect(visit.answer.status == 303, "\(visit.explanation)")
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
        // A forged token is looked into no further than that, and refused.
        try await stage.mock.misbehave(.oidc, ["id_token:flipped-signature-bit"])
        try await stage.refuses(.oidc, .idToken("bad_signature"), calls: ["profile": 0, "keys": 0]) {
            try await stage.approach(person, as: issuer.id)
        }
    }

    @Test("E05 E11 a flood of unknown key ids costs the issuer one request; a withdrawn key is refused from then on")
    func flood() async throws {
        let issuers = try await Self.opened.value
        let (stage, issuer) = (issuers.stage, try await issuers.next())
        let good = try await stage.person(.oidc)
        try await stage.control(good, as: issuer.id)
        let before = try await stage.calls(.oidc)
        let rows = try await stage.rows()
        let outcomes = try await atOnce(24) { _ in
            let person = try await stage.person(.oidc).misbehaving(["id_token:unknown-kid"])
            try await person.put(at: stage.mock)
            return try await stage.signIn(person, as: issuer.id).answer.status
        }
        #expect(outcomes == Array(repeating: 502, count: 24))
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 1)
        #expect(try await stage.rows() == rows)
        // Everybody else signs in during the flood's aftermath.
        try await stage.control(good, as: issuer.id)

        // The key is withdrawn within those ten seconds: the documented window in which nobody looks again ends.
        try await stage.mock.call("POST", "/rotate-keys/oidc", #"{"keep_old":false}"#)
        let visit = try await eventually("the new key to be looked for") { () -> Visit? in
            let visit = try await stage.signIn(good, as: issuer.id)
            return visit.answer.status == 303 ? visit : nil
        }
        #expect(visit.answer.status == 303)
        #expect(try await stage.calls(.oidc).since(before)["keys"] == 2)

        // A token by the withdrawn key: the set that is served does not have it any more, nor does the one that is kept.
        let published = try await Browser(port: stage.mock.ports.oidc, origin: issuer.url).get("/jwks").text
        try await stage.mock.call("POST", "/reset")
        try await issuers.play(issuer)
        try await stage.mock.call("PUT", "/override/oidc/keys", "{\"json\":\(published)}")
        let person = try await stage.person(.oidc)
        try await stage.refuses(.oidc, .idToken("unknown_key_id"), calls: ["profile": 0, "keys": 0]) {
            try await stage.approach(person, as: issuer.id)
        }
    }

    @Test("E04 keys that cannot be fetched any more go on serving; a token they do not fit is still refused")
    func endpointFails() async throws {
        let issuers = try await Self.opened.value
        let (stage, issuer) = (issuers.stage, try await issuers.next())
        let good = try await stage.person(.oidc)
        try await stage.control(good, as: issuer.id)
        for failure in ["keys:status-500", "keys:reset", "keys:empty-set", "keys:html"] {
            try await stage.mock.behave()
            try await stage.mock.misbehave(.oidc, [failure])
            let before = try await stage.calls(.oidc)
            try await stage.control(good, as: issuer.id, "\(failure)")
            #expect(try await stage.calls(.oidc).since(before)["keys"] == 0)
            let person = try await stage.person(.oidc).misbehaving(["id_token:unknown-kid"])
            try await person.put(at: stage.mock)
            try await stage.refuses(.oidc, .idToken("unknown_key_id"), calls: ["profile": 0]) {
                try await stage.approach(person, as: issuer.id)
            }
            try await stage.control(good, as: issuer.id, "after a failed look for newer keys: \(failure)")
        }
    }
}
