import AuthorizationServer
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Rotation while tokens are verified", .serialized, .enabled(if: Stack.isAvailable))
struct KeyRotationTests {
    /// Two nodes that publish, two that sign, and somebody who verifies everything that is signed.
    private struct Deployment {
        let stack: Stack
        let signers: [SigningNode]
        let verifier: RelyingParty
        private let tokens: Task<Void, any Error>

        /// How long tokens live, in seconds.
        static let lifetime: Int64 = 3

        init() async throws {
            let sealing = try Sealing()
            let stack = try await Stack.start(nodes: 2, settings: [sealing.setting])
            let signers = [try await SigningNode(stack, sealing), try await SigningNode(stack, sealing)]
            let verifier = RelyingParty(ports: stack.nodes.map(\.port), keepsFor: .seconds(1))
            self.stack = stack
            self.signers = signers
            self.verifier = verifier
            tokens = Task {
                // What was signed is verified again and again until it ends, as a bearer presents it again and again.
                var living: [(text: String, expiresAt: Int64)] = []
                while !Task.isCancelled {
                    for signer in signers {
                        for algorithm in TokenAlgorithm.allCases {
                            living.append(try signer.token(algorithm, for: Self.lifetime))
                        }
                    }
                    living.removeAll { $0.expiresAt <= Int64(Date().timeIntervalSince1970) }
                    for token in living.shuffled().prefix(20) { try await verifier.verify(token.text) }
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
        }

        /// As if everything in the database had happened so many days earlier.
        func pass(days: Int) async throws {
            try await stack.database.query(
                """
                update signing_keys set published_at = published_at - make_interval(days => \(days)::int),
                    signs_since = signs_since - make_interval(days => \(days)::int),
                    signed_until = signed_until - make_interval(days => \(days)::int)
                """
            )
        }

        /// Waits until everybody signs with this key, what was signed before has ended, and no copy of the key set is older.
        func settle(on keyID: String) async throws {
            let start = await verifier.accepted[keyID] ?? 0
            _ = try await eventually("tokens of \(keyID)") {
                try #require(await verifier.failures == [])
                return await verifier.accepted[keyID] ?? 0 > start + 20 ? true : nil
            }
            let until = Int64(Date().timeIntervalSince1970) + Self.lifetime + 1
            _ = try await eventually("older tokens to end") {
                Int64(Date().timeIntervalSince1970) > until ? true : nil
            }
            // A round of at most 20 tokens may have been picked before; whatever comes after it was picked since.
            let seen = await verifier.count
            _ = try await eventually("the round of tokens that was under way to end") {
                await verifier.count > seen + 20 ? true : nil
            }
        }

        func current(_ algorithm: String) async throws -> String {
            let keys = try await KeysCommand.list(stack)
            return try #require(keys.first { $0.algorithm == algorithm && $0.place == "current" }).keyID
        }

        func stop() async throws {
            tokens.cancel()
            try await tokens.value
            for signer in signers { await signer.stop() }
            await stack.stop()
        }
    }

    @Test("E05 E11 not one failed verification over rotations by command and by schedule, on two nodes")
    func continuous() async throws {
        let own = try await Deployment()
        let first = try await own.current("ES256")
        try await own.settle(on: first)

        // Not yet: relying parties may not have the next key.
        let early = try await KeysCommand(["rotate"], own.stack)
        #expect(early.status == 1 && early.output.contains("--now"), "\(early.output)")
        #expect(try await own.current("ES256") == first)

        // By command, once it has been published for long enough; two operators at the same moment rotate once or twice, but
        // never to a key that is not known: the second is told to wait.
        try await own.pass(days: 2)
        async let one = KeysCommand(["rotate", "--json"], own.stack)
        async let two = KeysCommand(["rotate", "--json"], own.stack)
        let results = try await [one, two]
        #expect(results.filter { $0.status == 0 }.count == 1, "\(results.map(\.output))")
        let second = try await own.current("ES256")
        #expect(second != first)
        let places = try await KeysCommand.list(own.stack).filter { $0.algorithm == "ES256" }.map(\.place)
        #expect(places == ["next", "current", "previous"])
        try await own.settle(on: second)

        // By schedule: whichever node looks first.
        try await own.pass(days: 100)
        let third = try await eventually("the schedule") {
            let current = try await own.current("ES256")
            return current == second ? nil : current
        }
        try await own.settle(on: third)
        let keys = try await KeysCommand.list(own.stack)
        #expect(!keys.map(\.keyID).contains(first), "what has been previous for long enough leaves")
        #expect(keys.filter { $0.place == "current" }.count == 2 && keys.filter { $0.place == "next" }.count == 2)

        // The private half goes when a key stops signing.
        let rows = try await own.stack.database.query(
            "select count(*) from signing_keys where signed_until is not null and sealed_private_key is not null"
        )
        #expect(try rows.one().decode(Int.self, at: 0) == 0)
        #expect(await own.verifier.failures == [])
        #expect(await own.verifier.accepted.count >= 6, "every key of both algorithms was used")
        try await own.stop()
    }

    @Test("E11 a leaked key leaves every node's key set at once, and nobody signs with it any more")
    func leaked() async throws {
        let sealing = try Sealing()
        let stack = try await Stack.start(nodes: 2, settings: [sealing.setting])
        let signer = try await SigningNode(stack, sealing)
        let before = try await KeysCommand.list(stack)
        let leaked = try signer.token(.es256, for: 600).text
        let result = try await KeysCommand(["rotate", "--now", "--algorithm", "ES256", "--json"], stack)
        #expect(result.status == 0, "\(result.output)")
        let after = try await KeysCommand.list(stack)
        let old = try #require(before.first { $0.algorithm == "ES256" && $0.place == "current" })
        let next = try #require(before.first { $0.algorithm == "ES256" && $0.place == "next" })
        #expect(!after.map(\.keyID).contains(old.keyID))
        #expect(after.first { $0.algorithm == "ES256" && $0.place == "current" }?.keyID == next.keyID)
        #expect(after.filter { $0.algorithm == "RS256" } == before.filter { $0.algorithm == "RS256" })
        for node in stack.nodes {
            _ = try await eventually("the key set without it") {
                try await KeySetDocument.fetch(port: node.port).keyIDs.contains(old.keyID) ? nil : true
            }
            let party = RelyingParty(ports: [node.port], keepsFor: .zero)
            try await party.verify(leaked)
            #expect(await party.failures.count == 1)
        }
        let token = try await eventually("the other key") { () -> String? in
            guard signer.live.claims(of: leaked, type: .accessToken) == nil else { return nil }
            return try signer.token(.es256, for: 600).text
        }
        let party = RelyingParty(ports: stack.nodes.map(\.port), keepsFor: .zero)
        try await party.verify(token)
        #expect(await party.accepted == [next.keyID: 1])
        await signer.stop()
        await stack.stop()
    }

    @Test("notifications that nobody hears cost time and nothing else")
    func deaf() async throws {
        let sealing = try Sealing()
        let stack = try await Stack.start(nodes: 1, settings: [sealing.setting])
        let before = try await KeySetDocument.fetch(port: stack.nodes[0].port).keyIDs
        // The change is made without telling anybody.
        try await stack.database.query(
            """
            update signing_keys set published_at = published_at - interval '100 days',
                signs_since = signs_since - interval '100 days'
            """
        )
        let after = try await eventually("a look of its own") {
            let keys = try await KeySetDocument.fetch(port: stack.nodes[0].port).keyIDs
            return keys == before ? nil : keys
        }
        #expect(Set(before).isSubset(of: Set(after)) && after.count == 6)
        await stack.stop()
    }
}
