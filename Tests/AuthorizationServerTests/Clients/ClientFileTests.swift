import Foundation
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
        let start = "id: app\nname: App\nfirst_party: true\npublic: true\nredirect_uris: [https://app.example/]\n"
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
        ] {
            let (registry, faults) = try Self.load(["app.yaml": text])
            #expect(faults.count == 1 && registry.all.isEmpty, "\(text) \(faults)")
        }
        #expect(try Self.load(["app.yaml": start]).0.all.first?.grants.contains(.tokenExchange) == false)
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
