import Accounts
import AuthorizationServer

extension NoApps {
    /// Apps that nobody can register.
    static var clients: AdministerClients {
        AdministerClients(
            registry: ClientRegistry(),
            store: NoClients(),
            rules: ClientRules(providers: [], longestJWT: .zero, allowsLoopbackHTTP: false, hasKeys: false),
            changed: {}
        )
    }
}

private struct NoClients: ClientStore {
    func storedClients() async throws(StoreFailure) -> StoredClients { throw .unavailable }
    func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient? { throw .unavailable }
    func wasRemoved(_ id: ClientID) async throws(StoreFailure) -> Bool { throw .unavailable }
    func createClient(
        _ id: ClientID,
        definition: String,
        by author: String
    ) async throws(StoreFailure) -> StoredClient? { throw .unavailable }
    func changeClient(
        _ id: ClientID,
        definition: String,
        from version: Int64,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange { throw .unavailable }
    func removeClient(
        _ id: ClientID,
        from version: Int64?,
        by author: String
    ) async throws(StoreFailure) -> StoredClientChange { throw .unavailable }
    func supersedeClients(_ ids: [ClientID]) async throws(StoreFailure) { throw .unavailable }
    func clientChanges() -> AsyncStream<ClientSignal> { AsyncStream { $0.finish() } }
}
