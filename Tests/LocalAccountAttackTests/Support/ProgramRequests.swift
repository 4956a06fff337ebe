import Foundation
import TestSupport

/// A refusal as a program sees it.
struct Problem: Sendable {
    let answer: HTTPExchange.Answer
    var status: Int { answer.status }
    /// Members of the JSON body whose values are texts.
    let texts: [String: String]
    /// Stable code; empty when the answer is no problem document.
    var code: String { texts["code"] ?? "" }

    init(_ answer: HTTPExchange.Answer) {
        self.answer = answer
        let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        texts = json?.compactMapValues { $0 as? String } ?? [:]
    }
}

extension Browser {
    /// Posts a JSON object of texts from a page of the same origin, with the browser's cookies.
    func json(
        _ target: String,
        _ members: [String: String] = [:],
        headers: [String: String] = [:]
    ) async throws -> Problem {
        let usual = [
            "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
            "Accept": "application/json",
        ]
        let body = try JSONSerialization.data(withJSONObject: members)
        return Problem(
            try await send("POST", target, headers: usual.merging(headers) { $1 }, body: Array(body))
        )
    }
}

extension HTTPExchange.Answer {
    /// Whether a session's cookie came with it.
    var startsSession: Bool {
        headerValues("set-cookie").contains { $0.hasPrefix("latchkey=") && !$0.contains("Max-Age=0") }
    }
}

/// Runs the work for all items at once and returns the results in order.
func atOnce<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    _ work: @escaping @Sendable (Item) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask { (index, try await work(item)) }
        }
        var results: [(Int, Result)] = []
        for try await result in group { results.append(result) }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
