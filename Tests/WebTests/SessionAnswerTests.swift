import Accounts
import Foundation
import JSON
import Testing

@testable import Web

@Suite("Answer of a session check")
struct SessionAnswerTests {
    @Test("It is the JSON that a tree of values would give, whatever the person is called")
    func sameAsATree() throws {
        let names = [
            nil, "", "Ada", "Zoë \u{1F469}\u{200D}\u{1F680}", "</script>\u{2028}", "\"\\\n\u{0}\u{7F}\u{9F}", "a<b>&'",
            "~ }",
        ]
        for name in names {
            let session = try Self.session(named: name)
            let answer = SessionAnswer(session, permissions: session.user.roles)
            #expect(String(decoding: answer.bytes, as: UTF8.self) == Self.tree(session).serialized())
        }
    }

    static func session(named name: String?) throws -> LiveSession {
        LiveSession(
            id: SessionID(try #require(UUID(uuidString: "019A0B1C-2D3E-7F40-8A9B-0C1D2E3F4A5B"))),
            user: User(
                id: UserID(try #require(UUID(uuidString: "00FFEEDD-CCBB-7A99-8877-665544332211"))),
                displayName: name,
                roles: name.map { [$0, "admin"] } ?? [],
                email: name.map { "\($0)@example.org" },
                emailVerified: name != nil,
                publicMetadata: name == nil ? "{}" : #"{"plan":"paid"}"#
            ),
            methods: name == nil ? ["fed", "pwd"] : ["pwd", "otp", "mfa"],
            provider: name,
            identity: nil,
            createdAt: Instant(microseconds: -1),
            authenticatedAt: Instant(microseconds: 1_781_000_000_999_999),
            expiresAt: Instant(microseconds: 253_402_300_799_000_000),
            idleExpiresAt: Instant(microseconds: 0),
            isFresh: true,
            needsTouch: false,
            readAt: Instant(microseconds: 1_781_000_300_000_000)
        )
    }

    private static func tree(_ session: LiveSession) -> JSONValue {
        func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        func time(_ instant: Instant) -> JSONValue { .string(PageTime(unixSeconds: instant.seconds).machineForm) }
        return [
            "user": [
                "id": .string(session.user.id.description),
                "name": optional(session.user.displayName),
                "email": optional(session.user.email),
                "email_verified": .bool(session.user.emailVerified),
                "roles": .array(session.user.roles.map { .string($0) }),
                "permissions": .array(session.user.roles.map { .string($0) }),
                "metadata": session.user.displayName == nil ? [:] : ["plan": "paid"],
            ],
            "session": [
                "id": .string(session.id.description),
                "created_at": time(session.createdAt),
                "authenticated_at": time(session.authenticatedAt),
                "expires_at": time(session.expiresAt),
                "idle_expires_at": time(session.idleExpiresAt),
            ],
            "amr": .array(session.methods.map { .string($0) }),
            "acr": .string(session.user.displayName == nil ? "urn:latchkey:acr:1" : "urn:latchkey:acr:2"),
            "provider": optional(session.provider),
        ]
    }
}
