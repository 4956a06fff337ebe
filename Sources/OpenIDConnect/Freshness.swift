public import OAuth

/// How long a fetched document may be used.
public enum Freshness {
    /// Shortest lifetime, in seconds, whatever the answer says.
    public static let shortest: Int64 = 300
    /// Longest lifetime, in seconds, whatever the answer says: a key that its owner withdrew stops being accepted within
    /// this time while the owner can be reached (E11).
    public static let longest: Int64 = 86_400

    /// `max-age` less `Age`, clamped to 5 minutes … 24 hours; 5 minutes when the answer does not say or forbids storing
    /// (RFC 9111 §4.2; E04).
    public static func lifetime(_ response: OutboundResponse) -> Duration {
        let directives = response.headers.filter { $0.name == "cache-control" }
            .flatMap { $0.value.split(separator: ",") }
            .map { $0.lowercased().filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
        let forbidden = directives.contains { $0 == "no-store" || $0 == "no-cache" }
        let maxAge = directives.lazy.compactMap { $0.hasPrefix("max-age=") ? seconds($0.dropFirst(8)) : nil }.first
        guard !forbidden, let maxAge else { return .seconds(shortest) }
        let age = response.header("age").flatMap { seconds($0) } ?? 0
        return .seconds(min(max(maxAge - age, shortest), longest))
    }

    private static func seconds(_ text: some StringProtocol) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
