import Foundation
import Postgres
import TestSupport

extension Browser {
    /// Who this browser is signed in as; nil when nobody.
    func user() async throws -> String? {
        let answer = try await get("/v1/session")
        guard answer.status == 200 else { return nil }
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return (json?["user"] as? [String: Any])?["id"] as? String
    }

    /// The session cookie's value, if there is one.
    func session() -> String? { cookies["latchkey"] ?? cookies["__Host-latchkey"] }

    /// The sign-in secret of this browser.
    func secret() -> String? { cookies["latchkey-flow"] ?? cookies["__Host-latchkey-flow"] }

    /// Asks as a program does, so that a refusal names its code.
    func problem(_ target: String) async throws -> Problem {
        Problem(try await get(target, headers: ["Accept": "application/json"]))
    }
}

/// A refusal as a program sees it.
struct Problem: Sendable {
    let status: Int
    /// Stable code; empty when the answer is no problem document.
    let code: String
    let requestID: String?
    let answer: HTTPExchange.Answer

    init(_ answer: HTTPExchange.Answer) {
        self.answer = answer
        status = answer.status
        let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        code = json?["code"] as? String ?? ""
        requestID = json?["request_id"] as? String
    }
}

extension HTTPExchange.Answer {
    /// Whether a session cookie came with it.
    var startsSession: Bool {
        headerValues("set-cookie").contains { line in
            (line.hasPrefix("latchkey=") || line.hasPrefix("__Host-latchkey=")) && !line.contains("Max-Age=0")
        }
    }

    /// A clear refusal: 4xx (or the 502 and 503 that speak of a provider), with words, a request id and no session.
    var isClearRefusal: Bool {
        guard (400..<500).contains(status) || status == 502 || status == 503, !startsSession else { return false }
        return !body.isEmpty && header("x-request-id") != nil
    }
}

extension Stack {
    /// The number a query counts.
    func count(_ query: SQL) async throws -> Int {
        Int(try await database.query(query).one().decode(Int64.self, at: 0))
    }

    /// The user who owns an identity.
    func owner(_ persona: Persona) async throws -> String? {
        try await text(
            """
            select user_id::text from federated_identities
            where subject = \(persona.subject) and provider = \(persona.provider)
            """
        )
    }

    /// The first column of the first row.
    func text(_ query: SQL) async throws -> String? {
        guard let row = try await database.query(query).first else { return nil }
        return try row.decode(String?.self, at: 0)
    }

    /// Whether a sign-in with this state still waits.
    func waits(_ state: String) async throws -> Bool {
        try await count(
            "select count(*) from sign_in_transactions where state_hash = sha256(convert_to(\(state), 'UTF8'))"
        ) == 1
    }

    /// Every row of the account tables as text: what must not change, compared before and after.
    func accounts() async throws -> Set<String> {
        let rows = try await database.query(
            """
            select 'user ' || u::text from users u
            union all select 'address ' || e::text from user_emails e
            union all select 'identity ' || f::text from federated_identities f
            union all select 'session ' || s::text from sessions s
            """
        )
        var all: Set<String> = []
        for row in rows { all.insert(try row.decode(String.self, at: 0)) }
        return all
    }

    /// The decisions about one identity, oldest first.
    func decisions(about persona: Persona) async throws -> [Decision] {
        let rows = try await database.query(
            """
            select facts, rule, outcome, reason, next_step, user_id::text, policy, request_id from linking_decisions
            where provider = \(persona.provider)
              and subject_hash = sha256(convert_to(issuer, 'UTF8') || decode('00', 'hex') || convert_to(\(persona.subject), 'UTF8'))
            order by decided_at
            """
        )
        var all: [Decision] = []
        for row in rows {
            all.append(
                Decision(
                    facts: try row.decode(String.self, at: 0),
                    rule: try row.decode(String.self, at: 1),
                    outcome: try row.decode(String.self, at: 2),
                    reason: try row.decode(String.self, at: 3),
                    nextStep: try row.decode(String?.self, at: 4),
                    user: try row.decode(String?.self, at: 5),
                    policy: try row.decode(String.self, at: 6),
                    requestID: try row.decode(String?.self, at: 7)
                )
            )
        }
        return all
    }
}

/// One row of `linking_decisions`.
struct Decision: Sendable {
    let facts: String
    let rule: String
    let outcome: String
    let reason: String
    let nextStep: String?
    let user: String?
    let policy: String
    let requestID: String?
}
