import Foundation
public import Postgres
import Synchronization

/// A whole Latchkey as its operator runs it: a database of its own, the stand-ins, and one or more `latchkey serve`
/// processes, all on free loopback ports.
public final class Stack: Sendable {
    /// Nodes over the same database, in order.
    public let nodes: [Node]
    /// The stand-ins' control API.
    public let mock: StandIns
    /// The node's own database, for looking into it.
    public let database: PostgresClient
    /// Its conninfo.
    public let conninfo: String
    /// Arguments all nodes share, for a further node by ``startNode(_:environment:)``.
    public let arguments: [String]
    private let standIns: ChildProcess

    /// One running node.
    public struct Node: Sendable {
        /// HTTP port.
        public let port: Int
        /// Metrics port.
        public let metricsPort: Int
        /// The process.
        public let process: ChildProcess
    }

    /// Origin that people use; every node believes it is this one.
    public static let origin = "http://localhost:8080"

    /// Whether a stack can be started here; suites are enabled by it and say so when they are skipped.
    public static let isAvailable: Bool = {
        let available = ProcessInfo.processInfo.environment["LATCHKEY_TEST_POSTGRES"] != nil
        if !available { print("no database for tests: skipped; set LATCHKEY_TEST_POSTGRES or use dev/test") }
        return available
    }()

    /// A two-node stack shared by all suites that do not disturb others.
    public static func shared() async throws -> Stack { try await sharedStack.value }
    private static let sharedStack = Task { try await Stack.start(nodes: 2) }

