import Foundation
import Postgres
import Synchronization
import TestSupport

/// What a stand-in saw at its token endpoints, fetched piece by piece: the whole log, again and again, would be most of the
/// work of the whole suite.
actor TokenLog {
    private let mock: StandIns
    private var newest = 0
    private var seen: Set<Int> = []
    private var counts: [String: Int] = [:]

    private init(_ mock: StandIns) { self.mock = mock }

    private static let logs = Mutex<[Int: TokenLog]>([:])

    static func of(_ mock: StandIns) -> TokenLog {
        logs.withLock { logs in
            if let log = logs[mock.ports.control] { return log }
            let log = TokenLog(mock)
            logs[mock.ports.control] = log
            return log
        }
    }

    /// How often a code with this hash (`sha256:` and sixteen digits) was presented at a stand-in.
    func exchanges(of hash: String, at standIn: String) async throws -> Int {
        let text = try await mock.call("GET", "/log?endpoint=token&since=\(newest)")
        let entries = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
        for entry in entries {
            // Another test may have fetched the same entries meanwhile.
            guard let number = entry["number"] as? Int, seen.insert(number).inserted else { continue }
            newest = max(newest, number)
            let provider = entry["provider"] as? String ?? ""
            for pair in entry["form"] as? [[String]] ?? [] where pair.first == "code" {
                counts[provider + " " + (pair.last ?? ""), default: 0] += 1
            }
        }
        return counts[standIn + " " + hash] ?? 0
    }
}

extension Stack {
    /// How often this code was presented at the stand-in's token endpoint: the log keeps a hash of it.
    func exchanges(of code: String, at standIn: String) async throws -> Int {
        let digits = try await text("select substr(encode(sha256(convert_to(\(code), 'UTF8')), 'hex'), 1, 16)")
        return try await TokenLog.of(mock).exchanges(of: "sha256:" + (digits ?? ""), at: standIn)
    }
}
