import Cryptography
import Foundation
import JOSE
import OAuth
import Testing

@testable import AuthorizationServer

@Suite("Files of apps")
struct ClientFileTests {
    /// A folder with these files, read.
    static func load(_ files: [String: String]) throws -> (ClientRegistry, [String]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "clients-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        let (registry, diagnostics) = ClientRegistry.load(directory: folder.path)
        return (registry, diagnostics.map { "\($0)".replacingOccurrences(of: folder.path + "/", with: "") })
    }

    static let hash = "sha256:" + String(repeating: "ab", count: 32)

    @Test("a small file is enough, and what it leaves out is safe")
    func small() throws {
        let (registry, faults) = try Self.load([
            "shop.yaml": """
            id: shop
            name: Shop
            first_party: true
            secret_hashes: [\(Self.hash)]
            redirect_uris: [https://shop.example/callback]
            """
        ])
        #expect(faults == [])
        let client = try #require(ClientID("shop").flatMap { registry[$0] })
        #expect(client.grants == [.authorizationCode, .refreshToken])
        #expect(client.scopes == ["openid", "profile", "email"])
        #expect(client.accessTokens == .opaque && client.idTokenAlgorithm == .rs256 && client.providers == nil)
        #expect(client.lifetimes.accessToken == .seconds(600) && !client.isPublic)
    }

    @Test("every fault at once, each with its place")
    func faults() throws {
        let (registry, faults) = try Self.load([
            "shop.yaml": """
            id: store
            name: Shop
            first_party: yes
            secret_hashes: [secret, \(Self.hash), \(Self.hash)]
            redirect_uris: [http://shop.example/, javascript:x]
            scopes: ["two words"]
            providers: []
            grants: [password]
            access_tokens: paper
            id_token_algorithm: none
            lifetimes: {access_token: 1s}
            post_logout_redirect_uri: https://shop.example/
            """
        ])
        #expect(registry.all.isEmpty)
        for (line, column) in [
            (1, 5), (3, 14), (4, 16), (4, 17), (5, 17), (5, 39), (6, 10), (7, 12), (8, 10), (9, 16), (10, 21), (11, 27),
            (12, 1),
        ] {
            #expect(faults.contains { $0.hasPrefix("shop.yaml:\(line):\(column): ") }, "\(line):\(column) in \(faults)")
        }
    }

    @Test("X-5 a nonce is asked for unless the file says otherwise, and only a client that may exchange can say so")
    func exchange() throws {
        let open = "id: app\nname: App\nfirst_party: true\nredirect_uris: [https://app.example/]\n"
        let start = open + "secret_hashes: [\(Self.hash)]\n"
        let grants = "grants: ['urn:ietf:params:oauth:grant-type:token-exchange']\n"
        for (text, isOptional) in [("", false), ("exchange: {}", false), ("exchange: {nonce: required}", false)]
            + [("exchange: {nonce: optional}", true)]
        {
            let (registry, faults) = try Self.load(["app.yaml": start + grants + text])
            #expect(faults == [] && registry.all.first?.isNonceOptional == isOptional, "\(text) \(faults)")
        }
        for text in [
            start + "exchange: {nonce: optional}", start + grants + "exchange: {nonce: never}",
            start + grants + "exchange: {nonces: optional}", start + grants + "exchange: optional",
            open + "public: true\n" + grants + "exchange: {nonce: optional}",
            start + "exchange: {audiences: [ios]}", start + grants + "exchange: {audiences: []}",
            start + grants + "exchange: {audiences: ['i os']}", start + grants + "exchange: {audiences: ios}",
        ] {
            let (registry, faults) = try Self.load(["app.yaml": text])
            #expect(faults.count == 1 && registry.all.isEmpty, "\(text) \(faults)")
        }
        #expect(try Self.load(["app.yaml": start]).0.all.first?.grants.contains(.tokenExchange) == false)
        for (text, audiences) in [("", nil), ("exchange: {nonce: required}", nil)]
            + [("exchange: {audiences: [web, ios]}", ["web", "ios"] as Set<String>)]
        {
            let (registry, faults) = try Self.load(["app.yaml": open + "public: true\n" + grants + text])
            #expect(faults == [] && registry.all.first?.exchangeAudiences == audiences, "\(text) \(faults)")
        }
    }

