import Foundation
import Postgres
import TestSupport
import Testing

/// A stack that belongs to one suite, whose tests run one after the other: what the stand-ins do and count is theirs alone.
struct Stage: Sendable {
    let stack: Stack

    /// Starts one; `LATCHKEY_TEST_POSTGRES` has to be set, which the suites' traits check.
    static func open(
        settings: [String] = [],
        environment: [String: String] = [:],
        standInArguments: [String] = []
    ) async throws -> Stage {
        // All suites begin at once; their stacks take turns, or each would wait for all the others.
        try await Turns.shared.take {
            Stage(
                stack: try await Stack.start(
                    settings: ["log.level=info"] + settings,
                    environment: environment,
                    standInArguments: standInArguments
                )
            )
        }
    }

    var mock: StandIns { stack.mock }
    var node: Stack.Node { stack.nodes[0] }

    // MARK: Flows

    /// A person nobody has seen, at this provider's stand-in.
    func person(_ provider: Provider, subject: String? = nil, email: String? = nil, more: String = "") async throws
        -> Person
    {
        let person = Person(provider: provider, subject: subject, email: email, more: more)
        try await person.put(at: mock)
        return person
    }

    /// Begins a sign-in and consents to it: the callback's path and query, ready to be delivered, and the browser.
    func approach(_ person: Person, as id: String? = nil, in browser: Browser? = nil) async throws -> Approach {
        let browser = browser ?? stack.browser()
        let location = try await browser.begin(id ?? person.provider.id)
        return Approach(browser: browser, callback: try await mock.authorize(location, as: person.name))
    }

    /// A whole sign-in, with the answer to the callback.
    func signIn(_ person: Person, as id: String? = nil, in browser: Browser? = nil) async throws -> Visit {
        try await approach(person, as: id, in: browser).deliver()
    }

    /// The control: this person, behaving, is signed in, and the session says who it is.
    @discardableResult
    func control(
        _ person: Person,
        as id: String? = nil,
        _ comment: Comment = "the control",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Visit {
        try await person.behaving().put(at: mock)
        let visit = try await signIn(person, as: id)
        #expect(visit.answer.status == 303, "\(comment): \(visit.explanation)", sourceLocation: sourceLocation)
        let session = try await visit.browser.get("/v1/session")
        #expect(session.status == 200, "\(comment)", sourceLocation: sourceLocation)
        return visit
    }

    // MARK: What is left behind

    /// Rows of every table a sign-in can write to, and of the audit trail.
    func rows() async throws -> Rows {
        let row = try await stack.database.query(
            """
            select (select count(*) from users), (select count(*) from user_emails),
                   (select count(*) from federated_identities), (select count(*) from sessions),
                   (select count(*) from linking_decisions), (select count(*) from sign_in_transactions)
            """
        ).one()
        return Rows(
            users: try row.decode(Int64.self, at: 0),
            addresses: try row.decode(Int64.self, at: 1),
            identities: try row.decode(Int64.self, at: 2),
            sessions: try row.decode(Int64.self, at: 3),
            decisions: try row.decode(Int64.self, at: 4),
            transactions: try row.decode(Int64.self, at: 5)
        )
    }

    /// How often each endpoint of a stand-in was called; `bait` is what only an attacked client calls.
    func calls(_ provider: Provider) async throws -> Calls {
        let text = try await mock.call("GET", "/counters")
        let all = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [String: Int]] ?? [:]
        return Calls(counts: all[provider.standIn] ?? [:])
    }

    /// The log line of a request. The node writes it before or shortly after its answer arrives.
    func line(of answer: HTTPExchange.Answer, since start: Int) async throws -> LogLine {
        guard let id = answer.header("x-request-id") else { throw NeverHappened(description: "an X-Request-Id") }
        return try await eventually("a log line for \(id)") {
            LogLine.find(id, in: node.process, after: start)
        }
    }
}

/// A sign-in that has the provider's answer in hand.
struct Approach: Sendable {
    let browser: Browser
    let callback: String

    /// Delivers it.
    func deliver() async throws -> Visit { Visit(browser: browser, answer: try await browser.get(callback)) }
}

/// How a sign-in ended.
struct Visit: Sendable {
    let browser: Browser
    let answer: HTTPExchange.Answer

    /// For a failed expectation.
    var explanation: String { "\(answer.status) \(answer.text.suffix(900))" }
}

/// Counts of rows.
struct Rows: Sendable, Hashable {
    var users: Int64
    var addresses: Int64
    var identities: Int64
    var sessions: Int64
    var decisions: Int64
    var transactions: Int64
}

/// Counts of calls to one stand-in.
struct Calls: Sendable {
    let counts: [String: Int]

    subscript(_ endpoint: String) -> Int { counts[endpoint] ?? 0 }

    /// What was called since.
    func since(_ earlier: Calls) -> Calls {
        Calls(counts: counts.mapValues { $0 }.merging(earlier.counts) { now, before in now - before })
    }
}
