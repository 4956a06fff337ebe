import Foundation
import TestSupport

/// An administrator's program: a bearer and no cookies.
struct Program: Sendable {
    let port: Int
    var bearer: String?

    /// What came back.
    struct Reply: Sendable {
        let answer: HTTPExchange.Answer
        var status: Int { answer.status }
        var text: String { String(decoding: answer.body, as: UTF8.self) }

        /// A member of the JSON body.
        subscript(_ name: String) -> Any? {
            (try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])?[name]
        }
        var code: String? { self["code"] as? String }
    }

    func send(
        _ method: String,
        _ path: String,
        _ members: [String: Any]? = nil,
        headers extra: [String: String] = [:]
    ) async throws -> Reply {
        var headers = ["Accept": "application/json"]
        if let bearer { headers["Authorization"] = "Bearer \(bearer)" }
        var body: [UInt8] = []
        if let members {
            headers["Content-Type"] = "application/json"
            body = Array(try JSONSerialization.data(withJSONObject: members))
        }
        let browser = Browser(port: port, origin: Stack.origin)
        return Reply(
            answer: try await browser.send(method, path, headers: headers.merging(extra) { $1 }, body: body)
        )
    }

    func get(_ path: String) async throws -> Reply { try await send("GET", path) }
}

/// One run of `latchkey` as somebody at a terminal runs it.
struct CommandRun: Sendable {
    let status: Int32
    let output: String

    init(_ arguments: [String], settings: [String] = [], stack: Stack? = nil) async throws {
        let options = stack.map { $0.arguments } ?? []
        let process = try ChildProcess(
            Stack.programs + "/latchkey",
            arguments + options + settings.flatMap { ["--set", $0] },
            directory: Stack.root
        )
        status = try await process.ended()
        output = process.output
    }
}
