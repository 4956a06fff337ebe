import Cryptography
import JOSE
import JSON
import OpenIDConnect
import Testing

private let now: Int64 = 1_760_000_100

/// A valid set of claims, to be spoilt in one place.
private func claims(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
    var claims: JSONObject = [
        "iss": "https://accounts.google.com", "aud": "client", "azp": "client", "sub": "110169484474386276334",
        "nonce": "n-0S6_WzA2Mj", "iat": 1_760_000_000, "exp": 1_760_003_600, "email": "alice@example.com",
    ]
    change(&claims)
    return claims
}

private func expectation(_ change: (inout IDTokenExpectation) -> Void = { _ in }) -> IDTokenExpectation {
    var expectation = IDTokenExpectation(
        issuers: ["https://accounts.google.com", "accounts.google.com"],
        clientID: "client",
        nonce: Secret("n-0S6_WzA2Mj")
    )
    change(&expectation)
    return expectation
}

private func parsed(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

/// The code of the fault, or "accepted".
private func verdict(
    _ token: Secret,
    keys: JWKSet? = nil,
    _ expected: IDTokenExpectation = expectation(),
    at time: Int64 = now
) throws -> String {
    let keys = try keys ?? sharedIssuer.get().keys
    do {
        _ = try IDTokenVerifier.verify(token, keys: keys, expecting: expected, now: time)
        return "accepted"
    } catch { return error.code }
}

private func verdict(
    _ change: (inout JSONObject) -> Void,
    _ expected: IDTokenExpectation = expectation(),
    at time: Int64 = now
) throws -> String {
    try verdict(try sharedIssuer.get().token(claims(change)), expected, at: time)
}

@Suite("ID token")
struct IDTokenVerifierTests {
    @Test("a good token gives its claims")
    func good() throws {
        let issuer = try sharedIssuer.get()
        let verified = try IDTokenVerifier.verify(
            try issuer.token(claims()),
            keys: issuer.keys,
            expecting: expectation(),
            now: now
        )
        #expect(verified.subject == "110169484474386276334" && verified.issuer == "https://accounts.google.com")
        #expect(verified.issuedAt == 1_760_000_000 && verified.expiresAt == 1_760_003_600)
        #expect(verified.all["email"]?.string == "alice@example.com")
    }

    @Test(
        "D01 X-1 the issuer is one of the configured spellings, byte for byte",
        arguments: [
            ("https://accounts.google.com", "accepted"), ("accounts.google.com", "accepted"),
            ("https://accounts.google.com/", "issuer_mismatch"), ("https://Accounts.google.com", "issuer_mismatch"),
            ("http://accounts.google.com", "issuer_mismatch"), ("https://evil.example", "issuer_mismatch"),
            ("", "issuer_mismatch"), (" https://accounts.google.com", "issuer_mismatch"),
        ]
    )
    func issuer(issuer: String, expected: String) throws {
        #expect(try verdict { $0["iss"] = .string(issuer) } == expected)
    }

    @Test("D01 missing and mistyped issuer")
    func issuerShape() throws {
        #expect(try verdict { $0["iss"] = nil } == "missing_iss")
        #expect(try verdict { $0["iss"] = ["https://accounts.google.com"] } == "wrong_type_iss")
        #expect(try verdict { $0["iss"] = .null } == "wrong_type_iss")
    }

    @Test(
        "D02 D03 D04 X-2 several client ids are ours, and nobody else is",
        arguments: [
            (#""ios""#, nil, "accepted"), (#""ios""#, #""client""#, "accepted"), (#""client""#, #""ios""#, "accepted"),
            (#"["client","ios"]"#, #""ios""#, "accepted"), (#"["client","ios"]"#, nil, "missing_azp"),
            (#"["ios","other"]"#, #""ios""#, "additional_audience"), (#""other""#, #""ios""#, "audience_mismatch"),
            (#""ios""#, #""other""#, "authorized_party_mismatch"), (#""iOS""#, nil, "audience_mismatch"),
            (#""android ""#, nil, "audience_mismatch"),
        ] as [(String, String?, String)]
    )
    func severalClientIDs(_ audience: String, _ party: String?, _ wanted: String) throws {
        let audience = try parsed(audience)
        let party = try party.map(parsed)
        let found = try verdict(
            {
                $0["aud"] = audience
                $0["azp"] = party
            },
            expectation { $0.otherClientIDs = ["ios", "android"] }
        )
        #expect(found == wanted)
    }

    @Test(
        "D02 D03 D04 X-2 the audience is us, and nobody else",
        arguments: [
            (#""client""#, #""client""#, "accepted"), (#"["client"]"#, #""client""#, "accepted"),
            (#"["client"]"#, nil, "accepted"), (#""other""#, #""client""#, "audience_mismatch"),
            (#"["other"]"#, nil, "audience_mismatch"), ("[]", nil, "audience_mismatch"),
            (#""Client""#, nil, "audience_mismatch"), (#""client/""#, nil, "audience_mismatch"),
            (#""""#, nil, "audience_mismatch"), (#"["client","other"]"#, #""client""#, "additional_audience"),
            (#"["other","client"]"#, nil, "additional_audience"),
            (#""client""#, #""other""#, "authorized_party_mismatch"),
            (#"["client","client"]"#, nil, "missing_azp"), (nil, #""client""#, "missing_aud"),
            ("1", nil, "wrong_type_aud"),
            (#"["client",1]"#, nil, "wrong_type_aud"), (#"{"aud":"client"}"#, nil, "wrong_type_aud"),
            (#""client""#, #"["client"]"#, "wrong_type_azp"), ("null", nil, "wrong_type_aud"),
        ] as [(String?, String?, String)]
    )
    func audience(audience: String?, party: String?, expected: String) throws {
        let audience = try audience.map(parsed)
        let party = try party.map(parsed)
        let found = try verdict {
            $0["aud"] = audience
            $0["azp"] = party
        }
        #expect(found == expected)
    }

    @Test("D05 one changed bit anywhere is refused")
    func bits() throws {
        let token = try sharedIssuer.get().token(claims()).reveal()
        for position in stride(from: 0, to: token.utf8.count, by: 17) {
            var bytes = Array(token.utf8)
            bytes[position] ^= 1
            #expect(try verdict(Secret(String(decoding: bytes, as: UTF8.self))) != "accepted", "byte \(position)")
        }
    }

    @Test("D06 D07 X-12 the header never selects the algorithm")
    func algorithms() throws {
        let issuer = try sharedIssuer.get()
        let payload = Base64URL.encode(JSONValue.object(claims()).serializedBytes())
        for name in ["none", "None", "nOnE", "NONE", "", "HS256", "HS512", "rs256"] {
            let header = Base64URL.encode(Array(#"{"alg":"\#(name)","kid":"k1","typ":"JWT"}"#.utf8))
            let signed = header + "." + payload
            #expect(try verdict(Secret(signed + ".")) != "accepted")
            // HS256 with what an attacker knows: the public key, and with what we know: the client secret.
            for secret in [
                JSONValue.object(claims()).serializedBytes(), issuer.jwk.json.serializedBytes(), Array("s".utf8),
            ] {
                let tag = HMAC.sha256(key: secret, message: Array(signed.utf8))
                #expect(try verdict(Secret(signed + "." + Base64URL.encode(tag))) != "accepted")
            }
        }
        let elliptic = try SigningIssuer("k1", kind: .p256, algorithm: .es256)
        #expect(try verdict(try elliptic.token(claims()), keys: elliptic.keys) == "algorithm_not_allowed")
        let allowed = expectation { $0.algorithms = [.rs256, .es256] }
        #expect(try verdict(try elliptic.token(claims()), keys: elliptic.keys, allowed) == "accepted")
        #expect(try verdict(try elliptic.token(claims()), keys: issuer.keys, allowed) != "accepted")
    }

    @Test("D08 X-12 a key from the header is never used", arguments: ["jwk", "jku", "x5u", "x5c"])
    func headerKeys(name: String) throws {
        let attacker = try SigningIssuer("k1", kind: .p256, algorithm: .es256)
        let value: JSONValue = name == "jwk" ? attacker.jwk.json : "https://evil.example/keys"
        let token = try attacker.token(claims(), extra: JSONObject([(name, value)]))
        #expect(try verdict(token, expectation { $0.algorithms = [.rs256, .es256] }) != "accepted")
    }

    @Test("D09 unknown crit, nested and encrypted tokens")
    func critical() throws {
        let issuer = try sharedIssuer.get()
        #expect(try verdict(try issuer.token(claims(), extra: ["crit": ["x"], "x": true])) == "critical_header")
        #expect(try verdict(try issuer.token(claims(), extra: ["cty": "JWT"])) == "nested")
        #expect(try verdict(Secret("a.b.c.d.e")) != "accepted")
    }

    @Test(
        "D10 D11 D12 times, with 60 seconds of tolerance",
        arguments: [
            ("exp", "1760000041", "accepted"), ("exp", "1760000040", "expired"), ("exp", "0", "expired"),
            ("exp", "\"1760003600\"", "wrong_type_exp"), ("exp", nil, "missing_exp"), ("exp", "null", "wrong_type_exp"),
            ("exp", "-1", "wrong_type_exp"), ("exp", "9223372036854775807", "wrong_type_exp"),
            ("iat", "1760000160", "accepted"), ("iat", "1760000161", "not_yet_valid"),
            ("iat", "1759996440", "accepted"), ("iat", "1759996439", "too_old"),
            ("iat", "\"1760000000\"", "wrong_type_iat"), ("iat", nil, "missing_iat"), ("iat", "true", "wrong_type_iat"),
            ("nbf", "1760000160", "accepted"), ("nbf", "1760000161", "not_yet_valid"),
            ("nbf", "\"x\"", "wrong_type_nbf"),
        ] as [(String, String?, String)]
    )
    func times(claim: String, value: String?, expected: String) throws {
        let value = try value.map(parsed)
        #expect(try verdict { $0[claim] = value } == expected)
    }

    @Test("D10 fractions and exponents are numbers too")
    func fractions() throws {
        let issuer = try sharedIssuer.get()
        func token(_ exp: String) throws -> Secret {
            try issuer.token(
                payload:
                    #"{"iss":"accounts.google.com","aud":"client","sub":"1","nonce":"n-0S6_WzA2Mj","iat":1760000000.5,"exp":\#(exp)}"#
            )
        }
        #expect(try verdict(try token("1760003600.75")) == "accepted")
        #expect(try verdict(try token("1.7600036e9")) == "accepted")
        #expect(try verdict(try token("1e300")) == "wrong_type_exp")
        #expect(try verdict(try token("1e999")) == "wrong_type_exp")
    }

    @Test("D11 the provider's own maximum age")
    func maximumAge() throws {
        let day = expectation { $0.maximumAge = 86_400 }
        #expect(try verdict({ $0["iat"] = .number(JSONNumber(now - 80_000)) }, day) == "accepted")
        #expect(expectation { $0.skew = 60 }.skew == 60)
        #expect(IDTokenExpectation(issuers: [], clientID: "", nonce: nil, skew: 9999).skew == 300)
    }

    @Test(
        "D13 the nonce is the one that was sent",
        arguments: [
            (#""n-0S6_WzA2Mj""#, "accepted"), (#""n-0S6_WzA2MJ""#, "nonce_mismatch"), (#""""#, "nonce_mismatch"),
            (#""n-0S6_WzA2Mj ""#, "nonce_mismatch"), (nil, "missing_nonce"), ("1", "wrong_type_nonce"),
            ("null", "wrong_type_nonce"),
        ] as [(String?, String)]
    )
    func nonce(nonce: String?, expected: String) throws {
        let nonce = try nonce.map(parsed)
        #expect(try verdict { $0["nonce"] = nonce } == expected)
    }

    @Test(
        "D14 the subject is 1 to 255 visible ASCII characters",
        arguments: [
            ("\"a\"", "accepted"), ("\"" + String(repeating: "a", count: 255) + "\"", "accepted"),
            ("\"" + String(repeating: "a", count: 256) + "\"", "invalid_subject"), ("\"\"", "invalid_subject"),
            ("\"a b\"", "invalid_subject"), ("\"é\"", "invalid_subject"), ("\"a\\u0000\"", "invalid_subject"),
            ("1", "wrong_type_sub"), (nil, "missing_sub"), ("null", "wrong_type_sub"),
        ] as [(String?, String)]
    )
    func subject(subject: String?, expected: String) throws {
        let subject = try subject.map(parsed)
        #expect(try verdict { $0["sub"] = subject } == expected)
    }

    @Test("D14 case matters")
    func subjectCase() throws {
        let issuer = try sharedIssuer.get()
        let subjects = try ["abc", "ABC"].map { subject in
            try IDTokenVerifier.verify(
                try issuer.token(claims { $0["sub"] = .string(subject) }),
                keys: issuer.keys,
                expecting: expectation(),
                now: now
            ).subject
        }
        #expect(subjects == ["abc", "ABC"])
    }

    @Test("D15 at_hash vectors")
    func accessTokenHashVectors() {
        #expect(
            AccessTokenHash.compute(Secret("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), algorithm: .rs256)
                == "77QmUPtjPfzWtF2AnpK9RQ"
        )
        #expect(
            AccessTokenHash.compute(Secret("ya29.a0AfakeAccessTokenForTests"), algorithm: .rs256)
                == "iFehR6jlP6Nohbx9iyPNsg"
        )
    }

    @Test("D15 at_hash may be absent, but never wrong")
    func accessTokenHash() throws {
        let token = expectation { $0.accessToken = Secret("ya29.a0AfakeAccessTokenForTests") }
        #expect(try verdict({ $0["at_hash"] = "iFehR6jlP6Nohbx9iyPNsg" }, token) == "accepted")
        #expect(try verdict({ $0["at_hash"] = "iFehR6jlP6Nohbx9iyPNsG" }, token) == "access_token_mismatch")
        #expect(try verdict({ $0["at_hash"] = "" }, token) == "access_token_mismatch")
        #expect(try verdict({ $0["at_hash"] = 1 }, token) == "wrong_type_at_hash")
        #expect(try verdict({ _ in }, token) == "accepted")
    }

    @Test("D16 auth_time when it was asked for")
    func authenticationTime() throws {
        let fresh = expectation { $0.maximumAuthenticationAge = 300 }
        #expect(try verdict({ $0["auth_time"] = .number(JSONNumber(now - 360)) }, fresh) == "accepted")
        #expect(try verdict({ $0["auth_time"] = .number(JSONNumber(now - 361)) }, fresh) == "authentication_too_old")
        #expect(try verdict({ _ in }, fresh) == "missing_auth_time")
    }

    @Test(
        "D18 other tokens of the same issuer",
        arguments: ["at+jwt", "logout+jwt", "JWT+x", "", "application/at+jwt", "dpop+jwt"]
    )
    func types(type: String) throws {
        #expect(try verdict(try sharedIssuer.get().token(claims(), type: type)) == "not_an_id_token")
    }

    @Test("D18 no type and other cases of JWT are fine; a logout token's claims are not")
    func moreTypes() throws {
        #expect(try verdict(try sharedIssuer.get().token(claims(), type: nil)) == "accepted")
        #expect(try verdict(try sharedIssuer.get().token(claims(), type: "jwt")) == "accepted")
        #expect(try verdict { $0["events"] = [:] } == "not_an_id_token")
    }

    @Test(
        "D19 structure",
        arguments: ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", String(repeating: "a", count: 20_000), "=.=.=", "é.é.é"]
    )
    func structure(text: String) throws { #expect(try verdict(Secret(text)) != "accepted") }

    @Test("D19 payloads", arguments: ["", "[]", "null", "\"x\"", "{", #"{"sub":"a","sub":"b"}"#, "\u{FEFF}{}"])
    func payloads(payload: String) throws {
        #expect(try verdict(try sharedIssuer.get().token(payload: payload)) == "malformed_claims")
    }

    @Test("D19 deep claims are refused")
    func deep() throws {
        let deep = #"{"x":\#(String(repeating: "[", count: 40))\#(String(repeating: "]", count: 40))}"#
        #expect(try verdict(try sharedIssuer.get().token(payload: deep)) == "malformed_claims")
    }

    @Test("E05 an unknown key id is a result of its own")
    func unknownKeyID() throws {
        let other = try SigningIssuer("k2", kind: .p256, algorithm: .es256)
        do {
            _ = try IDTokenVerifier.verify(
                try other.token(claims()),
                keys: try sharedIssuer.get().keys,
                expecting: expectation { $0.algorithms = [.es256, .rs256] },
                now: now
            )
            Issue.record("accepted")
        } catch let error as IDTokenFault {
            #expect(error.isUnknownKeyID && error.code == "unknown_key_id")
        }
    }

    @Test("E10 the same key id at another issuer is harmless")
    func sameKeyID() throws {
        let other = try SigningIssuer("k1")
        #expect(try verdict(try other.token(claims())) == "bad_signature")
    }
}
