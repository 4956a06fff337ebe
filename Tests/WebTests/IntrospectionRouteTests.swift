import Accounts
import AuthorizationServer
import Foundation
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Web

@Suite("Introspection ahead of the router")
struct IntrospectionRouteTests {
    private static let secret = ClientSecret.generate()
    private static let token = AccessToken.generate()

    /// An app, another app, and the questions that reach the database.
    private struct World {
        typealias Completion = @Sendable (Result<LiveAccessToken?, StoreFailure>) -> Void

        final class Questions: Sendable {
            let asked = Mutex<[(token: TokenHash, completion: Completion)]>([])
        }

        let connection: EmbeddedConnection
        let questions = Questions()

        init() throws {
            let questions = questions
            let grants = NoGrants { token, completion in
                questions.asked.withLock { $0.append((token, completion)) }
            }
            let clients = ClientRegistry([
                try IntrospectionRouteTests.client("shop", IntrospectionRouteTests.secret.hash),
                try IntrospectionRouteTests.client("other", ClientSecret.generate().hash),
                try IntrospectionRouteTests.client("phone", nil),
            ])
            connection = try EmbeddedConnection(
                try ContractTests.services(sessions: NoStore(), apps: try NoApps.server(clients, grants))
            )
        }

        var asked: Int { questions.asked.withLock { $0.count } }

        func answer(_ result: Result<LiveAccessToken?, StoreFailure>) {
            questions.asked.withLock { $0.removeFirst() }.completion(result)
        }
    }

    private static func client(_ id: String, _ secret: TokenHash?) throws -> Client {
        Client(
            id: try #require(ClientID(id)),
            name: id,
            secretHashes: secret.map { [$0] } ?? [],
            redirectURIs: [],
            postLogoutRedirectURIs: [],
            grants: [],
            scopes: ["openid", "profile"],
            providers: nil,
            isFirstParty: true,
            accessTokens: .opaque,
            idTokenAlgorithm: .es256,
            lifetimes: .init(accessToken: .seconds(60), idle: .seconds(60), absolute: .seconds(60))
        )
    }

    private static func found(for client: String) -> LiveAccessToken {
        LiveAccessToken(
            grant: LiveGrant(
                id: SessionID(UUID()),
                client: client,
                user: User(id: UserID(UUID()), displayName: "Ada", roles: [], email: nil, emailVerified: false),
                scope: ["openid", "email"],
                methods: ["pwd"],
                provider: nil,
                authenticatedAt: nil,
                expiresAt: Instant(microseconds: 9_000_000),
                readAt: Instant(microseconds: 1_000_000)
            ),
            scope: ["openid", "email"],
            issuedAt: Instant(microseconds: 1_000_000),
            expiresAt: Instant(microseconds: 5_000_000)
        )
    }

    private static func basic(_ id: String, _ secret: String) -> String {
        "Authorization: Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()
    }

    private static let proof = basic("shop", secret.reveal())
    private static let form = "token=" + token.reveal()

    private static func request(
        _ form: String = form,
        proof: String = proof,
        type: String = "application/x-www-form-urlencoded",
        extra: [String] = [],
        target: String = "/oauth/introspect"
    ) -> String {
        let fields = ["Host: a", proof, "Content-Type: \(type)", "Content-Length: \(form.utf8.count)"] + extra
        return (["POST \(target) HTTP/1.1"] + fields.filter { !$0.isEmpty }).joined(separator: "\r\n") + "\r\n\r\n"
            + form
    }

    @Test("A question of an app that shows its secret, in the header or in the form, is answered without the router")
    func direct() throws {
        let inForm = "client_id=shop&client_secret=\(Self.secret.reveal())&\(Self.form)"
        for request in [Self.request(), Self.request(inForm, proof: "")] {
            let world = try World()
            try world.connection.send(request)
            #expect(world.connection.behind.targets.isEmpty)
            #expect(world.questions.asked.withLock { $0.map(\.token) } == [Self.token.hash])
            world.answer(.success(Self.found(for: "shop")))
            let parts = try world.connection.received().components(separatedBy: "\r\n\r\n")
            #expect(parts.count == 2)
            #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
            for field in ["Content-Length: \(parts[1].utf8.count)", "Cache-Control: no-store", "Pragma: no-cache"] {
                #expect(parts[0].contains("\r\n\(field)\r\n"), "\(field)")
            }
            #expect(parts[1].contains(#""active":true"#))
            // What the app may no longer have, it does not get.
            #expect(parts[1].contains(#""scope":"openid""#))
            try world.connection.send(Self.request())
            #expect(world.asked == 1, "the connection goes on")
        }
    }

