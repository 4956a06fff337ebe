import JSON
import Testing

@testable import mock_provider

@Suite("Stand-in for Google: offline access")
struct GoogleRefreshTests {
    private func tokens(_ stage: Stage, _ changes: [String: String?]) throws -> JSONValue {
        stage.exchange(try stage.code(changes)).json
    }

    @Test("a refresh token comes with offline access, the first time and with every consent")
    func given() throws {
        let stage = try Stage(.google)
        #expect(try tokens(stage, [:])["refresh_token"] == nil)
        let offline: [String: String?] = ["access_type": "offline"]
        #expect(try tokens(stage, offline)["refresh_token"]?.string != nil)
        #expect(try tokens(stage, offline)["refresh_token"] == nil)
        let asked = offline.merging(["prompt": "consent select_account"]) { $1 }
        #expect(try tokens(stage, asked)["refresh_token"]?.string != nil)
    }

    @Test("C14 a refresh token works again and again, gives none, and ends when it is revoked")
    func refreshed() throws {
        let stage = try Stage(.google)
        let first = try tokens(stage, ["access_type": "offline"])
        let token = try #require(first["refresh_token"]?.string)
        let change: [String: String?] = ["grant_type": "refresh_token", "refresh_token": token]
        for _ in 0..<2 {
            let next = stage.exchange("", change)
            #expect(next.status == 200 && next.json["refresh_token"] == nil)
            #expect(next.json["access_token"] != first["access_token"])
            #expect(stage.profile(next.json["access_token"]?.string ?? "").status == 200)
            let claims = try stage.verified(next.json)
            #expect(claims["nonce"] == nil && claims["sub"] != nil)
        }
        #expect(stage.world.log.counters["google"]?["token_refreshed"] == 2)
        #expect(stage.standIn.tokens.revoke(token))
        let refused = stage.exchange("", change)
        #expect(refused.status == 400 && refused.json["error"] == "invalid_grant")
    }
}
