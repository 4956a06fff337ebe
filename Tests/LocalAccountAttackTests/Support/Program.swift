import Foundation
import TestSupport

/// A program: it keeps no cookies and sends no `Origin`.
struct Program: Sendable {
    let stack: Stack
    var node = 0

    /// Posts a JSON object of texts below `/v1`.
    func call(_ path: String, _ members: [String: String] = [:], bearer: String? = nil) async throws -> Problem {
        let body = try JSONSerialization.data(withJSONObject: members)
        return try await send("POST", path, body: Array(body), bearer: bearer)
    }

    /// Sends any body below `/v1`.
    func send(
        _ method: String,
        _ path: String,
        body: [UInt8]?,
        type: String? = "application/json",
        bearer: String? = nil
    ) async throws -> Problem {
        var headers = ["Accept": "application/json"]
        headers["Content-Type"] = type
        headers["Authorization"] = bearer.map { "Bearer " + $0 }
        // A browser without a jar to begin with, and thrown away at once.
        return Problem(try await stack.browser(node: node).send(method, "/v1" + path, headers: headers, body: body))
    }
}

extension Int {
    /// Whether it is one of these.
    func isOneOf(_ values: Int...) -> Bool { values.contains(self) }
}