    @Test("A form that comes in pieces is the same question; half of one is none")
    func pieces() throws {
        let world = try World()
        let whole = Self.request()
        try world.connection.send(String(whole.dropLast(20)))
        #expect(world.asked == 0)
        try world.connection.send(String(whole.suffix(20).prefix(10)))
        #expect(world.asked == 0)
        try world.connection.send(String(whole.suffix(10)))
        #expect(world.asked == 1)
        #expect(world.connection.behind.targets.isEmpty)
        let dripping = try World()
        try dripping.connection.send(String(whole.dropLast(20)))
        dripping.connection.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        try dripping.connection.send(String(whole.suffix(20).prefix(10)))
        dripping.connection.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!dripping.connection.channel.isActive, "a form that drips in is not waited for")
    }

    @Test("J09 unknown tokens and other apps' get one and the same answer; no database is 503")
    func inactive() throws {
        for found in [nil, Self.found(for: "other"), Self.found(for: "shopp"), Self.found(for: "nobody")] {
            let world = try World()
            try world.connection.send(Self.request())
            world.answer(.success(found))
            #expect(try world.connection.received().hasSuffix(#"{"active":false}"#))
        }
        let world = try World()
        try world.connection.send(Self.request())
        world.answer(.failure(.unavailable))
        let answer = try world.connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains(#""error":"temporarily_unavailable""#))
        #expect(world.connection.channel.isActive)
    }

    @Test("J10 whatever is more than a plain question goes through the router, whole")
    func router() throws {
        let refresh = "token=" + RefreshToken.generate().reveal()
        let twice = Self.form + "&" + Self.form
        let both = "client_id=shop&client_secret=x&" + Self.form
        let long = Self.form + "&padding=" + String(repeating: "x", count: 4_096)
        for request in [
            Self.request(refresh), Self.request(twice), Self.request(both), Self.request(long),
            Self.request("token=ey.a.b"), Self.request("x=y"),
            Self.request(Self.form + "&client_assertion=x&client_assertion_type=y", proof: ""),
            Self.request("client_id=phone&" + Self.form, proof: ""),
            Self.request("client_id=other&" + Self.form),
            Self.request(proof: ""), Self.request(proof: Self.basic("shop", ClientSecret.generate().reveal())),
            Self.request(proof: Self.basic("phone", "")),
            Self.request(proof: Self.basic("nobody", Self.secret.reveal())),
            Self.request(extra: [Self.proof]), Self.request(extra: ["Origin: https://shop.example"]),
            Self.request(extra: ["Expect: 100-continue"]), Self.request(extra: ["Connection: close"]),
            Self.request(extra: ["Proxy-Connection: close"]),
            Self.request(extra: ["Upgrade: h2c"]), Self.request(type: "application/json"),
            Self.request(type: "application/x-www-form-urlencoded; charset=utf-8"),
            Self.request(target: "/oauth/introspect?x=y"), Self.request(target: "/oauth/introspect/"),
            Self.request(target: "/oauth/revoke"),
        ] {
            let world = try World()
            try world.connection.send(request)
            #expect(world.asked == 0, "\(request)")
            #expect(world.connection.behind.targets.count == 1, "\(request)")
            let form = request.components(separatedBy: "\r\n\r\n")[1]
            #expect(world.connection.behind.bodies == [form], "\(request)")
        }
    }

    @Test("Answers leave in the order of their requests")
    func order() throws {
        let world = try World()
        try world.connection.send(Self.request() + Self.request("x=y") + Self.request())
        #expect(world.asked == 1)
        #expect(world.connection.behind.targets.isEmpty)
        world.answer(.success(Self.found(for: "shop")))
        #expect(try world.connection.received().contains(#""active":true"#))
        #expect(
            world.connection.behind.bodies == ["x=y", Self.form],
            "the third came while the second was not answered"
        )
    }
}
