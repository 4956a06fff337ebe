import Foundation
import Postgres
import TestSupport
import Testing

/// Where secrets must not be: in no log of any node, and in the database as hashes only (M01, O-3, I07).
@Suite("Leaks", .enabled(if: Stack.isAvailable))
struct LeakTests {
    /// Values that must not be written anywhere, with what they are.
    private actor Canaries {
        var values: [String: String] = [:]
        func note(_ value: String?, _ what: String) {
            if let value, value.utf8.count > 7 { values[value] = what }
        }
        func note(_ browser: Browser) async {
            for (name, value) in await browser.cookies { note(value, name) }
        }
    }

    @Test("M01 O-3 I07 no password, token or code is in a log or, in clear, in the database, whatever was done with it")
    func life() async throws {
        let stack = try await Installation.roomy()
        let seen = Canaries()
        let links = try await Links.made(at: stack)
        await seen.note(links.owner.browser)
        for (path, token) in links.all { await seen.note(token, path) }
        await seen.note(links.owner.password, "password")
        try await mistakes(links, seen)
        try await successes(links, seen)

        let last =
            try await stack.browser().get("/nothing-\(LocalPerson.freshNumber())").header("x-request-id") ?? "none"
        let output = try await eventually("the log line of the last request") { () -> Data? in
            let text = Data(stack.nodes.map(\.process.output).joined(separator: "\n").utf8)
            return text.range(of: Data(last.utf8)) == nil ? nil : text
        }
        let dump = try await Self.dump(stack)
        #expect(dump.range(of: Data(links.owner.email.utf8)) != nil, "control: the dump has what is no secret")
        #expect(output.range(of: Data("\"route\"".utf8)) != nil, "control: requests are logged")
        for (value, what) in await seen.values {
            for form in [
                value, Browser.encode(value), value.replacing(" ", with: "+"), Data(value.utf8).base64EncodedString(),
            ] {
                #expect(output.range(of: Data(form.utf8)) == nil, "\(what) in a log")
                #expect(dump.range(of: Data(form.utf8)) == nil, "\(what) in the database")
            }
            // The random part without its prefix and checksum, and half of a password.
            let part = value.hasPrefix("lk") ? String(value.dropFirst(4).prefix(40)) : String(value.prefix(24))
            #expect(
                dump.range(of: Data(part.utf8)) == nil && output.range(of: Data(part.utf8)) == nil,
                "part of \(what)"
            )
        }
        for (text, place) in [(dump, "the database"), (output, "a log")] {
            // As a word: eight digits are part of many numbers.
            let words = text.split { !(48...57).contains($0) && !(65...90).contains($0) && !(97...122).contains($0) }
            #expect(!words.contains { $0.elementsEqual(links.code.utf8) }, "a code in \(place)")
        }
        #expect(output.range(of: Data(links.owner.email.utf8)) == nil, "an address in a log")
        #expect(output.range(of: Data(links.newcomer.utf8)) == nil, "an address in a log")
    }

    /// Secrets where they do not belong, and requests that fail at every step.
    private func mistakes(_ links: Links, _ seen: Canaries) async throws {
        let stack = links.owner.stack
        let password = "canary " + LocalPerson.freshPassword()
        await seen.note(password, "misplaced password")
        let long = password + String(repeating: "x", count: 5_000)
        let own = ["Origin": "@own", "Sec-Fetch-Site": "same-origin"]
        let token = links.all[1].token
        for browser in [links.owner.browser, stack.browser(node: 1)] {
            for path in [
                "/sign-in/password", "/sign-up", "/reset", "/reset/confirm", "/verify", "/account/password",
                "/account/confirm",
            ] {
                for typed in [password, long, password + "\u{0}", ""] {
                    let form = [("email", typed), ("password", typed), ("current_password", typed), ("token", typed)]
                    _ = try await browser.post(path, form: form)
                    _ = try await browser.json("/v1" + path, Dictionary(uniqueKeysWithValues: form))
                }
                _ = try await browser.get("\(path)?token=\(token)x&password=\(Browser.encode(password))")
                _ = try await browser.get(
                    "\(path)/\(token)/\(Browser.encode(password))",
                    headers: ["Referer": password]
                )
                for type in ["text/plain", "application/json", "multipart/form-data", password] {
                    let headers = own.merging(["Content-Type": type]) { $1 }
                    let body = Array("{\"password\": \"\(password)\", \"token\": \"\(token)\"".utf8)
                    _ = try await browser.send("POST", path, headers: headers, body: body)
                    _ = try await browser.send("POST", "/v1" + path, headers: headers, body: body)
                }
                _ = try await browser.post(
                    path,
                    form: [("password", password)],
                    headers: ["Origin": "https://evil.example"]
                )
            }
            _ = try await browser.get("/v1/session", headers: ["Authorization": "Basic \(token)"])
            _ = try await browser.get(
                "/v1/session",
                headers: ["Authorization": "Bearer \(token)", "X-Request-Id": token]
            )
            _ = try await browser.send("POST", "/v1/sign-in/mail/code", headers: own, body: Array(links.code.utf8))
        }
    }

    /// Every secret used as it should be.
    private func successes(_ links: Links, _ seen: Canaries) async throws {
        let browser = links.owner.browser
        #expect(try await browser.json("/v1/sign-in/mail/code", ["code": links.code]).status == 200)
        await seen.note(browser)
        #expect(try await browser.post("/verify", form: [("token", links.all[0].token)]).startsSession)
        await seen.note(browser)
        let password = LocalPerson.freshPassword()
        await seen.note(password, "password")
        let form = [("token", links.all[1].token), ("password", password)]
        #expect(try await browser.post("/reset/confirm", form: form).status == 200)
        let program = Browser(port: browser.port, origin: Stack.origin)
        let body = Array(#"{"email":"\#(links.owner.email)","password":"\#(password)"}"#.utf8)
        let answer = Problem(
            try await program.send(
                "POST",
                "/v1/sign-in/password",
                headers: ["Content-Type": "application/json"],
                body: body
            )
        )
        let bearer = answer.texts["session_token"]
        #expect(bearer?.hasPrefix("lks_") == true)
        await seen.note(bearer, "bearer")
        let session = try await program.get("/v1/session", headers: ["Authorization": "Bearer \(bearer ?? "")"])
        #expect(session.status == 200)
    }

    /// Every row of every table but the mails, which stand for the mailboxes.
    private static func dump(_ stack: Stack) async throws -> Data {
        let xml = try await stack.text(
            """
            select string_agg(
                query_to_xml(format('select t::text from %I t', tablename), false, false, '')::text, E'\n'
            ) from pg_tables where schemaname = 'public' and tablename <> 'caught_mails'
            """
        )
        return Data((xml ?? "").utf8)
    }
}
