import Foundation
import Postgres
import TestSupport

/// One request as a stand-in saw it; its secrets are hashes.
struct SeenRequest: Sendable {
    let endpoint: String
    let method: String
    let path: String
    let query: [String: String]
    let form: [String: String]
    /// By lower-case name.
    let headers: [String: String]
    let authentication: String
    let hasSecretInURL: Bool

    init?(_ members: [String: Any]) {
        guard let endpoint = members["endpoint"] as? String, let method = members["method"] as? String,
            let path = members["path"] as? String, let authentication = members["client_authentication"] as? String,
            let hasSecretInURL = members["secret_in_url"] as? Bool
        else { return nil }
        func pairs(_ name: String) -> [String: String] {
            let list = members[name] as? [[String]] ?? []
            return Dictionary(list.map { ($0.first ?? "", $0.last ?? "") }) { first, second in first + "|" + second }
        }
        self.endpoint = endpoint
        self.method = method
        self.path = path
        self.authentication = authentication
        self.hasSecretInURL = hasSecretInURL
        query = pairs("query")
        form = pairs("form")
        headers = Dictionary(pairs("headers").map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }
}

extension StandIns {
    /// What a stand-in has seen since its log was emptied, oldest first.
    func seen(_ provider: Provider) async throws -> [SeenRequest] {
        let text = try await call("GET", "/log?provider=\(provider.standIn)")
        let entries = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
        return entries.compactMap(SeenRequest.init)
    }
}

extension Stage {
    /// Everything the database holds, as text.
    func dump() async throws -> String {
        let tables = try await stack.database.query("select tablename::text from pg_tables where schemaname = 'public'")
        var all = ""
        for table in try tables.map({ try $0.decode(String.self, at: 0) }) {
            let rows = try await stack.database.query(
                "select query_to_xml('select * from ' || quote_ident(\(table)), true, true, '')::text"
            )
            for row in rows { all += try row.decode(String?.self, at: 0) ?? "" }
        }
        return all
    }
}
