import Accounts
import Foundation
import JSON
import Testing

@testable import AuthorizationServer

@Suite("What tokens and answers say")
struct IssuedClaimsTests {
    static let plan = MappedClaim(name: "plan", path: ["plan"], scope: "profile", places: [.idToken, .userInfo])
    static let seats = MappedClaim(name: "seats", path: ["billing", "seats"], scope: "billing", places: [.accessToken])
    static let issued = IssuedClaims(
        issuer: "https://login.example",
        permissions: RolePermissions([
            ("editor", "articles.write"), ("editor", "articles.read"), ("admin", "users.ban"),
        ])
    )

    private func grant(_ metadata: String, scope: [String] = ["openid", "profile", "billing", "roles"]) -> LiveGrant {
        LiveGrant(
            id: SessionID(UUID()),
            client: "shop",
            user: User(
                id: UserID(UUID()),
                displayName: "Ada",
                roles: ["editor", "guest"],
                email: nil,
                emailVerified: false,
                publicMetadata: metadata
            ),
            scope: scope,
            methods: ["pwd"],
            provider: nil,
            authenticatedAt: Instant(microseconds: 0),
            expiresAt: Instant(microseconds: 9_000_000_000),
            readAt: Instant(microseconds: 1_000_000)
        )
    }

    /// The ID token, the JWT access token and userinfo.
    private func every(
        _ claims: [MappedClaim],
        _ metadata: String,
        scope: [String] = ["openid", "profile", "billing", "roles"]
    ) throws -> (idToken: JSONObject, accessToken: JSONObject, userInfo: JSONObject) {
        let client = try Clients.client(claims: claims)
        let grant = grant(metadata)
        return (
            Self.issued.idToken(grant, client: client, scope: scope, nonce: nil, accessToken: "x"),
            Self.issued.accessToken(grant, client: client, scope: scope, lifetime: .seconds(60)),
            Self.issued.userInfo(grant.user, client: client, scope: scope)
        )
    }

    @Test("a part of the metadata, where the app's file says, and only under its scope")
    func mapped() throws {
        let metadata = #"{"plan":"paid","billing":{"seats":[1,2]},"secret":"x"}"#
        let all = try every([Self.plan, Self.seats], metadata)
        #expect(all.idToken["plan"] == "paid" && all.userInfo["plan"] == "paid" && all.accessToken["plan"] == nil)
        #expect(all.idToken["seats"] == nil && all.userInfo["seats"] == nil && all.accessToken["seats"] == [1, 2])
        #expect(
            [all.idToken, all.accessToken, all.userInfo].allSatisfy { $0["secret"] == nil && $0["metadata"] == nil }
        )
        let less = try every([Self.plan, Self.seats], metadata, scope: ["openid"])
        for claims in [less.idToken, less.accessToken, less.userInfo] {
            #expect(
                claims["plan"] == nil && claims["seats"] == nil && claims["roles"] == nil
                    && claims["permissions"] == nil
            )
        }
    }

    @Test("roles and what they allow, in every token and answer of the scope roles")
    func roles() throws {
        let all = try every([], "{}")
        for claims in [all.idToken, all.accessToken, all.userInfo] {
            #expect(claims["roles"] == ["editor", "guest"])
            #expect(claims["permissions"] == ["articles.read", "articles.write"])
        }
    }

    @Test(
        "what is missing, null or of another shape is left out",
        arguments: [
            "{}", #"{"plan":null}"#, #"{"billing":"text"}"#, #"{"billing":{}}"#, #"{"billing":null}"#, "", "[]",
            "not JSON",
        ]
    )
    func missing(_ metadata: String) throws {
        let all = try every([Self.plan, Self.seats], metadata)
        #expect(all.idToken["plan"] == nil && all.accessToken["seats"] == nil)
    }

    @Test(
        "S-3 a JWT that we could not read again is not made: it goes without permissions, which introspection still tells"
    )
    func readable() throws {
        func issued(_ count: Int) -> IssuedClaims {
            IssuedClaims(
                issuer: "https://login.example",
                permissions: RolePermissions(
                    (0..<count).map { ("editor", String(repeating: "p", count: 58) + "\(100_000 + $0)") }
                )
            )
        }
        let client = try Clients.client(claims: [])
        func token(_ count: Int) -> JSONObject {
            issued(count).accessToken(grant("{}"), client: client, scope: ["openid", "roles"], lifetime: .seconds(60))
        }
        #expect(token(100)["permissions"]?.array?.count == 100)
        let large = token(200)
        #expect(large["permissions"] == nil && large["roles"] == ["editor", "guest"])
        #expect(
            issued(200).userInfo(grant("{}").user, client: client, scope: ["roles"])["permissions"]?.array?.count == 200
        )
    }

    @Test("no metadata replaces what we say ourselves, whatever a registration asks for")
    func takenNames() throws {
        let claims = ["sub", "roles", "aud"].map { name in
            MappedClaim(name: name, path: [name], scope: "profile", places: Set(MappedClaim.Place.allCases))
        }
        let all = try every(claims, #"{"sub":"admin","roles":["admin"],"aud":"all"}"#)
        for claims in [all.idToken, all.accessToken, all.userInfo] {
            #expect(claims["sub"] != "admin" && claims["roles"] == ["editor", "guest"] && claims["aud"] != "all")
        }
    }

    @Test("together they have 2,048 bytes; what does not fit is left out, and what fits after it is not")
    func size() throws {
        let claims = ["a", "b", "c"].map { MappedClaim(name: $0, path: [$0], scope: "profile", places: [.idToken]) }
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        // One byte for the name and two for the quotes.
        let full = try every(claims, #"{"a":"\#(text(2045))","b":1}"#).idToken
        #expect(full["a"] != nil && full["b"] == nil)
        let over = try every(claims, #"{"a":"\#(text(2046))","b":1,"c":2}"#).idToken
        #expect(over["a"] == nil && over["b"] == 1 && over["c"] == 2)
    }
}
