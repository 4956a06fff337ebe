import CPostgres
import Glibc

/// A parsed connection string: which hosts there are, and everything else that libpq is to be told.
struct ConnectionTarget: Sendable {
    /// One server to try.
    struct Host: Sendable, Equatable {
        /// Name, address, or folder of a socket; empty is libpq's default.
        var name: String
        /// Numeric address, when known; libpq then asks no resolver.
        var address: String
        /// Empty is 5432.
        var port: String

        /// Whether a name must be looked up before libpq gets it: libpq itself would do it blocking the thread.
        var needsLookup: Bool {
            address.isEmpty && !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@")
                && !ConnectionTarget.isNumeric(name)
        }
    }

    let hosts: [Host]
    /// All other settings.
    private let settings: [String: String]

    /// Reads a connection string with libpq's own parser; hosts it does not name come from `PGHOST`, `PGHOSTADDR` and
    /// `PGPORT` as in libpq.
    init(conninfo: String) throws(PostgresFailure) {
        // The parser stops at U+0000, so the rest would be silently ignored.
        guard !conninfo.utf8.contains(0), let options = unsafe PQconninfoParse(conninfo, nil) else { throw .unsendable }
        defer { unsafe PQconninfoFree(options) }
        var parsed: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe parsed[String(cString: keyword)] = String(cString: value)
            }
            unsafe option += 1
        }
        func list(_ keyword: String, _ variable: String) -> [String] {
            var text = parsed.removeValue(forKey: keyword) ?? ""
            if text.isEmpty, let value = unsafe getenv(variable) { text = unsafe String(cString: value) }
            return text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let names = list("host", "PGHOST")
        let addresses = list("hostaddr", "PGHOSTADDR")
        let ports = list("port", "PGPORT")
        let count = max(names.count, addresses.count, 1)
        // As libpq demands: one port for all or one for each, and as many addresses as names.
        guard ports.count <= 1 || ports.count == count, names.isEmpty || names.count == count,
            addresses.isEmpty || addresses.count == count
        else { throw .unsendable }
        hosts = (0..<count).map { index in
            Host(
                name: names.isEmpty ? "" : names[index],
                address: addresses.isEmpty ? "" : addresses[index],
                port: ports.isEmpty ? "" : ports.count == 1 ? ports[0] : ports[index]
            )
        }
        // Every lane wants the primary. A standby would answer session checks from the past, and `read-write` is judged by
        // `default_transaction_read_only`, which the lane for reads sets itself: libpq would refuse its own connection.
        if ["", "any", "read-write"].contains(parsed["target_session_attrs"] ?? "") {
            parsed["target_session_attrs"] = "primary"
        }
        settings = parsed
    }

    /// What to pass to libpq.
    ///
    /// - Parameters:
    ///   - hosts: the servers in the order to try, addresses filled in.
    ///   - defaults: settings that the connection string may override.
    ///   - required: settings that it may not; `options` is added to its own.
    func parameters(hosts: [Host], defaults: [String: String], required: [String: String]) -> [(String, String)] {
        var all = defaults.merging(settings) { $1 }
        for (keyword, value) in required {
            if keyword == "options", let own = all["options"], !own.isEmpty {
                all[keyword] = own + " " + value
            } else {
                all[keyword] = value
            }
        }
        var pairs = all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        func join(_ keyword: String, _ part: (Host) -> String) {
            let parts = hosts.map(part)
            if parts.contains(where: { !$0.isEmpty }) { pairs.append((keyword, parts.joined(separator: ","))) }
        }
        join("host", \.name)
        join("hostaddr", \.address)
        join("port", \.port)
        return pairs
    }

    /// Looks up every name; blocks, so only on a thread of its own. Hosts that are not found are left out.
    func lookedUp() -> [Host] {
        hosts.flatMap { host in
            host.needsLookup
                ? Self.addresses(of: host.name).map { Host(name: host.name, address: $0, port: host.port) } : [host]
        }
    }

    private static func isNumeric(_ name: String) -> Bool {
        !addresses(of: name, flags: AI_NUMERICHOST).isEmpty
    }

    private static func addresses(of name: String) -> [String] {
        addresses(of: name, flags: AI_ADDRCONFIG)
    }

    private static func addresses(of name: String, flags: Int32) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
                let length = socklen_t(buffer.count)
                let status = unsafe getnameinfo(
                    entry.pointee.ai_addr,
                    entry.pointee.ai_addrlen,
                    buffer.baseAddress,
                    length,
                    nil,
                    0,
                    NI_NUMERICHOST
                )
                guard status == 0, let start = buffer.baseAddress else { return nil as String? }
                return unsafe String(cString: start)
            }
            if let text, !found.contains(text) { found.append(text) }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }
}
