import Foundation
import TestSupport

/// One line of a node's log.
struct LogLine: Sendable {
    let text: String
    private let fields: [String: String]

    subscript(_ name: String) -> String { fields[name] ?? "" }

    /// The request line of a request id, among what was written after a point.
    static func find(_ requestID: String, in process: ChildProcess, after start: Int) -> LogLine? {
        all(of: process, after: start).first { $0["request_id"] == requestID && $0["message"] == "request" }
    }

    /// Every complete line that was written after a point.
    static func all(of process: ChildProcess, after start: Int) -> [LogLine] {
        process.output(after: start).split(separator: "\n").compactMap { LogLine(Data($0.utf8)) }
    }

    private init?(_ data: Data) {
        guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return nil }
        text = String(decoding: data, as: UTF8.self)
        fields = members.mapValues { "\($0)" }
    }
}
