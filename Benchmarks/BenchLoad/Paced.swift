import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `bench-load paced`: GET with one bearer token after another at a fixed rate, which wrk cannot do.
struct Paced: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "GET at a fixed rate, whether those before have been answered or not.",
        discussion: """
            The last line of output: answers, errors, seconds, p50, p99 and most in ms, each from the moment a request was due.
            """
    )

    @Option(help: "Port of the node.") var port: Int
    @Option(help: "What is asked for.") var path = "/v1/session"
    @Option(help: "A file of bearer tokens, one in each line.") var tokens: String
    @Option(help: "Connections.") var connections = 64
    @Option(help: "Requests a second.") var rate: Double
    @Option(help: "Seconds to go on.") var seconds = 5
    @Option(help: "Stop when the process of this id has ended.") var beside: Int32?

    func validate() throws {
        guard connections > 0, seconds > 0 else { throw ValidationError("numbers have to be positive") }
        guard (0.1...1_000_000).contains(rate) else { throw ValidationError("--rate is 0.1 to 1000000") }
    }

    func run() async throws {
        let requests = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map { token in
            ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n")
        }
        guard !requests.isEmpty else { throw ValidationError("there is no token in \(tokens)") }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var ends: [NIOLoopBound<PacedConnection>] = []
        for _ in 0..<connections { ends.append(try await PacedConnection.connect(port: port, on: loop)) }
        let companion = beside == nil ? nil : Companion()
        let watching = Task { if let companion, let beside { await companion.watch(beside) } }
        defer { watching.cancel() }
        let began = ContinuousClock.now
        let tally = try await loop.flatSubmit { [ends, rate, seconds] in
            PacedLoad(loop: loop, requests: requests, rate: rate, seconds: seconds, companion: companion)
                .start(ends.map(\.value))
        }.get()
        let elapsed = Double(began.duration(to: .now).microseconds) / 1_000_000
        for fault in tally.mostFrequentFaults { print(fault) }
        let shares = [0.5, 0.99, 1].map { String(tally.milliseconds(atShare: $0)) }
        print("\(tally.count) \(tally.errors) \(elapsed) \(shares.joined(separator: " "))")
    }
}
