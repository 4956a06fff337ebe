import Accounts
import Cryptography
import Foundation
import Postgres
import TestSupport
import Testing

/// The doors without a browser, beside those of ``EntryPointTests``.
@Suite("Entry points of linking: token exchange", .enabled(if: Stack.isAvailable))
struct ExchangeDoorTests {
    /// A node with one app that may exchange, and its way of asking.
    private struct App {
        let secret: ClientSecret
        let browser: Browser

        init(_ stack: Stack) async throws {
            secret = .generate()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("clients-\(Scene.number())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let text = """
                id: backend
                name: Backend
                first_party: true
                grants: ["urn:ietf:params:oauth:grant-type:token-exchange"]
                secret_hashes: [sha256:\(Hex.encode(secret.hash.bytes))]
                """
            try Data(text.utf8).write(to: folder.appendingPathComponent("backend.yaml"))
            let node = try await Stack.startNode(
                stack.arguments + ["--set", "clients.directory=\(folder.path)"]
            )
            browser = Browser(port: node.port, origin: Stack.origin)
        }

        func post(_ path: String, _ form: [(String, String)]) async throws -> HTTPExchange.Answer {
            let credentials = Base64.encode(Array("backend:\(secret.reveal())".utf8))
            return try await browser.post(path, form: form, headers: ["Authorization": "Basic \(credentials)"])
        }

        func exchange(_ visitor: Visitor) async throws -> HTTPExchange.Answer {
            let isGoogle = visitor.provider == "google"
            var nonce = ""
            if isGoogle { nonce = try Self.member("nonce", of: try await post("/v1/nonces", []).text) }
            let minted = try await visitor.stack.mock.call(
                "POST",
                "/mint/\(visitor.provider)",
                #"{"person":"\#(visitor.name)","nonce":"\#(nonce)"}"#
            )
            let type = isGoogle ? "id_token" : "access_token"
            return try await post(
                "/oauth/token",
                [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                    ("subject_token_type", "urn:ietf:params:oauth:token-type:" + type),
                    ("subject_token", try Self.member(type, of: minted)), ("subject_issuer", visitor.provider),
                ]
            )
        }

        private static func member(_ name: String, of text: String) throws -> String {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return try #require(object?[name] as? String, "\(text)")
        }
    }

    @Test(
        "L-9 whoever arrives without a browser is decided about once, by the one decision, and gets no browser's session",
        arguments: ["google", "github"]
    )
    func recorded(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let app = try await App(stack)
        let visitor = try await Visitor.opened(at: stack, provider, email: Scene.address())
        let inForce = try await stack.text("select policy_hash from policy_versions order by number desc limit 1")
        for outcome in ["create", "sign_in"] {
            let answer = try await app.exchange(visitor)
            #expect(answer.status == 200, "\(answer.text)")
            let rows = try await stack.texts(
                """
                select outcome || ' ' || app || ' ' || policy from linking_decisions
                where request_id = \(answer.header("x-request-id") ?? "")
                """
            )
            #expect(rows == ["\(outcome) backend \(inForce ?? "")"], "one row, of this request, for this app")
        }
        let owner = try #require(try await visitor.owner())
        let sessions = try await stack.texts(
            "select coalesce(client_id, 'a browser') from sessions where user_id = \(owner)::uuid"
        )
        #expect(sessions == ["backend", "backend"])
        #expect(try await visitor.decisions() == ["create", "sign_in"])
    }

    @Test("L-2 L-9 an account that asks for a proof is not reached without a browser", arguments: ["google", "github"])
    func proofs(_ provider: String) async throws {
        let stack = try await Scene.stack()
        let app = try await App(stack)
        let owner = try await Owner.signedUp(at: stack, email: Scene.address("people.example"))
        let visitor = try await Visitor.opened(at: stack, provider, email: owner.email)
        let answer = try await app.exchange(visitor)
        #expect(answer.status == 400 && answer.text.contains("link_after_proof"), "\(answer.status) \(answer.text)")
        #expect(answer.text.contains("/sign-in"))
        #expect(try await visitor.owner() == nil, "nothing is linked")
        #expect(try await visitor.decisions() == ["link_after_proof:email_code,linked_identity,password"])
        let waiting = try await stack.text(
            "select count(*)::text from pending_links where subject = \(visitor.subject)"
        )
        #expect(waiting == "0", "nothing waits for a browser that there is not")
    }

    @Test("I09 S-1 a second step that is due is not stepped over, and leaves nothing that could open later")
    func secondStep() async throws {
        let stack = try await Scene.stack()
        let app = try await App(stack)
        let owner = try await Owner.signedUp(at: stack)
        let visitor = try await Visitor.opened(at: stack, "google", email: nil)
        try await visitor.arrive(in: owner.browser, at: "/account/link/")
        _ = try await owner.browser.enrol()
        let answer = try await app.exchange(visitor)
        #expect(answer.status == 400 && answer.text.contains("second_factor"), "\(answer.status) \(answer.text)")
        let sessions = try await stack.text(
            "select count(*)::text from sessions where user_id = \(owner.id)::uuid and client_id is not null"
        )
        #expect(sessions == "0")
    }
}
