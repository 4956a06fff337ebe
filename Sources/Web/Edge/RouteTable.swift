import HTTPTypes
import Synchronization

/// What the router knows, for the questions that Hummingbird's own answers wrongly: a wrong method gets 404 from it.
final class RouteTable: Sendable {
    private struct Entry {
        let segments: [String]
        let method: String
    }

    private let entries = Mutex<[Entry]>([])
    private let formPostProviders: Set<String>
    private let quietRoutes: Set<String> = [
        "/v1/session", "/v1/forward-auth", "/oauth/introspect", "/healthz", "/readyz",
    ]

    /// - Parameter formPostProviders: providers whose callback arrives by cross-site POST (B14).
    init(formPostProviders: Set<String>) {
        self.formPostProviders = formPostProviders
    }

    func fill(_ routes: [(method: HTTPRequest.Method, path: String)]) {
        entries.withLock { entries in
            entries = routes.map { Entry(segments: Self.segments($0.path), method: $0.method.rawValue) }
        }
    }

    /// Methods that exist for a path, sorted; empty when the path does not exist.
    func methods(for path: String) -> [String] {
        let wanted = Self.segments(path)
        let found = entries.withLock { entries in
            entries.filter { entry in
                entry.segments.count == wanted.count
                    && zip(entry.segments, wanted).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
            }.map(\.method)
        }
        // A callback consumes what it is given, so HEAD is not offered there (B13).
        let hasHead = found.contains("GET") && wanted.first != "callback"
        return Set(hasHead ? found + ["HEAD"] : found).sorted()
    }

    func acceptsCrossSitePost(_ path: String) -> Bool {
        // Every POST asks.
        guard !formPostProviders.isEmpty else { return false }
        let segments = Self.segments(path)
        return segments.count == 2 && segments[0] == "callback" && formPostProviders.contains(segments[1])
    }

    func isQuiet(_ route: String) -> Bool { quietRoutes.contains(route) }

    private static func segments(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init)
    }
}
