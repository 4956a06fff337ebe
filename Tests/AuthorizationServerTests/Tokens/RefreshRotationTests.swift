import Accounts
import Cryptography
import Foundation
import Testing

@testable import AuthorizationServer

@Suite("Refresh tokens")
struct RefreshRotationTests {
    static func ring(_ ids: [String], current: String) throws -> KeyRing {
        let keys = ids.map { id in (id: id, key: SHA2.sha256(Array(id.utf8))) }
        return try #require(KeyRing(keys: keys, current: current))
    }

    @Test("J05 the same token has the same successor, on every node and across a change of keys")
    func successors() throws {
        let token = RefreshToken.generate()
        let before = try #require(RefreshSuccessors(of: token, keys: Self.ring(["one"], current: "one")))
        let elsewhere = try #require(RefreshSuccessors(of: token, keys: Self.ring(["one"], current: "one")))
        #expect(before.current.refreshToken == elsewhere.current.refreshToken)
        #expect(before.current.accessToken == elsewhere.current.accessToken)
        let after = try #require(RefreshSuccessors(of: token, keys: Self.ring(["one", "two"], current: "two")))
        #expect(after.current.refreshToken != before.current.refreshToken)
        #expect(after.pair(with: before.current.refreshToken.hash)?.accessToken == before.current.accessToken)
    }

    @Test("a successor tells nothing without the key: another key, another token, another purpose give others")
    func secrecy() throws {
        let token = RefreshToken.generate()
        let one = try #require(RefreshSuccessors(of: token, keys: Self.ring(["one"], current: "one"))).current
        let two = try #require(RefreshSuccessors(of: token, keys: Self.ring(["two"], current: "two"))).current
        let other = try #require(RefreshSuccessors(of: .generate(), keys: Self.ring(["one"], current: "one"))).current
        #expect(Set([one, two, other].map { $0.refreshToken.reveal() }).count == 3)
        #expect(one.refreshToken.reveal().dropFirst(4).prefix(43) != one.accessToken.reveal().dropFirst(4).prefix(43))
        // Each is a whole token: it parses, and next to no change of it does.
        #expect(RefreshToken(one.refreshToken.reveal()) != nil && AccessToken(one.refreshToken.reveal()) == nil)
    }

    @Test(
        "J05 only the parent of the live token is forgiven, and only for so long",
        arguments: [
            (false, 0.0, UsedRefreshToken.Meaning.repetition), (false, 20.0, .repetition), (false, 20.001, .replay),
            (true, 0.0, .replay), (true, 100.0, .replay),
        ]
    )
    func meaning(_ isSuccessorUsed: Bool, _ age: Double, _ meaning: UsedRefreshToken.Meaning) {
        let user = User(id: UserID(UUID()), displayName: nil, roles: [], email: nil, emailVerified: false)
        let grant = LiveGrant(
            id: SessionID(UUID()),
            client: "app",
            user: user,
            scope: [],
            methods: [],
            provider: nil,
            authenticatedAt: Instant(microseconds: 0),
            expiresAt: Instant(microseconds: 1),
            readAt: Instant(microseconds: 0)
        )
        let used = UsedRefreshToken(
            grant: grant,
            successor: RefreshToken.generate().hash,
            isSuccessorUsed: isSuccessorUsed,
            age: .seconds(age)
        )
        #expect(used.meaning(window: .seconds(20)) == meaning)
        if meaning == .repetition, age > 0 { #expect(used.meaning(window: .zero) == .replay) }
    }
}