    /// The project's root.
    public static let root: String = {
        var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// Folder of the built programs.
    public static var programs: String {
        ProcessInfo.processInfo.environment["LATCHKEY_BIN"] ?? root + "/.build/debug"
    }

    private init(
        nodes: [Node],
        mock: StandIns,
        database: PostgresClient,
        conninfo: String,
        arguments: [String],
        standIns: ChildProcess
    ) {
        self.nodes = nodes
        self.arguments = arguments
        self.mock = mock
        self.database = database
        self.conninfo = conninfo
        self.standIns = standIns
    }

    /// Starts everything and waits until every node is ready.
    /// - Parameters:
    ///   - count: number of nodes.
    ///   - settings: `key=value` settings beyond the usual ones; they win.
    ///   - environment: extra environment of the nodes.
    ///   - standInArguments: extra arguments of the stand-ins.
    public static func start(
        nodes count: Int = 1,
        settings: [String] = [],
        environment: [String: String] = [:],
        standInArguments: [String] = []
    ) async throws -> Stack {
        // Starting is the heavy part (each stand-in makes its keys): one at a time, however many suites run side by side.
        await Turnstile.starting.enter()
        defer { Turnstile.starting.leave() }
        let conninfo = try await freshDatabase()
        let standIns = try ChildProcess(
            programs + "/mock-provider",
            ["--google-port", "0", "--github-port", "0", "--x-port", "0", "--oidc-port", "0", "--control-port", "0"]
                + standInArguments,
            directory: root
        )
        Children.remember(standIns)
        let ports = try await eventually("the stand-ins") { StandIns.Ports(from: standIns.output) }
        let file = try configurationFile(ports)
        let common = ["--config", file, "--set", "database.url=\(conninfo)"] + settings.flatMap { ["--set", $0] }
        let migrate = try ChildProcess(
            programs + "/latchkey",
            ["migrate"] + common,
            environment: environment,
            directory: root
        )
        guard try await migrate.ended() == 0 else { throw NeverHappened(description: "migrate: \(migrate.output)") }
        if settings.contains("mail.catch=true") { try await administer(conninfo, keepingMails) }
        var nodes: [Node] = []
        for _ in 0..<count {
            nodes.append(try await startNode(common, environment: environment))
        }
        var client = PostgresConfiguration.patient(conninfo: conninfo)
        client.applicationName = "latchkey-tests"
        let database = try PostgresClient(configuration: client)
        database.start()
        try await database.ready(within: .seconds(120))
        return Stack(
            nodes: nodes,
            mock: StandIns(ports: ports),
            database: database,
            conninfo: conninfo,
            arguments: common,
            standIns: standIns
        )
    }

    /// Starts one node on free ports with these arguments and waits for `/readyz`.
    public static func startNode(_ arguments: [String], environment: [String: String] = [:]) async throws -> Node {
        let port = try freePort()
        let metricsPort = try freePort()
        let process = try ChildProcess(
            programs + "/latchkey",
            ["serve"] + arguments + ["--set", "server.port=\(port)", "--set", "metrics.port=\(metricsPort)"],
            environment: environment,
            directory: root
        )
        Children.remember(process)
        _ = try await eventually("a node to be ready") { () -> Bool? in
            guard process.isRunning else { throw NeverHappened(description: "a node ended: \(process.output)") }
            let answer = try? await Browser(port: port, origin: origin).get("/readyz")
            return answer?.status == 200 ? true : nil
        }
        return Node(port: port, metricsPort: metricsPort, process: process)
    }

    /// A browser that has not been here before.
    public func browser(node: Int = 0) -> Browser { Browser(port: nodes[node].port, origin: Self.origin) }

    /// Ends all processes of this stack, or the nodes alone.
    public func stop(nodesOnly: Bool = false) async {
        for node in nodes { node.process.signal(SIGTERM) }
        for node in nodes { _ = try? await node.process.ended() }
        if nodesOnly { return }
        standIns.signal(SIGTERM)
        await database.shutdown(within: .seconds(1))
    }

    // MARK: Set-up

    private static func freshDatabase() async throws -> String {
        let administrative = ProcessInfo.processInfo.environment["LATCHKEY_TEST_POSTGRES"] ?? ""
        let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await administer(administrative, "create database \(name)")
        return administrative + " dbname=" + name
    }

    private static func administer(_ conninfo: String, _ script: String) async throws {
        let client = try PostgresClient(configuration: .patient(conninfo: conninfo))
        client.start()
        try await client.runScript(script)
        await client.shutdown(within: .seconds(1))
    }

    /// A node keeps the latest two hundred of the mails it catches: with many tests at once one's mail would be gone before
    /// it is read.
    private static let keepingMails = """
        create function test_keep() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger test_keep before delete on caught_mails for each row execute function test_keep();
        """

    private static func configurationFile(_ ports: StandIns.Ports) throws -> String {
        let text = """
            public_url: \(origin)
            mode: development
            outbound:
              allow_loopback_http: true
              timeout: 25s
            log:
              level: debug
            providers:
              directory: \(root)/providers
              google: {client_id: google-client, client_secret: google-secret}
              github: {client_id: github-client, client_secret: github-secret}
              twitter: {client_id: x-client, client_secret: x-secret}
              oidc-example:
                client_id: oidc-client
                client_secret: oidc-secret
                issuer: http://127.0.0.1:\(ports.oidc)
            # All tests are one client: what limits do is tested where it is the point.
            throttle:
              starts_per_client: 1000000
            # A disk or a processor that is busy with something else is nobody's fault here: no request is given up because of it.
            server:
              request_timeout: 2m
            database:
              connect_timeout: 1m
              lease_timeout: 1m
              statement_timeout: 2m
            templates:
              directory: \(root)/templates
            development:
              origins:
                https://accounts.google.com: http://127.0.0.1:\(ports.google)
                https://oauth2.googleapis.com: http://127.0.0.1:\(ports.google)
                https://openidconnect.googleapis.com: http://127.0.0.1:\(ports.google)
                https://www.googleapis.com: http://127.0.0.1:\(ports.google)
                https://github.com: http://127.0.0.1:\(ports.github)
                https://api.github.com: http://127.0.0.1:\(ports.github)
                https://x.com: http://127.0.0.1:\(ports.x)
                https://api.x.com: http://127.0.0.1:\(ports.x)
            """
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "latchkey-\(UInt64.random(in: .min ... .max)).yaml"
        ).path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A port that was free a moment ago.
    public static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw NeverHappened(description: "a free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension PostgresConfiguration {
    /// For tests that look into a database: no wait ends because the machine is busy.
    public static func patient(conninfo: String) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(conninfo: conninfo)
        configuration.connectTimeout = .seconds(60)
        configuration.unavailableAfter = .seconds(60)
        configuration.leaseTimeout = .seconds(120)
        configuration.statementTimeout = .seconds(120)
        configuration.idleInTransactionTimeout = .seconds(120)
        return configuration
    }
}

/// Children that must not outlive the test run, whatever ends it.
enum Children {
    private static let processes = Mutex<[ChildProcess]>([])
    private static let registered: Void = {
        atexit { Children.endAll() }
    }()

    static func remember(_ process: ChildProcess) {
        _ = registered
        processes.withLock { $0.append(process) }
    }

    static func endAll() {
        processes.withLock { all in
            for process in all where process.isRunning { process.signal(SIGKILL) }
        }
    }
}
