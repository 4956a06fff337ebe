import Foundation
import Postgres
import TestSupport
import Testing

/// `GET /admin/v1/users` and `latchkey users show`.
@Suite("Users, for operators", .enabled(if: Stack.isAvailable))
struct UserRecordTests {
    private struct Made {
        let stack: Stack
        let program: Program
        let id: String
        let email: String
    }

    /// Somebody who came through Google and is signed in.
    private func made() async throws -> Made {
        let (stack, key) = try await PolicyStacks.administered()
        let number = String(UInt64.random(in: 100_000_000_000...999_999_999_999))
        let email = "p\(number)@gmail.com"
        try await stack.mock.call(
            "PUT",
            "/people/google/p\(number)",
            #"{"subject":"\#(number)","name":"Person","email":"\#(email)","email_verified":true}"#
        )
        let browser = stack.browser()
        let location = try await browser.begin("google")
        let there = try #require(URLComponents(string: location))
        let port = try #require(there.port)
        let consent = try await Browser(port: port, origin: "http://127.0.0.1:\(port)").get(
            there.percentEncodedPath + "?" + (there.percentEncodedQuery ?? ""),
            headers: ["Mock-Person": "p\(number)"]
        )
        let back = try #require(consent.header("location").flatMap { URLComponents(string: $0) })
        _ = try await browser.get(back.percentEncodedPath + "?" + (back.percentEncodedQuery ?? ""))
        let row = try await stack.database.query("select user_id::text from user_emails where address = \(email)").one()
        let id = try row.decode(String.self, at: 0)
        return Made(stack: stack, program: Program(port: stack.nodes[1].port, bearer: key), id: id, email: email)
    }

    @Test("by id and by address: what there is, nothing that opens anything; the command says the same")
    func shown() async throws {
        let made = try await made()
        let reply = try await made.program.get("/admin/v1/users/\(made.id)")
        #expect(reply.status == 200, "\(reply.text)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(reply.answer.body)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "id", "asked_for", "is_alias", "state", "display_name", "roles", "created_at", "last_sign_in_at",
                "addresses",
                "identities", "has_password", "has_second_factor", "sessions", "former_ids",
            ]
        )
        #expect(object["id"] as? String == made.id && object["is_alias"] as? Bool == false)
        #expect(object["state"] as? String == "active" && object["sessions"] as? Int == 1)
        let address = try #require((object["addresses"] as? [[String: Any]])?.first)
        #expect(address["address"] as? String == made.email && address["verified_at"] is String)
        let identity = try #require((object["identities"] as? [[String: Any]])?.first)
        #expect(identity["provider"] as? String == "google")
        #expect(Set(identity.keys).isDisjoint(with: ["token", "access_token", "id_token"]))
        let found = try await made.program.get("/admin/v1/users?address=\(Browser.encode(made.email.uppercased()))")
        #expect((found["users"] as? [[String: Any]])?.map { $0["id"] as? String } == [made.id])
        let nobody = try await made.program.get("/admin/v1/users?address=nobody@people.example")
        #expect(nobody.status == 200 && (nobody["users"] as? [Any])?.isEmpty == true)
        for (path, status) in [
            ("/admin/v1/users", 400), ("/admin/v1/users?address=x", 400), ("/admin/v1/users/x", 404),
            ("/admin/v1/users/00000000-0000-7000-8000-00000000dead", 404),
        ] {
            #expect(try await made.program.get(path).status == status, "\(path)")
        }
        #expect(try await Program(port: made.program.port).get("/admin/v1/users/\(made.id)").status == 401)
        for who in [made.id, made.email] {
            let command = try await CommandRun(["users", "show", who], stack: made.stack)
            #expect(command.status == 0 && command.output.contains(made.email), "\(command.output)")
        }
        #expect(try await CommandRun(["users", "show", "nobody@people.example"], stack: made.stack).status == 1)
    }

    @Test(
        "an id from before a merge leads to the account of today, and says so; a claimed registration is named as one"
    )
    func states() async throws {
        let (kept, gone) = (try await made(), try await made())
        try await kept.stack.database.runScript(
            """
            update users set disabled_at = now(), merged_into = '\(kept.id)' where id = '\(gone.id)';
            insert into user_aliases (old_id, user_id) values ('\(gone.id)', '\(kept.id)')
            """
        )
        let reply = try await kept.program.get("/admin/v1/users/\(gone.id)")
        #expect(reply["id"] as? String == kept.id && reply["asked_for"] as? String == gone.id)
        #expect(reply["is_alias"] as? Bool == true && reply["former_ids"] as? [String] == [gone.id])
        #expect((reply["addresses"] as? [[String: Any]])?.map { $0["address"] as? String } == [kept.email])
        let command = try await CommandRun(["users", "show", gone.id], stack: kept.stack)
        #expect(command.output.contains(kept.id) && command.output.contains("former id"), "\(command.output)")
        for (column, state) in [("disabled_at", "disabled"), ("claimed_at", "claimed")] {
            try await kept.stack.database.runScript("update users set \(column) = now() where id = '\(kept.id)'")
            #expect(try await kept.program.get("/admin/v1/users/\(kept.id)")["state"] as? String == state)
        }
    }

    @Test("explain over HTTP looks up who holds a real address, unless it is told")
    func explained() async throws {
        let made = try await made()
        for (members, outcome) in [
            (["email": "verified"], "link_after_proof"), (["email": "unverified"], "create_separate"),
            (["email": "verified", "account": "none"], "create"),
        ] {
            let asked = ["provider": "github", "address": made.email].merging(members) { $1 }
            let reply = try await made.program.send("POST", "/admin/v1/policy/explain", asked)
            let found = (reply["outcome"] as? String)?.prefix { $0 != ":" }
            #expect(reply.status == 200 && found.map(String.init) == outcome, "\(members): \(reply.text)")
        }
        let odd = try await made.program.send(
            "POST",
            "/admin/v1/policy/explain",
            ["provider": "github", "address": "x"]
        )
        #expect(odd.status == 400)
    }
}
