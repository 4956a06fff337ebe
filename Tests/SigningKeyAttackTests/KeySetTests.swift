import Foundation
import JOSE
import Postgres
import TestSupport
import Testing

@Suite("The key set over HTTP", .serialized, .enabled(if: Stack.isAvailable))
struct KeySetTests {
    @Test("several nodes that start at once make exactly one set of keys, and all publish it; sealed at rest")
    func firstStart() async throws {
        let sealing = try Sealing()
        let stack = try await Stack.start(nodes: 0, settings: [sealing.setting])
        let arguments = stack.arguments
        let nodes = try await withThrowingTaskGroup(of: Stack.Node.self) { group in
            for _ in 0..<4 { group.addTask { try await Stack.startNode(arguments) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let listed = try await KeysCommand.list(stack)
        #expect(listed.map(\.algorithm) == ["ES256", "ES256", "RS256", "RS256"])
        #expect(listed.map(\.place) == ["next", "current", "next", "current"])
        for node in nodes {
            #expect(try await KeySetDocument.fetch(port: node.port).keyIDs == listed.map(\.keyID))
        }
        let rows = try await stack.database.query(
            "select count(*) from signing_keys where position('PRIVATE'::bytea in sealed_private_key) > 0"
        )
        #expect(try rows.one().decode(Int.self, at: 0) == 0)

        // A node without the encryption key must not run, and says which one it needs.
        let other = try Sealing("two")
        let process = try ChildProcess(
            Stack.programs + "/latchkey",
            ["serve"] + stack.arguments + ["--set", other.setting, "--set", "server.port=\(try Stack.freePort())"],
            directory: Stack.root
        )
        #expect(try await process.ended() == 1)
        #expect(process.output.contains(#"sealed with the encryption key "one""#), "\(process.output.suffix(500))")

        for node in nodes {
            #expect(!node.process.output.contains("PRIVATE KEY"))
            node.process.signal(SIGTERM)
        }
        for node in nodes { _ = try await node.process.ended() }
        await stack.stop()
    }

    @Test("D08 E07 public members only; a strong validator, a lifetime, and 304 for who has it already")
    func answer() async throws {
        let stack = try await Stack.start(
            settings: [try Sealing().setting, "tokens.keys.cache_for=15m", "tokens.keys.publish_ahead=2h"]
        )
        let browser = stack.browser()
        let document = try await KeySetDocument.fetch(port: stack.nodes[0].port)
        #expect(document.keys.keys.count == 4 && document.keys.skipped == [])
        #expect(document.answer.header("content-type") == "application/json")
        #expect(document.answer.header("cache-control") == "public, max-age=900")
        let tag = try #require(document.answer.header("etag"))
        for name in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""] {
            #expect(!document.answer.text.contains(name))
        }
        for held in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let again = try await browser.get("/oauth/jwks", headers: ["If-None-Match": held])
            #expect(again.status == 304 && again.body == [] && again.header("etag") == tag, "\(held)")
            #expect(again.header("cache-control") == "public, max-age=900")
        }
        #expect(try await browser.get("/oauth/jwks", headers: ["If-None-Match": "\"other\""]).status == 200)
        let head = try await browser.send("HEAD", "/oauth/jwks", body: nil)
        #expect(head.status == 200 && head.body == [])
        #expect(try await browser.post("/oauth/jwks").status == 405)
        let ready = try await browser.get("/readyz")
        #expect(ready.text.contains(#""keys":true"#), "\(ready.text)")
        await stack.stop()
    }

    @Test("without encryption.keys there are no signing keys, and nothing that says so for them")
    func without() async throws {
        let stack = try await Stack.shared()
        #expect(try await stack.browser().get("/oauth/jwks").status == 404)
        let refused = try await KeysCommand(["rotate"], stack)
        #expect(refused.status == 1 && refused.output.contains("without encryption.keys"))
    }
}