    @Test("a client is confidential or public, never both and never neither")
    func kinds() throws {
        let start = "id: app\nname: App\nfirst_party: true\nredirect_uris: [https://app.example/]\n"
        #expect(try Self.load(["app.yaml": start]).1.count == 1)
        #expect(try Self.load(["app.yaml": start + "public: true\nsecret_hashes: [\(Self.hash)]"]).1.count == 1)
        let (registry, faults) = try Self.load(["app.yaml": start + "public: true"])
        #expect(faults == [] && registry.all.first?.isPublic == true)
    }

    @Test("where an app is told that a session has ended")
    func backchannelLogout() throws {
        let start = """
            id: app
            name: App
            first_party: true
            redirect_uris: [https://app.example/]
            secret_hashes: [\(Self.hash)]

            """
        let (registry, faults) = try Self.load([
            "app.yaml": start
                + "backchannel_logout_uri: https://app.example/out?a=b\nbackchannel_logout_session_required: true"
        ])
        #expect(faults == [])
        let logout = try #require(registry.all.first?.backchannelLogout)
        #expect(logout.uri.description == "https://app.example/out?a=b" && logout.isSessionRequired)
        for (line, column) in [
            ("backchannel_logout_uri: http://app.example/out", 25),
            ("backchannel_logout_uri: 'https://app.example/#a'", 25),
            ("backchannel_logout_uri: com.example.app:/out", 25), ("backchannel_logout_session_required: true", 38),
            ("backchannel_logout_url: https://app.example/out", 1),
        ] {
            let found = try Self.load(["app.yaml": start + line]).1
            #expect(
                found.count == 1 && found.allSatisfy { $0.hasPrefix("app.yaml:6:\(column): ") },
                "\(line): \(found)"
            )
        }
    }

    /// Made for these tests; nobody has the private halves.
    static let key =
        "kty: EC, crv: P-256, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

    @Test("public keys instead of a secret, and nothing of a private one")
    func keys() throws {
        let start = "id: app\nname: App\nfirst_party: true\nredirect_uris: [https://app.example/]\n"
        func load(_ text: String) throws -> (ClientRegistry, [String]) { try Self.load(["app.yaml": start + text]) }
        let (registry, faults) = try load(
            "jwks: {keys: [{\(Self.key), kid: a, use: sig}, {\(Self.key), kid: b, alg: ES256}]}"
        )
        #expect(faults == [])
        #expect(registry.all.first?.keys.map(\.kid) == ["a", "b"] && registry.all.first?.isPublic == false)
        #expect(try load("jwks: {keys: [{\(Self.key)}]}").1 == [])
        for bad in [
            "jwks: {keys: []}", "jwks: {}", "jwks: https://app.example/jwks", "jwks: {keys: [{\(Self.key)}], more: 1}",
            // Private, symmetric, for something else, not on the curve, of a kind that is not taken.
            "jwks: {keys: [{\(Self.key), d: AAAA}]}", "jwks: {keys: [{\(Self.key), p: AAAA}]}",
            "jwks: {keys: [{kty: oct, k: AAAA}]}",
            "jwks: {keys: [{\(Self.key), use: enc}]}", "jwks: {keys: [{\(Self.key), alg: ES384}]}",
            "jwks: {keys: [{kty: EC, crv: P-256, x: AAAA, y: AAAA}]}",
            "jwks: {keys: [{kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo}]}",
            "jwks: {keys: [text]}",
            // Which of several is meant has to be clear, and how the app proves itself as well.
            "jwks: {keys: [{\(Self.key), kid: a}, {\(Self.key), kid: a}]}",
            "jwks: {keys: [{\(Self.key)}, {\(Self.key), kid: a}]}",
            "jwks: {keys: [\((0..<6).map { "{\(Self.key), kid: k\($0)}" }.joined(separator: ", "))]}",
            "jwks: {keys: [{\(Self.key)}]}\npublic: true",
            "jwks: {keys: [{\(Self.key)}]}\nsecret_hashes: [\(Self.hash)]",
            "jwks: {keys: [{\(Self.key)}]}\njwks_uri: https://app.example/jwks",
        ] {
            let found = try load(bad).1
            #expect(
                found.count == 1 && found.allSatisfy { $0.hasPrefix("app.yaml:5:") || $0.hasPrefix("app.yaml:6:") },
                "\(bad): \(found)"
            )
        }
    }

    @Test("an RSA key has 2048 bits at least")
    func shortKeys() throws {
        let start = "id: app\nname: App\nfirst_party: true\nredirect_uris: [https://app.example/]\n"
        let modulus = Base64URL.encode([UInt8](repeating: 0xFD, count: 128))
        let found = try Self.load(["app.yaml": start + "jwks: {keys: [{kty: RSA, n: \(modulus), e: AQAB}]}"]).1
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("app.yaml:5:") }, "\(found)")
    }

    @Test("claims of an app's own")
    func claims() throws {
        let start = """
            id: app
            name: App
            first_party: true
            redirect_uris: [https://app.example/]
            secret_hashes: [\(Self.hash)]

            """
        let (registry, faults) = try Self.load([
            "app.yaml": start + """
                scopes: [openid, profile, billing]
                claims:
                  plan: {from: metadata.plan}
                  "https://app.example/seats": {from: [metadata, "a.b", seats], scope: billing, in: [access_token]}
                """
        ])
        #expect(faults == [])
        #expect(
            registry.all.first?.claims == [
                MappedClaim(name: "plan", path: ["plan"], scope: "profile", places: [.idToken, .userInfo]),
                MappedClaim(
                    name: "https://app.example/seats",
                    path: ["a.b", "seats"],
                    scope: "billing",
                    places: [.accessToken]
                ),
            ]
        )
        let from = "{from: metadata.plan}"
        for (claims, column) in [
            ("sub: \(from)", 10), ("email_verified: \(from)", 10), ("roles: \(from)", 10), ("aud: \(from)", 10),
            ("\"two words\": \(from)", 10), ("plan: {from: private_metadata.plan}", 23), ("plan: {from: metadata}", 23),
            ("plan: {from: metadata..plan}", 23), ("plan: {from: metadata.a.b.c.d.e.f.g.h}", 23),
            ("plan: {}", 16), ("plan: metadata.plan", 16),
            ("plan: {from: metadata.plan, scope: billing}", 38), ("plan: {from: metadata.plan, in: []}", 42),
            ("plan: {from: metadata.plan, in: [cookie]}", 43), ("plan: {from: metadata.plan, on: x}", 38),
        ] {
            let found = try Self.load(["app.yaml": start + "claims: {\(claims)}"]).1
            #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("app.yaml:6:") }, "\(claims): \(found)")
            #expect(found.contains { $0.hasPrefix("app.yaml:6:\(column): ") }, "\(claims): \(found)")
        }
        let many = (0..<17).map { "c\($0): \(from)" }.joined(separator: ", ")
        #expect(try Self.load(["app.yaml": start + "claims: {\(many)}"]).1.count == 1)
    }

    @Test(
        "J13 no client is called like a user",
        arguments: ["0190d5a5-7b1c-7def-8123-456789abcdef", "UPPER", "", "a b"]
    )
    func ids(_ id: String) { #expect(ClientID(id) == nil) }

    @Test("no folder, no apps")
    func noFolder() {
        let (registry, diagnostics) = ClientRegistry.load(directory: "/nonexistent/clients")
        #expect(registry.all.isEmpty && diagnostics.isEmpty)
    }
}
