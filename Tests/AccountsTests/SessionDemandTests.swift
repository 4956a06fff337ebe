import Accounts
import Foundation
import Testing

@Suite("What a session is worth to whoever asks")
struct SessionDemandTests {
    private static func session(
        age: Int64 = 0,
        methods: [String] = ["pwd"],
        roles: [String] = []
    ) throws -> LiveSession {
        let now: Int64 = 1_800_000_000_000_000
        return LiveSession(
            id: SessionID(UUID()),
            user: User(id: UserID(UUID()), displayName: nil, roles: roles, email: nil, emailVerified: false),
            methods: methods,
            provider: nil,
            identity: nil,
            createdAt: Instant(microseconds: 0),
            authenticatedAt: Instant(microseconds: now - age),
            expiresAt: Instant(microseconds: now),
            idleExpiresAt: Instant(microseconds: now),
            isFresh: true,
            needsTouch: false,
            readAt: Instant(microseconds: now)
        )
    }

    @Test("H15 the age counts to the microsecond, and no number overflows")
    func age() throws {
        let demand = SessionDemand(maximumAge: 60)
        #expect(demand.verdict(on: try Self.session(age: 60_000_000)) == .met)
        #expect(demand.verdict(on: try Self.session(age: 60_000_001)) == .tooOld)
        #expect(demand.verdict(on: try Self.session(age: -5_000_000)) == .met, "proven while it was read")
        #expect(SessionDemand(maximumAge: .max).verdict(on: try Self.session(age: 1_000_000)) == .met)
        #expect(SessionDemand.none.verdict(on: try Self.session(age: 9_000_000_000_000)) == .met)
    }

    @Test(
        "S-1 only a passed second step makes two factors",
        arguments: [
            (["pwd"], 1), (["mail"], 1), (["mail", "mail"], 1), (["fed", "pwd"], 1), (["otp"], 1), ([], 1),
            (["pwd", "otp", "mfa"], 2), (["mail", "otp", "mfa"], 2), (["fed", "otp", "mfa"], 2),
        ]
    )
    func level(_ methods: [String], _ level: Int) throws {
        let session = try Self.session(methods: methods)
        #expect(session.level.rawValue == level)
        #expect(SessionDemand(level: .oneFactor).verdict(on: session) == .met)
        #expect(SessionDemand(level: .twoFactors).verdict(on: session) == (level == 2 ? .met : .tooWeak))
    }

    @Test("A name is a level's or nobody's")
    func names() {
        for level in AuthenticationLevel.allCases { #expect(AuthenticationLevel(acr: level.acr) == level) }
        for text in ["", "2", "urn:latchkey:acr:3", "URN:latchkey:acr:2", " urn:latchkey:acr:2", "mfa"] {
            #expect(AuthenticationLevel(acr: text) == nil)
        }
    }

    @Test("What signing in again cannot mend comes first")
    func order() throws {
        let demand = SessionDemand(maximumAge: 1, level: .twoFactors, roles: ["admin", "staff"])
        #expect(demand.verdict(on: try Self.session(age: 2_000_000)) == .roleMissing)
        #expect(demand.verdict(on: try Self.session(age: 2_000_000, roles: ["staff"])) == .tooWeak)
        #expect(demand.verdict(on: try Self.session(age: 2_000_000, methods: ["mfa"], roles: ["staff"])) == .tooOld)
        #expect(demand.verdict(on: try Self.session(methods: ["mfa"], roles: ["x", "admin"])) == .met)
    }

    @Test("Permissions of several roles are one list, each once, in order")
    func permissions() {
        let permissions = RolePermissions([
            (role: "b", permission: "z"), (role: "a", permission: "y"), (role: "a", permission: "x"),
            (role: "b", permission: "x"), (role: "a", permission: "x"),
        ])
        #expect(permissions.permissions(of: []) == [])
        #expect(permissions.permissions(of: ["a"]) == ["x", "y"])
        #expect(permissions.permissions(of: ["b", "c", "a", "b"]) == ["x", "y", "z"])
        #expect(RolePermissions.none.permissions(of: ["a"]) == [])
    }
}
