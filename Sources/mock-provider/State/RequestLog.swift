import Cryptography
import HTTPTypes
import JSON
import Synchronization

/// One request as it was seen. Kept as it came; turned into JSON only when somebody asks.
struct LogEntry: Sendable {
    let number: Int
    let milliseconds: Int64
    let kind: StandInKind
    let endpoint: Endpoint
    let incoming: Incoming
    let status: Int
}

/// The last requests of all stand-ins, oldest first, and a count of everything.
final class RequestLog: Sendable {
    private struct State {
        var entries: [LogEntry?]
        var total = 0
        var counters: [StandInKind: [String: Int]] = [:]
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// - Parameter capacity: how many requests are kept; 0 only counts.
    init(capacity: Int) {
        self.capacity = max(0, capacity)
        state = Mutex(State(entries: Array(repeating: nil, count: max(0, capacity))))
    }

    /// Notes a request and its answer.
    func note(_ incoming: Incoming, kind: StandInKind, endpoint: Endpoint, status: Int, milliseconds: Int64) {
        state.withLock { state in
            state.total += 1
            state.counters[kind, default: [:]][endpoint.rawValue, default: 0] += 1
            guard capacity > 0 else { return }
            state.entries[(state.total - 1) % capacity] = LogEntry(
                number: state.total,
                milliseconds: milliseconds,
                kind: kind,
                endpoint: endpoint,
                incoming: incoming,
                status: status
            )
        }
    }

    /// Counts an event that tests assert on, such as `codes_replayed`.
    func count(_ event: String, at kind: StandInKind) {
        state.withLock { $0.counters[kind, default: [:]][event, default: 0] += 1 }
    }

    /// Every counter of every stand-in; endpoints that were never called are 0.
    var counters: JSONObject {
        let counters = state.withLock { $0.counters }
        return JSONObject(
            StandInKind.allCases.map { kind in
                let seen = counters[kind] ?? [:]
                let names = Set(Endpoint.allCases.map(\.rawValue)).union(seen.keys).sorted()
                let members = names.map { name in (name, JSONValue.number(JSONNumber(Int64(seen[name] ?? 0)))) }
                return (kind.rawValue, .object(JSONObject(members)))
            }
        )
    }

    /// The kept requests that match, oldest first.
    func entries(where matches: (LogEntry) -> Bool) -> [LogEntry] {
        state.withLock { $0.entries }.compactMap(\.self).filter(matches).sorted { $0.number < $1.number }
    }

    /// Forgets everything.
    func reset() {
        state.withLock { $0 = State(entries: Array(repeating: nil, count: capacity)) }
    }
}

extension LogEntry {
    /// Fields whose value a log must not hold; they are shown as a hash, so that tests can still compare them.
    private static let secretFields: Set<String> = [
        "client_secret", "code", "code_verifier", "access_token", "refresh_token", "token", "client_assertion",
    ]

    /// The entry, every secret hashed.
    var json: JSONObject {
        let form = incoming.form ?? .none
        let credentials = ClientCredentials(incoming, form: form)
        return [
            "number": .number(JSONNumber(Int64(number))),
            "milliseconds": .number(JSONNumber(milliseconds)),
            "provider": .string(kind.rawValue),
            "endpoint": .string(endpoint.rawValue),
            "method": .string(incoming.method),
            "path": .string(incoming.path),
            "host": .string(incoming.host),
            "query": Self.shown(incoming.query),
            "form": Self.shown(form),
            "headers": .array(
                incoming.headers.map { field in
                    let name = field.name.canonicalName
                    let isSecret = name == "authorization" || name == "cookie"
                    let value = isSecret ? Self.hidden(field.value) : field.value
                    return [.string(name), .string(value)]
                }
            ),
            "client_authentication": .string(credentials.method.rawValue),
            "client_id": credentials.id.map(JSONValue.string) ?? .null,
            // No request may carry a secret in its URL (C04, F01).
            "secret_in_url": .bool(incoming.query.pairs.contains { Self.secretFields.contains($0.name) }),
            "status": .number(JSONNumber(Int64(status))),
        ]
    }

    /// A secret as the log shows it: `sha256:` and sixteen hexadecimal digits.
    static func hidden(_ secret: String) -> String {
        "sha256:" + Hex.encode(Array(SHA2.sha256(Array(secret.utf8)).prefix(8)))
    }

    private static func shown(_ fields: FormFields) -> JSONValue {
        .array(
            fields.pairs.map { name, value in
                [.string(name), .string(secretFields.contains(name) ? hidden(value) : value)]
            }
        )
    }
}
