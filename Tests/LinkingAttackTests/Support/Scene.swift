import Foundation
import Postgres
import TestSupport

/// The installation of these tests: two nodes, mails caught in the database, limits out of the way.
enum Scene {
    static func stack() async throws -> Stack { try await shared.value }
    private static let shared = Task { try await Stack.start(nodes: 2, settings: settings) }

    static let settings = [
        "mail.catch=true", "sign_in.mailed_link=true", "sign_in.mailed_code=true",
        "encryption.keys=test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "password.minimum_length_with_second_factor=8", "linking.privileged_roles=admin",
        "throttle.passwords_per_pair=100000", "throttle.passwords_per_address=100000",
        "throttle.attempts_per_client=1000000", "throttle.mails_per_address=100000",
        "throttle.mails_per_client=1000000", "throttle.starts_per_client=1000000",
    ]

    /// Digits that nobody had before; GitHub's identifiers are numbers.
    static func number() -> String { String(UInt64.random(in: 100_000_000_000_000...999_999_999_999_999)) }

    /// An address that nobody had before.
    static func address(_ domain: String = "gmail.com") -> String { "p\(number())@\(domain)" }
}

/// An account at a stand-in.
struct Visitor: Sendable {
    let stack: Stack
    /// As Latchkey calls the provider.
    let provider: String
    let name: String
    let subject: String
    let email: String?

    /// Opens one. `google` runs the mailboxes of gmail.com; nobody else runs any.
    static func opened(
        at stack: Stack,
        _ provider: String,
        email: String?,
        verified: Bool = true
    ) async throws -> Visitor {
        try await Visitor(
            stack: stack,
            provider: provider,
            name: "p" + Scene.number(),
            subject: Scene.number(),
            email: email
        )
        .reporting(email, verified: verified)
    }

    /// The same account, of which its provider reports this address from now on, and misbehaves so.
    func reporting(_ email: String?, verified: Bool = true, misbehaving: [String] = []) async throws -> Visitor {
        let standIn = provider == "twitter" ? "x" : provider == "oidc-example" ? "oidc" : provider
        try await stack.mock.call(
            "PUT",
            "/people/\(standIn)/\(name)",
            #"{"subject":"\#(subject)","name":"Person","username":"\#(name)","email_verified":\#(verified),"email":"#
                + (email.map { "\"\($0)\"" } ?? "null")
                + ",\"misbehave\":[" + misbehaving.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
        )
        return Visitor(stack: stack, provider: provider, name: name, subject: subject, email: email)
    }

    /// From a provider's button to the callback's answer.
    @discardableResult
    func arrive(in browser: Browser, at path: String = "/sign-in/") async throws -> HTTPExchange.Answer {
        try await browser.get(try await callback(in: browser, at: path))
    }

    /// The callback that the provider sends the browser to.
    func callback(in browser: Browser, at path: String = "/sign-in/") async throws -> String {
        let answer = try await browser.post(path + provider)
        guard answer.status == 303, let location = answer.header("location"), let url = URLComponents(string: location),
            let port = url.port
        else { throw NeverHappened(description: "a way to \(provider): \(answer.status) \(answer.sentence)") }
        let there = Browser(port: port, origin: "http://127.0.0.1:\(port)")
        let consent = try await there.get(
            url.percentEncodedPath + "?" + (url.percentEncodedQuery ?? ""),
            headers: ["Mock-Person": name]
        )
        guard let back = consent.header("location").flatMap({ URLComponents(string: $0) }) else {
            throw NeverHappened(description: "a way back from \(provider): \(consent.status)")
        }
        return back.percentEncodedPath + "?" + (back.percentEncodedQuery ?? "")
    }

    /// Who owns this identity.
    func owner() async throws -> String? {
        try await stack.text(
            "select user_id::text from federated_identities where subject = \(subject) and provider = \(provider)"
        )
    }

    /// Outcomes of the decisions about it, oldest first, with the proof they were carried out with.
    func decisions() async throws -> [String] {
        try await stack.texts(
            """
            select outcome || coalesce(' by ' || proven_by, '') from linking_decisions
            where subject_hash = sha256(convert_to(issuer, 'UTF8') || decode('00', 'hex') || convert_to(\(subject), 'UTF8'))
              and provider = \(provider)
            order by decided_at, id
            """
        )
    }
}

