import Foundation
import Postgres
import TestSupport
import Testing

/// What mailed links say and do: the origin comes from the configuration, and opening a link changes nothing.
@Suite("Mailed links", .enabled(if: Stack.isAvailable))
struct MailLinkTests {
    /// Headers that name another host, each as a whole request head carries it.
    private static let hostile: [[String]] = [
        ["Host: evil.example"], ["Host: evil.example:8080"], ["Host: localhost:8080.evil.example"],
        ["Host: localhost:8080@evil.example"],
        ["Host: localhost:8080", "X-Forwarded-Host: evil.example"],
        ["Host: localhost:8080", "X-Forwarded-Host: localhost:8080, evil.example", "X-Forwarded-Proto: https"],
        ["Host: localhost:8080", "X-Forwarded-Server: evil.example", "X-Forwarded-Port: 4443"],
        ["Host: localhost:8080", "Forwarded: for=10.0.0.1;host=evil.example;proto=https"],
        [
            "Host: localhost:8080", "Forwarded: host=\"evil.example\"", "X-Host: evil.example",
            "X-HTTP-Host-Override: evil.example",
        ],
        ["Host: localhost:8080", "X-Original-URL: http://evil.example/", "X-Rewrite-URL: //evil.example/"],
        ["Host: localhost:8080", "Referer: http://evil.example/", "X-Forwarded-Prefix: //evil.example"],
        ["Host: localhost:8080", "Host: evil.example"],
        ["Host: evil.example", "X-Forwarded-For: 127.0.0.1", "Via: 1.1 evil.example"],
    ]

    private func post(
        _ target: String,
        _ head: [String],
        _ form: [(String, String)],
        port: Int,
        cookies: [String: String] = [:]
    ) async throws -> HTTPExchange.Answer {
        let body = form.map { "\($0.0)=\(Browser.encode($0.1))" }.joined(separator: "&")
        var lines = ["POST \(target) HTTP/1.1"] + head
        lines += ["Connection: close", "Origin: \(Stack.origin)", "Sec-Fetch-Site: same-origin", "Accept: text/html"]
        lines += ["Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)"]
        if !cookies.isEmpty {
            lines.append("Cookie: " + cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        }
        return try await HTTPExchange.send(
            Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8),
            port: port
        )
    }

    @Test("P-8 no header of a request chooses where a mailed link leads", arguments: hostile)
    func origin(_ head: [String]) async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let (newcomer, next) = (LocalPerson.freshAddress(), LocalPerson.freshAddress())
        let port = stack.nodes[0].port
        let cookies = await owner.browser.cookies
        let signUp = [("email", newcomer), ("password", LocalPerson.freshPassword())]
        let requests: [(String, [(String, String)], String, String)] = [
            ("/sign-up", signUp, newcomer, "/verify?token="),
            ("/sign-up", [("email", owner.email), signUp[1]], owner.email, "already"),
            ("/reset", [("email", owner.email)], owner.email, "/reset/confirm?token="),
            ("/sign-in/mail", [("email", owner.email)], owner.email, "/sign-in/mail/confirm?token="),
            ("/account/email", [("email", next)], next, "/account/email/confirm?token="),
        ]
        for (target, form, recipient, link) in requests {
            let answer = try await post(target, head, form, port: port, cookies: cookies)
            // Two hosts are no request at all (RFC 9112 §3.2).
            guard answer.status == 200 else {
                #expect(answer.status == 400, "\(target) \(answer.status)")
                continue
            }
            #expect(!answer.text.contains("evil.example") && answer.header("location") == nil)
            let mail = try await stack.mail(to: recipient, contains: link)
            for text in [mail.text, mail.html] {
                #expect(!text.contains("evil.example") && !text.contains(":4443"))
                let links = text.matches(of: /https?:[^\s"<>)]+/).map { String($0.output) }
                #expect(!links.isEmpty, "control: there are links")
                #expect(links.allSatisfy { $0 == Stack.origin || $0.hasPrefix(Stack.origin + "/") }, "\(links)")
            }
        }
    }

    @Test(
        "F-1 opening a mailed link changes nothing, however often, by GET or HEAD, with or without the browser's cookies"
    )
    func opening() async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let before = try await links.state()
        for (path, token) in links.all {
            for _ in 0..<3 {
                for browser in [links.owner.browser, stack.browser(node: 1)] {
                    for method in ["GET", "HEAD"] {
                        let answer = try await browser.send(method, "\(path)?token=\(token)", body: nil)
                        #expect(!answer.startsSession && [200, 400, 401, 403, 405].contains(answer.status), "\(path)")
                    }
                }
            }
        }
        #expect(try await links.state() == before)
        for (path, token) in links.all {
            #expect(
                try await links.owner.browser.get("\(path)?token=\(token)").status == 200,
                "control: \(path) still works"
            )
        }
    }

    @Test("F-1 what changes state is no GET: the paths that do refuse it")
    func methods() async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let before = try await links.state()
        let password = LocalPerson.freshPassword()
        for path in [
            "/sign-up", "/verify", "/sign-in/password", "/sign-in/second-factor", "/reset", "/reset/confirm",
            "/sign-in/mail",
            "/sign-in/mail/code", "/sign-in/mail/confirm", "/account/password", "/account/password/remove",
            "/account/email", "/account/email/cancel", "/account/email/confirm", "/account/email/undo",
            "/account/second-factor/remove", "/account/second-factor/recovery-codes", "/account/confirm", "/sign-out",
        ] {
            for prefix in ["", "/v1"] {
                for (_, token) in links.all {
                    let query =
                        "?token=\(token)&email=\(links.owner.email)&password=\(Browser.encode(password))&code=1"
                        + "&current_password=\(Browser.encode(links.owner.password))&new_password=\(Browser.encode(password))"
                    let answer = try await links.owner.browser.get(prefix + path + query)
                    #expect(!answer.startsSession && answer.status < 500)
                    if prefix == "/v1" { #expect([404, 405].contains(answer.status), "\(prefix + path)") }
                }
            }
        }
        #expect(try await links.state() == before)
    }

    @Test("P-8 F-8 where a person goes afterwards is none of the link's business")
    func returnAddress() async throws {
        let stack = try await Installation.roomy()
        for target in [
            "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%2f/evil.example/..",
        ] {
            let browser = stack.browser()
            let form = [
                ("email", LocalPerson.freshAddress()), ("password", LocalPerson.freshPassword()), ("return_to", target),
            ]
            let answer = try await browser.post("/sign-up", form: form)
            #expect(answer.status == 400 || target == "/%2f/evil.example/..", "\(target)")
            let (person, token) = try await LocalPerson.waiting(at: stack)
            let verified = try await person.browser.post("/verify", form: [("token", token), ("return_to", target)])
            #expect(verified.status == 303 && verified.header("location") == "/account")
        }
    }
}
