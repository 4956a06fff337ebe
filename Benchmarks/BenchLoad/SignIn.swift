import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `bench-load sign-in`: people who sign in, one after another on each connection, each with a new
/// browser unless browsers are kept.
struct SignIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign people in until the time is over or everybody has signed in once.",
        discussion: "The last line of output: sign-ins, errors, seconds, p50 in ms, p99 in ms."
    )

    @Option(help: "Port of the node.") var port: Int
    @Option(help: "Port of the stand-in for the provider.") var standInPort: Int
    @Option(help: "Provider, as in /sign-in/{provider}.") var provider = "google"
    @Option(help: "public_url of the node.") var origin: String
    @Option(help: "Somebody new each time (0), or so many people, who are known to the stand-in as bench-1 and so on.")
    var people = 0
    @Option(help: "A file that keeps what each person's browser is known by; without it, every browser is a new one.")
    var devices: String?
    @Option(help: "Connections to the node, each with one person at a time.") var connections = 16
    @Option(help: "Seconds to go on.") var seconds = 5
    @Option(help: "So many sign-ins a second over all connections, instead of as many as are served.") var rate: Double?
    @Option(help: "Stop when the process of this id has ended.") var beside: Int32?
    @Flag(help: "Stop when each person has signed in once.") var once = false

    func validate() throws {
        guard connections > 0, seconds > 0, people >= 0 else { throw ValidationError("numbers have to be positive") }
        guard rate.map({ (0.1...10_000).contains($0) }) ?? true else { throw ValidationError("--rate is 0.1 to 10000") }
        guard people == 0 || people >= connections else { throw ValidationError("fewer people than connections") }
        guard devices == nil || people > 0 else { throw ValidationError("--devices needs --people") }
        guard !once || people > 0 else { throw ValidationError("--once needs --people") }
    }

    func run() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let script = SignInScript(provider: provider, origin: origin)
        let kept = try devices.map { try Self.read($0) }
        var visitors: [Visitor] = []
        let start = ContinuousClock.now + .milliseconds(100)
        for first in 1...connections {
            visitors.append(
                Visitor(
                    script: script,
                    node: try await HTTPConversation.connect(port: port, on: loop),
                    standIn: try await HTTPConversation.connect(port: standInPort, on: loop),
                    queue: Visitor.Queue(first: first, step: connections, people: people, once: once),
                    pace: rate.map { rate in
                        Pace(
                            first: start + .seconds(Double(first - 1) / rate),
                            interval: .seconds(Double(connections) / rate)
                        )
                    },
                    devices: kept
                )
            )
        }
        let began = ContinuousClock.now
        let deadline = began + .seconds(seconds)
        var tally = Tally()
        let companion = beside == nil ? nil : Companion()
        let watching = Task { if let companion, let beside { await companion.watch(beside) } }
        defer { watching.cancel() }
        await withTaskGroup(of: Tally.self) { group in
            for visitor in visitors { group.addTask { await visitor.work(until: deadline, beside: companion) } }
            for await part in group { tally.add(part) }
        }
        let elapsed = Double(began.duration(to: .now).microseconds) / 1_000_000
        if let devices { try await Self.write(visitors, to: devices) }
        for fault in tally.mostFrequentFaults { print(fault) }
        let (middle, slow) = (tally.milliseconds(atShare: 0.5), tally.milliseconds(atShare: 0.99))
        print("\(tally.count) \(tally.errors) \(elapsed) \(middle) \(slow)")
    }
}

extension SignIn {
    /// Lines of person, a space, and the cookie.
    private static func read(_ path: String) throws -> [String: String] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        let pairs = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1).map(String.init)
        }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { _, last in last }
    }

    /// Nobody is with two visitors, so whatever a visitor has that was not read is the newest.
    private static func write(_ visitors: [Visitor], to path: String) async throws {
        var all = try read(path)
        let before = all
        for visitor in visitors {
            for (person, cookie) in await visitor.devices ?? [:] where before[person] != cookie { all[person] = cookie }
        }
        let text = all.map { "\($0.key) \($0.value)\n" }.sorted().joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
