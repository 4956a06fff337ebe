import Accounts
import Cryptography
import JOSE
import JSON
import OAuth
import Testing

@testable import AuthorizationServer

@Suite("Assertions of apps")
struct ClientAssertionTests {
    static let issuer = "https://login.example"
    static let now: Int64 = 1_800_000_000
    static let audiences: Set<String> = [issuer, issuer + "/oauth/token"]

    /// Two keys of one app, and one of somebody else.
    struct Keys {
        let ec: PrivateKey
        let rsa: PrivateKey
        let foreign: PrivateKey

        static let made = Result {
            try Keys(ec: .generate(.p256), rsa: .generate(.rsa(bits: 2048)), foreign: .generate(.p256))
        }

        func client() throws -> Client {
            try Clients.client(keys: [
                JWK(ec.publicKey, keyID: "ec", algorithm: nil), JWK(rsa.publicKey, keyID: "rsa", algorithm: nil),
            ])
        }
    }

    static let good: JSONObject = [
        "iss": "shop", "sub": "shop", "aud": .string(issuer), "exp": .number(JSONNumber(now + 60)),
        "iat": .number(JSONNumber(now)), "jti": "one",
    ]

    private func sign(
        _ claims: JSONObject,
        with key: PrivateKey,
        _ algorithm: SignatureAlgorithm = .es256,
        keyID: String? = "ec",
        type: String? = "JWT"
    ) throws -> String {
        try JWS.sign(
            payload: JSONValue.object(claims).serializedBytes(),
            key: key,
            algorithm: algorithm,
            keyID: keyID,
            type: type
        )
    }

    private func fault(_ text: String) throws -> ClientAssertion.Fault? {
        do throws(ClientAssertion.Fault) {
            let client: Client
            do { client = try Keys.made.get().client() } catch { throw .signature }
            _ = try ClientAssertion(text: text).verify(client: client, audiences: Self.audiences, now: Self.now)
            return nil
        } catch {
            return error
        }
    }

    /// Each claim by itself: a value instead of the good one, nil for none, and what comes of it.
    static let table: [(String, JSONValue?, ClientAssertion.Fault?)] = [
        ("iss", nil, .subject), ("iss", "other", .subject), ("iss", ["shop"], .subject), ("sub", nil, .subject),
        ("sub", "other", .subject), ("sub", "SHOP", .subject),
        ("aud", nil, .audience), ("aud", "https://login.example/", .audience),
        ("aud", "https://evil.example", .audience),
        ("aud", "https://LOGIN.example", .audience), ("aud", [], .audience), ("aud", .number(JSONNumber(1)), .audience),
        ("aud", [.string(issuer), "https://evil.example"], .audience),
        ("aud", [.string(issuer), .string(issuer + "/oauth/token")], .audience),
        ("aud", [.string(issuer)], nil), ("aud", .string(issuer + "/oauth/token"), nil),
        ("aud", .string(issuer + "/oauth/token?x"), .audience), ("aud", .string(issuer + "/oauth/par"), .audience),
        ("exp", nil, .expired), ("exp", "soon", .expired), ("exp", .number(JSONNumber(now - 60)), .expired),
        ("exp", .number(JSONNumber(now - 59)), nil), ("exp", .number(JSONNumber(now + 3660)), nil),
        ("exp", .number(JSONNumber(now + 3661)), .tooLong), ("exp", .number(JSONNumber(.max)), .tooLong),
        ("exp", .number(JSONNumber(.min)), .expired),
        ("iat", nil, nil), ("iat", .number(JSONNumber(now + 61)), .notYetValid), ("iat", "now", .notYetValid),
        ("nbf", .number(JSONNumber(now + 60)), nil), ("nbf", .number(JSONNumber(now + 61)), .notYetValid),
        ("jti", nil, .identifier), ("jti", "", .identifier), ("jti", .number(JSONNumber(7)), .identifier),
        ("jti", .string(String(repeating: "j", count: 255)), nil),
        ("jti", .string(String(repeating: "j", count: 256)), .identifier),
    ]

