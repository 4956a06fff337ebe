import Foundation
import Synchronization
import TestSupport
import Testing

/// A node that starts while people already knock.
@Suite("Starting", .enabled(if: Stack.isAvailable))
struct NodeStartTests {
    /// Those who knock at a port until somebody has been let in.
    private final class Crowd: Sendable {
        private struct State {
            var knocking = 0
            var letIn = 0
            var isOver = false
        }
        private let state = Mutex(State())
        private let request = Array("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)

        var letIn: Int { state.withLock { $0.letIn } }
        var isGone: Bool { state.withLock { $0.knocking == 0 } }
        func goHome() { state.withLock { $0.isOver = true } }

        func knock(at port: Int) {
            state.withLock { $0.knocking += 1 }
            Task {
                while !state.withLock({ $0.isOver }) {
                    let answer = try? await HTTPExchange.send(request, port: port)
                    if answer?.status == 200 { state.withLock { $0.letIn += 1 } }
                }
                state.withLock { $0.knocking -= 1 }
            }
        }
    }

    @Test("whoever connects while a node starts is answered or turned away, never left waiting")
    func knocking() async throws {
        let stack = try await Stack.shared()
        for _ in 0..<3 {
            let port = try Stack.freePort()
            let crowd = Crowd()
            for _ in 0..<8 { crowd.knock(at: port) }
            let process = try ChildProcess(
                Stack.programs + "/latchkey",
                ["serve"] + stack.arguments + ["--set", "server.port=\(port)", "--set", "metrics.port=0"],
                directory: Stack.root
            )
            let letIn = try await eventually("somebody to be let in") { crowd.letIn > 0 ? crowd.letIn : nil }
            #expect(letIn > 0, "control: the node serves")
            crowd.goHome()
            // Whoever was accepted in the moment of the look at the port, and never answered, would still be there.
            let isGone = try? await eventually("an end for everybody who knocked") { crowd.isGone ? true : nil }
            #expect(isGone == true, "somebody is still waiting")
            process.signal(SIGTERM)
            #expect(try await process.ended() == 0)
        }
    }
}