/// Somebody with a proven address and a password here.
struct Owner: Sendable {
    let stack: Stack
    let browser: Browser
    let email: String
    let password: String
    let id: String

    static func signedUp(at stack: Stack, email: String = Scene.address()) async throws -> Owner {
        let browser = stack.browser()
        let password = "quiet harbour \(Scene.number()) lantern"
        let answer = try await browser.post("/sign-up", form: [("email", email), ("password", password)])
        guard answer.status == 200 else { throw NeverHappened(description: "a sign-up: \(answer.sentence)") }
        let mail = try await stack.mail(to: email, contains: "/verify?token=")
        guard let token = mail.firstMatch(of: /token=(lkm_[A-Za-z0-9_-]+)/) else {
            throw NeverHappened(description: "a token in \(mail)")
        }
        let proven = try await browser.post("/verify", form: [("token", String(token.1))])
        guard proven.status == 303, let id = try await browser.user() else {
            throw NeverHappened(description: "a proven address: \(proven.status) \(proven.sentence)")
        }
        return Owner(stack: stack, browser: browser, email: email, password: password, id: id)
    }

    /// Sends the form of signing in, from a browser of its own.
    func signIn() async throws -> HTTPExchange.Answer {
        try await stack.browser().post("/sign-in/password", form: [("email", email), ("password", password)])
    }
}

extension Stack {
    /// The latest mail to an address that contains a text, awaited; its text part.
    func mail(to address: String, contains text: String, besides count: Int = 0) async throws -> String {
        try await eventually("a mail to \(address) with \(text)") {
            let all = try await texts(
                """
                select subject || chr(10) || text_body from caught_mails
                where recipient = \(address) and position(\(text) in subject || chr(10) || text_body) > 0
                order by caught_at, id
                """
            )
            return all.count > count ? all.last : nil
        }
    }

    /// The latest code mailed to an address.
    func code(to address: String, besides count: Int = 0) async throws -> String {
        let mail = try await mail(to: address, contains: "Type it nowhere else", besides: count)
        guard let found = mail.firstMatch(of: /\n +(\d{8})\n/) else {
            throw NeverHappened(description: "a code in \(mail)")
        }
        return String(found.1)
    }

    /// The token of the latest mailed link that leads somewhere.
    func token(to address: String, of link: String) async throws -> String {
        let mail = try await mail(to: address, contains: link)
        guard let found = mail.firstMatch(of: /token=(lkm_[A-Za-z0-9_-]+)/) else {
            throw NeverHappened(description: "a token in \(mail)")
        }
        return String(found.1)
    }

    func text(_ query: SQL) async throws -> String? {
        guard let row = try await database.query(query).first else { return nil }
        return try row.decode(String?.self, at: 0)
    }

    func texts(_ query: SQL) async throws -> [String] {
        try await database.query(query).map { (row) throws(PostgresFailure) in try row.decode(String.self, at: 0) }
    }

    func count(_ query: SQL) async throws -> Int {
        Int(try await database.query(query).one().decode(Int64.self, at: 0))
    }

    func run(_ statement: SQL) async throws { _ = try await database.query(statement) }
}

extension Browser {
    /// Who this browser is signed in as; nil when nobody.
    func user() async throws -> String? {
        let answer = try await get("/v1/session")
        guard answer.status == 200 else { return nil }
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return (json?["user"] as? [String: Any])?["id"] as? String
    }

    /// Code of the refusal that a program would see.
    func problem(_ target: String) async throws -> String {
        let answer = try await get(target, headers: ["Accept": "application/json"])
        let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return json?["code"] as? String ?? "\(answer.status)"
    }
}

extension HTTPExchange.Answer {
    /// Where it leads, by whatever way.
    var leadsTo: String { destination ?? header("location") ?? "\(status)" }

    /// Whether a session's cookie came with it.
    var startsSession: Bool {
        headerValues("set-cookie").contains { $0.hasPrefix("latchkey=") && !$0.contains("Max-Age=0") }
    }
}