    @Test("what the claims have to say", arguments: table.indices)
    func claims(_ row: Int) throws {
        let (name, value, expected) = Self.table[row]
        var claims = Self.good
        claims[name] = value
        #expect(
            try fault(try sign(claims, with: Keys.made.get().ec)) == expected,
            "\(name): \(String(describing: value))"
        )
    }

    @Test("each key in the algorithms of its kind, named by kid or the only one that fits")
    func signatures() throws {
        let keys = try Keys.made.get()
        #expect(try fault(sign(Self.good, with: keys.ec)) == nil)
        #expect(try fault(sign(Self.good, with: keys.ec, keyID: nil)) == nil)
        #expect(try fault(sign(Self.good, with: keys.ec, type: nil)) == nil)
        #expect(try fault(sign(Self.good, with: keys.ec, type: "client-authentication+jwt")) == nil)
        #expect(try fault(sign(Self.good, with: keys.rsa, .rs256, keyID: "rsa")) == nil)
        #expect(try fault(sign(Self.good, with: keys.rsa, .ps256, keyID: "rsa")) == nil)
    }

    @Test("D06 D07 D08 D18 anything else is a wrong signature, and says no more than an unknown app")
    func wrongSignatures() throws {
        let keys = try Keys.made.get()
        let token = try sign(Self.good, with: keys.ec)
        let parts = token.split(separator: ".").map(String.init)
        func header(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
        for bad in [
            try sign(Self.good, with: keys.foreign), try sign(Self.good, with: keys.foreign, keyID: nil),
            try sign(Self.good, with: keys.ec, keyID: "rsa"), try sign(Self.good, with: keys.ec, keyID: "gone"),
            try sign(Self.good, with: keys.rsa, .rs512, keyID: "rsa"),
            try sign(Self.good, with: keys.rsa, .ps384, keyID: "rsa"),
            // Signed by the app for something else.
            try sign(Self.good, with: keys.ec, type: "at+jwt"), try sign(Self.good, with: keys.ec, type: "logout+jwt"),
            header(#"{"alg":"none"}"#) + ".\(parts[1]).", header(#"{"alg":"none"}"#) + ".\(parts[1]).\(parts[2])",
            header(#"{"alg":"HS256","kid":"ec"}"#) + ".\(parts[1]).\(parts[2])",
            "\(parts[0]).\(header(#"{"sub":"shop"}"#)).\(parts[2])", "\(parts[0]).\(parts[1])", "", "x", token + "A",
        ] {
            #expect(try fault(bad) == .signature, "\(bad)")
        }
        #expect(ClientAssertion.Fault.signature.failure == .wrongCredentials)
        let none = try Clients.client()
        #expect(throws: ClientAssertion.Fault.signature, "an app without keys") {
            try ClientAssertion(text: token).verify(client: none, audiences: Self.audiences, now: Self.now)
        }
    }

    @Test("what is remembered differs with the app and with jti, and until the moment it would be refused for its age")
    func uses() throws {
        let keys = try Keys.made.get()
        func use(_ jti: JSONValue, _ name: String = "shop") throws -> ClientAssertion.Use {
            var claims = Self.good
            claims["jti"] = jti
            claims["iss"] = .string(name)
            claims["sub"] = .string(name)
            let client = try Clients.client(name, keys: [JWK(keys.ec.publicKey, keyID: "ec", algorithm: nil)])
            return try ClientAssertion(text: sign(claims, with: keys.ec))
                .verify(client: client, audiences: Self.audiences, now: Self.now)
        }
        #expect(try use("one") == use("one"))
        #expect(try Set([use("one").id, use("two").id, use("one", "other").id]).count == 3)
        #expect(try use("one").until.seconds == Self.now + 120)
    }

    @Test("an assertion, with its type, and with nothing else that proves a client")
    func credentials() throws {
        let token = try sign(Self.good, with: Keys.made.get().ec)
        let type = "client_assertion_type=" + FormURLEncoded.percentEncoded(ClientAssertion.type)
        let form = "\(type)&client_assertion=\(token)"
        let found = try ClientCredentialsTests.read([], form)
        #expect(found.id.description == "shop" && found.assertion?.text == token && found.secret == nil)
        #expect(try ClientCredentialsTests.read([], form + "&client_id=shop").assertion != nil)
        let secret = ClientSecret.generate().reveal()
        let header = ClientCredentialsTests.basic("shop:\(secret)")
        for (authorization, form, code) in [
            ([], form + "&client_id=other", .invalidRequest), ([], form + "&client_secret=\(secret)", .invalidRequest),
            ([header], form, .invalidRequest), ([header], type, .invalidRequest), ([], type, .invalidClient),
            ([], "client_assertion=\(token)", .invalidClient),
            ([], "client_id=shop&client_assertion=\(token)", .invalidClient),
            (
                [],
                "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer&client_assertion=\(token)",
                .invalidClient
            ), ([], "\(type)&client_assertion=x", .invalidClient),
        ] as [([String], String, OAuthFailure.Code)] {
            #expect(ClientCredentialsTests.code(authorization, form) == code, "\(authorization) \(form)")
        }
    }

    @Test("a client with keys proves itself by no secret and not by its name, and one with a secret by no assertion")
    func methods() throws {
        let client = try Keys.made.get().client()
        #expect(!client.isPublic)
        let registry = ClientRegistry([client])
        let form = "client_id=shop&client_secret=\(ClientSecret.generate().reveal())"
        for form in [form, "client_id=shop"] {
            let credentials = try ClientCredentialsTests.read([], form)
            #expect(throws: OAuthFailure.wrongCredentials) { try registry.authenticate(credentials) }
        }
        let token = try sign(Self.good, with: Keys.made.get().ec)
        let type = "client_assertion_type=" + FormURLEncoded.percentEncoded(ClientAssertion.type)
        let asserted = try ClientCredentialsTests.read([], "\(type)&client_assertion=\(token)")
        #expect(throws: OAuthFailure.wrongCredentials) { try registry.authenticate(asserted) }
        let page = ClientRegistry([try Clients.client()])
        #expect(throws: OAuthFailure.wrongCredentials, "a public client") { try page.authenticate(asserted) }
    }
}
