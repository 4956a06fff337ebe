import NIOCore
import NIOPosix
import Synchronization

/// A loopback port in front of another one, byte for byte: a server that can be taken away, brought back on the same port,
/// or made to accept and say nothing.
public final class Gate: Sendable {
    /// What happens to whoever connects.
    public enum State: Sendable, Hashable {
        /// Everything passes.
        case open
        /// Connections are accepted, and then nothing is heard.
        case silent
        /// Connections are refused, as if nothing listened.
        case closed
    }

    /// What stands behind a gate.
    private enum Target: Sendable {
        /// A loopback port.
        case port(Int)
        /// A Unix socket's path.
        case socket(String)
    }

    /// The port in front; it stays the same.
    public let port: Int
    private let target: Mutex<Target>
    private let refused = Mutex<[UInt8]?>(nil)
    private let running: Mutex<(state: State, task: Task<Void, any Error>?)>

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Opens a gate; without a target, what is behind it is said later by ``lead(to:)``.
    public convenience init(to target: Int = 0) async throws { try await self.init(.port(target)) }

    /// Opens a gate before a Unix socket.
    public convenience init(toSocket path: String) async throws { try await self.init(.socket(path)) }

    private init(_ target: Target) async throws {
        self.target = Mutex(target)
        let server = try await Self.listen(0)
        port = server.channel.localAddress?.port ?? 0
        running = Mutex((.open, nil))
        serve(server, .open)
    }

    /// Puts another loopback port behind the gate, for connections from now on.
    public func lead(to target: Int) { self.target.withLock { $0 = .port(target) } }

    /// From now on every connection is cut whose client sends these words; nil for none.
    public func refuse(_ words: String?) { refused.withLock { $0 = words.map { Array($0.utf8) } } }

    private func isRefused(_ part: ByteBuffer) -> Bool {
        guard let words = refused.withLock({ $0 }) else { return false }
        return part.readableBytesView.firstRange(of: words) != nil
    }

    /// Changes what happens, to connections that are there as well: they are cut.
    public func set(_ state: State) async throws {
        let task = running.withLock { running in
            defer { running = (state, nil) }
            return running.task
        }
        task?.cancel()
        _ = await task?.result
        guard state != .closed else { return }
        serve(try await Self.listen(port), state)
    }

    private static func listen(_ port: Int) async throws -> NIOAsyncChannel<Connection, Never> {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
    }

    private func serve(_ server: NIOAsyncChannel<Connection, Never>, _ state: State) {
        let task = Task { [weak self] in
            try await server.executeThenClose { arrivals in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await arrival in arrivals {
                        guard let self else { return }
                        group.addTask {
                            // A connection that breaks is its two ends' business.
                            try? await state == .open ? self.join(arrival) : Self.keepQuiet(arrival)
                        }
                    }
                }
            }
        }
        running.withLock { $0 = (state, task) }
    }

    private static func keepQuiet(_ arrival: Connection) async throws {
        try await arrival.executeThenClose { inbound, _ in
            for try await _ in inbound {}
        }
    }

    private static func connect(to target: Target) async throws -> Connection {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        @Sendable func wrapped(_ channel: any Channel) -> EventLoopFuture<Connection> {
            channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
        }
        switch target {
        case .port(let port):
            return try await bootstrap.connect(host: "127.0.0.1", port: port) { wrapped($0) }
        case .socket(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path) { wrapped($0) }
        }
    }

    private func join(_ arrival: Connection) async throws {
        let onward = try await Self.connect(to: target.withLock { $0 })
        try await arrival.executeThenClose { fromClient, toClient in
            try await onward.executeThenClose { fromServer, toServer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { [weak self] in
                        for try await part in fromClient {
                            guard self?.isRefused(part) == false else { return }
                            try await toServer.write(part)
                        }
                    }
                    group.addTask { for try await part in fromServer { try await toClient.write(part) } }
                    // Whichever side ends first ends both.
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }

    deinit { running.withLock { $0.task?.cancel() } }
}
