import Hummingbird
import JSON
import Logging
import NIOCore
import Synchronization

/// The listening ports of all stand-ins.
struct Doors {
    let world: World
    let logsRequests: Bool

    /// Listens until SIGTERM or SIGINT, then ends at once.
    /// - Throws: when a port is taken.
    func serve(ports: [StandInKind: Int], control: Int) async throws {
        let ready = Ready(expecting: world.providers.count + 1)
        let requests = Logger(label: "mock-provider", factory: { StreamLogHandler.standardError(label: $0) })
        // The server complains about connections that a misbehaviour or the end of the process has cut.
        var logger = requests
        logger.logLevel = .critical
        let silent = logger
        // Cancelling, not a graceful shutdown: that would wait for every byte of a dripping response.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for provider in world.providers {
                let kind = provider.standIn.kind
                let door = Door(maximumBody: 1 << 20) { incoming in
                    let answer = provider.serve(incoming)
                    if logsRequests { requests.notice("\(kind) \(incoming.method) \(incoming.path) \(answer.status)") }
                    return answer
                }
                listen(in: &group, door, port: ports[kind] ?? 0, silent) { port in
                    provider.standIn.port = port
                    ready.report(kind.rawValue, port)
                }
            }
            let instructions = ControlAPI(world: world)
            let door = Door(maximumBody: 64 << 20) { instructions.answer($0) }
            listen(in: &group, door, port: control, silent) { ready.report("control", $0) }
            group.addTask { await StopSignals.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Serves one door, everything on one event loop.
    private func listen(
        in group: inout ThrowingTaskGroup<Void, any Error>,
        _ door: Door,
        port: Int,
        _ logger: Logger,
        whenReady: @escaping @Sendable (Int) -> Void
    ) {
        let loop = EventLoopGroupProvider.singleton.eventLoopGroup.next()
        let application = Application(
            responder: door,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { whenReady($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(loop),
            logger: logger
        )
        group.addTask(executorPreference: LoopExecutor(loop)) { try await application.run() }
    }
}

/// Prints one line of JSON when every port listens.
final class Ready: Sendable {
    private let ports = Mutex<[String: Int]>([:])
    private let expected: Int

    init(expecting count: Int) {
        expected = count
    }

    /// Notes a port.
    func report(_ name: String, _ port: Int) {
        let line = ports.withLock { ports -> String? in
            ports[name] = port
            guard ports.count == expected else { return nil }
            let members = ports.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.seconds(Int64($0.value))) }
            return JSONValue.object(["ready": true, "ports": .object(JSONObject(members))]).serialized()
        }
        guard let line else { return }
        print(line)
        flushStandardOutput()
    }
}
