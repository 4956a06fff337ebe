import Cryptography
import JOSE
import JSON
import Testing

@testable import mock_provider

@Suite("Misbehaviours")
struct MisbehaviourTests {
    @Test("every name occurs once on its surface, and can be parsed with and without it")
    func names() throws {
        for surface in Surface.allCases {
            let names = Catalogue.entries(of: surface).map(\.name)
            #expect(Set(names).count == names.count, "on \(surface)")
            for name in names {
                #expect(try Misbehaviour.parse("\(surface.rawValue):\(name)=7").argument == "7")
                #expect(try Misbehaviour.parse(name).name == name)
            }
        }
        #expect(try Misbehaviour.parse("missing-sub").surface == .idToken)
        #expect(throws: ControlFault.self) { try Misbehaviour.parse("no-such-thing") }
        #expect(throws: ControlFault.self) { try Misbehaviour.parse("nowhere:slow") }
    }

    /// Headers that are only odd: whoever reads claims has to look at them, not who checks signatures.
    private static let signedWell: Set<String> = ["typ-logout", "typ-access-token", "typ-missing", "typ"]

    @Test(
        "D05, D06, D08, D09, D19 every forged header, signature and shape is one",
        arguments: (IDTokenHeaderTwists.all + IDTokenSignatureTwists.all + IDTokenShapeTwists.all).map(\.name),
        [StandInKind.oidc]
    )
    func forgeries(name: String, kind: StandInKind) throws {
        let stage = try Stage(kind)
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .idToken)], times: 1)
        let tokens = try stage.tokens()
        #expect(tokens["access_token"] != nil)
        guard Self.signedWell.contains(name) else {
            #expect(throws: (any Error).self) { try stage.verified(tokens) }
            return
        }
        _ = try stage.verified(tokens)
    }

    @Test("D01 to D15, D20 every changed claim is signed well", arguments: claimNames)
    func claims(name: String) throws {
        let stage = try Stage(.oidc)
        let good = try stage.verified(stage.tokens())
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .idToken)], times: 1)
        let changed = try stage.verified(stage.tokens())
        let isUsual = ["missing-azp", "email-verified-true", "claim"].contains(name)
        #expect(isUsual || Self.withoutChance(good) != Self.withoutChance(changed))
        #expect(Self.withoutChance(try stage.verified(stage.tokens())) == Self.withoutChance(good), "counted down")
    }

    private static let claimNames =
        (IDTokenPartyTwists.all + IDTokenTimeTwists.all + EmailVerifiedTwists.idToken).map(\.name)

    /// Claims that differ between two good tokens: `at_hash` becomes its kind, times become their distance in hours.
    private static func withoutChance(_ claims: JSONValue) -> JSONValue {
        var members = claims.object ?? JSONObject()
        if members["at_hash"]?.string != IDTokens.accessTokenHash("another-access-token") {
            members["at_hash"] = members["at_hash"].map { $0.string == nil ? "other" : "string" }
        }
        let zero = Double(MockClock().seconds)
        for name in ["iat", "exp", "nbf", "auth_time"] {
            guard let value = members[name]?.number?.double else { continue }
            let minutes = ((value - zero) / 60).rounded()
            let isFraction = members[name]?.int64 == nil
            members[name] = .string("\(minutes == 0 ? 0 : minutes) \(isFraction)")
        }
        return .object(members)
    }

    @Test("parallel people misbehave each in their own way")
    func people() throws {
        let stage = try Stage(.oidc)
        _ = stage.control(
            "PUT",
            "/people/oidc/bad",
            ["subject": "bad", "misbehave": ["wrong-nonce", "profile:other-sub"]]
        )
        _ = stage.control("PUT", "/people/oidc/late", ["subject": "late", "misbehave": ["callback:wrong-state"]])
        #expect(try stage.verified(stage.tokens(as: "bad"))["nonce"] == "not-the-nonce-you-sent")
        #expect(stage.authorize(as: "late").callback["state"] == "somebody-elses-state")
        #expect(try stage.verified(stage.tokens(as: "alice"))["nonce"] == "the-nonce")
        let token = try stage.tokens(as: "bad")["access_token"]?.string ?? ""
        #expect(stage.profile(token).json["sub"] == "somebody-else")
    }

    @Test("B03, B07 callbacks", arguments: CallbackTwists.all.map(\.name))
    func callbacks(name: String) throws {
        let stage = try Stage(.google)
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .callback)], times: 1)
        let changed = stage.authorize()
        #expect(changed.status == 302)
        #expect(changed.header("location")?.hasPrefix(Stage.redirectURI + "?") == true)
        #expect(changed.header("location")?.contains { $0.isNewline } == false)
        let shape = { (answer: Answer) in
            answer.callback.pairs.map { $0.name == "code" && $0.value.hasPrefix("4/0A") ? "code" : "\($0)" }
        }
        let isUsual = ["add-iss", "same-code-twice", "fragment"].contains(name)
        #expect(isUsual || shape(changed) != shape(stage.authorize()))
    }

    @Test("bodies of the token endpoint", arguments: TokenTwists.all.map(\.name))
    func tokenBodies(name: String) throws {
        let stage = try Stage(.github)
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .token)], times: 1)
        let answer = stage.exchange(try stage.code())
        #expect(answer.status == 200)
        #expect(!answer.body.isEmpty)
    }

    @Test("profiles", arguments: ProfileTwists.all.map(\.name), [StandInKind.github, .x, .oidc])
    func profiles(name: String, kind: StandInKind) throws {
        let stage = try Stage(kind)
        let token = try stage.tokens()["access_token"]?.string ?? ""
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .profile)], times: 1)
        #expect(stage.profile(token, query: kind == .x ? "?user.fields=confirmed_email" : "").status == 200)
    }

    @Test("key sets", arguments: KeySetTwists.all.map(\.name))
    func keySets(name: String) throws {
        let stage = try Stage(.oidc)
        let tokens = try stage.tokens()
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .keys)], times: 1)
        let harmless: Set<String> = [
            "only-current", "single-no-kid", "no-alg", "no-use", "weird-kinds", "duplicate-kid",
            "duplicate-kid-right-first", "symmetric", "many", "exponent-one", "rsa-1024", "padded-modulus",
        ]
        guard !harmless.contains(name) else { return }
        #expect(throws: (any Error).self) { try stage.verified(tokens) }
    }

    @Test("E01 discovery", arguments: DiscoveryTwists.all.map(\.name))
    func discovery(name: String) throws {
        let stage = try Stage(.google)
        let good = stage.get(stage.path(.discovery)).body
        stage.standIn.misbehaviours.post([try Misbehaviour.parse(name, on: .discovery)], times: 1)
        let changed = stage.get(stage.path(.discovery)).body
        #expect(changed != good || name == "iss-announced")
        #expect(stage.get(stage.path(.discovery)).body == good)
    }

    @Test("delivery", arguments: DeliveryTwists.all.map(\.name))
    func delivery(name: String) throws {
        let stage = try Stage(.oidc)
        stage.standIn.misbehaviours.post([try Misbehaviour.parse("token:\(name)")], times: 1)
        let answer = stage.exchange(try stage.code())
        let isPlain: Bool = if case .plain = answer.delivery { true } else { false }
        let good = stage.exchange(try stage.code())
        #expect(
            !isPlain || answer.delay != nil || answer.status != good.status || answer.body.count != good.body.count
                || answer.headers.map(\.1) != good.headers.map(\.1)
        )
    }

    @Test("a test's own response replaces ours, byte for byte, as often as it said")
    func overrides() throws {
        let stage = try Stage(.google)
        let body: JSONValue = [
            "status": 201, "content_type": "text/plain", "body_base64": "AP8=", "headers": ["x-a": ["1", "2"]],
            "count": 2,
        ]
        #expect(stage.control("PUT", "/override/google/certs", body).status == 200)
        for _ in 0..<2 {
            let answer = stage.get("/oauth2/v3/certs")
            #expect(answer.status == 201)
            #expect(answer.body == [0, 255])
            #expect(answer.headers.map(\.1) == ["text/plain", "1", "2"])
        }
        #expect(stage.get("/oauth2/v3/certs").status == 200)
    }

    @Test("a gzip round is thirteen bytes")
    func gzip() {
        #expect(GzipBomb.round.count == 13)
        #expect(GzipBomb.opening.count == 16)
    }
}
