import Accounts
import Testing

import struct Foundation.UUID

@Suite("Providers' tokens")
struct UpstreamTokenTests {
    private func stored(
        left seconds: Int64?,
        refreshable: Bool,
        dead: Bool = false
    ) throws -> StoredUpstreamTokens {
        StoredUpstreamTokens(
            identity: FederatedIdentityID(UUID()),
            key: try #require(FederatedIdentityKey(issuer: "https://p.example", subject: "1")),
            accessToken: dead ? nil : [1],
            refreshToken: refreshable ? [2] : nil,
            scope: [],
            expiresAt: seconds.map { Instant(microseconds: (1_000_000 + $0) * 1_000_000) },
            version: 1,
            failures: 0,
            isBeingRefreshed: false,
            readAt: Instant(microseconds: 1_000_000 * 1_000_000)
        )
    }

    @Test(
        "C14 what is done with a stored token",
        arguments: [
            (nil, false, UpstreamStanding.usable), (nil, true, .usable), (3600, true, .usable), (61, true, .usable),
            (60, true, .due), (1, true, .due), (0, true, .due), (-5, true, .due), (60, false, .usable),
            (1, false, .usable), (0, false, .over), (-5, false, .over), (Int64.min / 2_000_000, true, .due),
        ] as [(Int64?, Bool, UpstreamStanding)]
    )
    func standing(_ left: Int64?, _ refreshable: Bool, _ expected: UpstreamStanding) throws {
        #expect(try UpstreamStanding(of: stored(left: left, refreshable: refreshable), wasRenewed: false) == expected)
    }

    @Test("C14 what was renewed while somebody waited is handed out, however short its life, and never renewed twice")
    func renewed() throws {
        for (left, expected) in [(30, UpstreamStanding.usable), (1, .usable), (0, .over)] as [(Int64, UpstreamStanding)]
        {
            let tokens = try stored(left: left, refreshable: true)
            #expect(UpstreamStanding(of: tokens, wasRenewed: true) == expected, "\(left)")
        }
    }

    @Test("C14 a token that the provider has refused is over, whatever else is stored")
    func dead() throws {
        for renewed in [false, true] {
            let tokens = try stored(left: 3600, refreshable: true, dead: true)
            #expect(UpstreamStanding(of: tokens, wasRenewed: renewed) == .over)
        }
    }

    @Test("C16 an app gets a token only when every scope of it is the app's to have")
    func allowance() {
        func decided(_ granted: [String], _ allowed: Set<String>, _ wanted: [String]? = nil) -> UpstreamAllowance {
            UpstreamAllowance(granted: granted, allowed: allowed, wanted: wanted)
        }
        #expect(decided(["a", "b"], ["a", "b", "c"]) == .allowed)
        #expect(decided([], []) == .allowed)
        #expect(decided(["a", "b"], ["a"]) == .excess(["b"]))
        // Asking for less does not make the token less.
        #expect(decided(["a", "b"], ["a"], ["a"]) == .excess(["b"]))
        #expect(decided(["a"], ["a", "b"], ["a", "b"]) == .notGranted(["b"]))
        #expect(decided(["a", "b"], ["a", "b"], ["b"]) == .allowed)
        #expect(decided(["A"], ["a"]) == .excess(["A"]))
    }
}
