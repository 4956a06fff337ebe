import Accounts
import Cryptography
import Foundation
import TestSupport
import Testing

@Suite("Administrators", .enabled(if: Stack.isAvailable))
struct AdministratorGateTests {
    @Test("without a key in the configuration there is nothing below /admin, whoever asks and however")
    func switchedOff() async throws {
        let stack = try await Stack.shared()
        let key = AdministrationKey.generate().reveal()
        for bearer in [nil, key] {
            let program = Program(port: stack.nodes[0].port, bearer: bearer)
            for (method, path) in [
                ("GET", "/admin/v1/administrator"), ("DELETE", "/admin/v1/administrator"), ("GET", "/admin/v1/nothing"),
                ("POST", "/admin/v1/policy/check"), ("GET", "//admin/v1/policy"),
            ] {
                let reply = try await program.send(method, path)
                #expect(reply.status == 404, "\(method) \(path)")
            }
        }
    }

    @Test("a key that is missing, wrong, mutated, of another kind or sent another way opens nothing")
    func wrongKeys() async throws {
        let (stack, key) = try await PolicyStacks.administered()
        let port = stack.nodes[0].port
        let right = try await Program(port: port, bearer: key).get("/admin/v1/administrator")
        #expect(right.status == 200)
        #expect(right["name"] as? String == "ada")

        var mutated = Array(key)
        mutated[20] = mutated[20] == "A" ? "B" : "A"
        let wrong: [String?] = [
            nil, "", AdministrationKey.generate().reveal(), String(mutated), String(key.dropLast()), key + "A",
            key.uppercased(), "lks_" + key.dropFirst(4), SessionToken.generate().reveal(),
        ]
        for bearer in wrong {
            let reply = try await Program(port: port, bearer: bearer).get("/admin/v1/administrator")
            #expect(reply.status == 401, "\(bearer ?? "none")")
            #expect(reply.code == "administrator_unauthenticated")
            #expect(reply.answer.header("www-authenticate") == "Bearer")
            #expect(reply.answer.header("content-type") == "application/problem+json")
        }
        // Neither a path that does not exist nor a wrong method tells more to whoever has no key.
        let nobody = Program(port: port, bearer: nil)
        for path in ["/admin/v1/nothing", "/admin", "//admin//v1/administrator"] {
            #expect(try await nobody.get(path).status == 401)
        }
        #expect(try await nobody.send("DELETE", "/admin/v1/administrator").status == 401)
        // A cookie is no key, and basic authentication is none.
        let others = [["Cookie": "__Host-latchkey=\(key); latchkey=\(key)"], ["Authorization": "Basic \(key)"]]
        for headers in others {
            let reply = try await nobody.send("GET", "/admin/v1/administrator", headers: headers)
            #expect(reply.status == 401)
        }
    }

    @Test("a page of another site gets no answer it can read, and changes nothing, even with the key")
    func otherSites() async throws {
        let (stack, key) = try await PolicyStacks.administered()
        let program = Program(port: stack.nodes[0].port, bearer: key)
        let headers = ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"]
        let preflight = try await program.send("OPTIONS", "/admin/v1/administrator", headers: headers)
        #expect(preflight.answer.header("access-control-allow-origin") == nil)
        let read = try await program.send("GET", "/admin/v1/administrator", headers: headers)
        #expect(read.answer.header("access-control-allow-origin") == nil)
        let change = try await program.send(
            "POST",
            "/admin/v1/policy/rollback",
            ["to": 1, "reason": "x"],
            headers: headers
        )
        #expect(change.status == 403)
        #expect(change.code == "cross_site_request")
    }

    @Test("wrong keys of one client are limited; the right key never is")
    func limited() async throws {
        let key = AdministrationKey.generate()
        let stack = try await Stack.start(
            settings: ["administration.keys=ada:\(Hex.encode(key.hash.bytes))"]
        )
        let port = stack.nodes[0].port
        var statuses: [Int] = []
        for _ in 0..<40 { statuses.append(try await Program(port: port).get("/admin/v1/administrator").status) }
        #expect(statuses.first == 401)
        #expect(statuses.last == 429)
        #expect(try await Program(port: port, bearer: key.reveal()).get("/admin/v1/administrator").status == 200)
        await stack.stop()
    }

    @Test("the command prints a key once, and the line that lets it in")
    func keyCommand() async throws {
        let run = try await CommandRun(["administration", "key", "grace"])
        #expect(run.status == 0)
        let words = run.output.split(whereSeparator: \.isWhitespace).map(String.init)
        let key = try #require(words.lazy.compactMap { AdministrationKey($0) }.first)
        #expect(words.contains("grace:" + Hex.encode(key.hash.bytes)))
        #expect(try await CommandRun(["administration", "key", "no spaces"]).status != 0)
    }
}
