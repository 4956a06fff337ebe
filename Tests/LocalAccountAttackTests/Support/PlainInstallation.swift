import Foundation
import TestSupport

extension Installation {
    /// One node with mail and nothing else that is off by default.
    static func plain() async throws -> Stack { try await plainStack.value }
    private static let plainStack = Task { try await Stack.start(settings: ["mail.catch=true"] + roomyLimits) }
}

extension Stack {
    /// A value of a node's metrics; 0 where it has none yet.
    func metric(_ name: String, node: Int = 0) async throws -> Double {
        let port = nodes[node].metricsPort
        let text = try await Browser(port: port, origin: "http://127.0.0.1:\(port)").get("/metrics").text
        return text.split(separator: "\n").filter { $0.hasPrefix(name) }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
