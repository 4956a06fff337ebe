import Accounts
import Foundation
import JSON
import Logging
import Synchronization
import Testing

@testable import AuthorizationServer

@Suite("Apps in JSON")
struct RegisteredClientTests {
    static let hash = "sha256:" + String(repeating: "ab", count: 32)

    static func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue.parse(Array(text.utf8)).object)
    }

    static func faults(_ text: String) throws -> [String] {
        switch RegisteredClient.read(try object(text), expecting: .any) {
        case .success: []
        case .failure(let faults): faults.sentences
        }
    }

    @Test("JSON says what a file says, whatever its strings look like")
    func same() throws {
        let text = """
            {"id": "shop", "name": "The \\ud83d\\uded2 \\"shop\\": {a} & *b", "first_party": true, "secret_hashes": ["\(Self.hash)"],
             "redirect_uris": ["https:\\/\\/shop.example/callback"], "lifetimes": {"access_token": "5m"}, "providers": ["google"]}
            """
        let client = try RegisteredClient.read(try Self.object(text), expecting: .any).get().client
        #expect(client.name == "The 🛒 \"shop\": {a} & *b")
        #expect(client.redirectURIs.map(\.description) == ["https://shop.example/callback"])
        #expect(client.lifetimes.accessToken == .seconds(300) && client.isFirstParty && !client.isPublic)
    }

    @Test("every fault at once, each with its JSON Pointer")
    func faults() throws {
        let faults = try Self.faults(
            """
            {"id": "Shop", "name": 7, "first_party": "true", "secret_hashes": ["secret"], "redirect_uris": ["http://shop.example/", 1],
             "scopes": "openid", "lifetimes": {"access_token": "1s", "a/b~c": 1}, "grants": null, "redirect_uri": "x"}
            """
        )
        for pointer in [
            "/id", "/first_party", "/secret_hashes/0", "/redirect_uris/0", "/scopes", "/lifetimes/access_token",
            "/lifetimes/a~1b~0c", "/grants", "/redirect_uri",
        ] {
            #expect(faults.contains { $0.hasPrefix(pointer + ": ") }, "\(pointer) in \(faults)")
        }
        #expect(try Self.faults("{}").contains { $0.hasPrefix("missing key") })
        let long = String(repeating: "x", count: 70_000)
        #expect(
            try Self.faults(
                #"{"id": "a", "name": "\#(long)", "first_party": true, "public": true, "redirect_uris": ["https://a.example/"]}"#
            ).count == 1
        )
    }

    @Test("an app has to agree with the settings, and with the id it is changed under")
    func rules() throws {
        let text = """
            {"id": "app", "name": "App", "first_party": true, "public": true, "redirect_uris": ["https://app.example/"],
             "providers": ["google", "nobody"], "access_tokens": "jwt", "lifetimes": {"access_token": "50m"}}
            """
        let google = try #require(ProviderID("google"))
        func faults(_ rules: ClientRules, _ id: ExpectedID = .any) throws -> [String] {
            switch RegisteredClient.read(try Self.object(text), expecting: id, under: rules) {
            case .success: []
            case .failure(let faults): faults.sentences.map { String($0.prefix { $0 != ":" }) }
            }
        }
        let short = ClientRules(
            providers: [google],
            longestJWT: .seconds(600),
            allowsLoopbackHTTP: false,
            hasKeys: true
        )
        #expect(try faults(short) == ["/providers", "/lifetimes"])
        let nobody = try #require(ProviderID("nobody"))
        let fitting = ClientRules(
            providers: [google, nobody],
            longestJWT: .seconds(3600),
            allowsLoopbackHTTP: false,
            hasKeys: true
        )
        #expect(try faults(fitting) == [])
        #expect(try faults(fitting, .id(try #require(ClientID("other")))) == ["/id"])
        #expect(
            try faults(
                ClientRules(
                    providers: [google, nobody],
                    longestJWT: .seconds(3600),
                    allowsLoopbackHTTP: false,
                    hasKeys: false
                )
            ).count == 1
        )
    }

    @Test("an app of a file comes before one of the store, and what is derived follows")
    func shadowing() throws {
        func client(_ id: String, _ uri: String) throws -> RegisteredClient {
            let text =
                #"{"id": "\#(id)", "name": "App", "first_party": true, "public": true, "redirect_uris": ["\#(uri)"]}"#
            return try RegisteredClient.read(try Self.object(text), expecting: .any).get()
        }
        let registry = ClientRegistry([try client("a", "https://file.example/")])
        registry.replace(stored: [try client("a", "https://store.example/"), try client("b", "com.example.b:/cb")])
        #expect(registry.all.map(\.id.description) == ["a", "b"])
        #expect(registry.all.first?.redirectURIs.first?.description == "https://file.example/")
        #expect(registry.addresses.browserOrigins == ["https://file.example"])
        #expect(registry.addresses.nativeTargets == ["com.example.b:"])
        registry.replace(stored: [])
        #expect(ClientID("b").flatMap { registry[$0] } == nil && registry.addresses.nativeTargets == [])
    }
}

@Suite("Following the apps of the store")
struct ClientLoaderTests {
    /// A store whose answers can be held back.
    actor Held: ClientStore {
        var rows: [StoredClient] = []
        var held: [CheckedContinuation<Void, Never>] = []
        var isHolding = false
        var reads = 0
        var isAway = false
        var unreadable: [String] = []
        var superseded: [ClientID] = []

        func put(_ id: String, version: Int64, isInFile: Bool = false) throws {
            let id = try #require(ClientID(id))
            rows.removeAll { $0.id == id }
            rows.append(
                StoredClient(
                    id: id,
                    definition: #"{"id": "\#(id)", "name": "v\#(version)", "first_party": true, "public": true, "#
                        + #""redirect_uris": ["https://a.example/"]}"#,
                    version: version,
                    isInFile: isInFile,
                    createdAt: Instant(microseconds: 0),
                    createdBy: "test",
                    changedAt: Instant(microseconds: 0),
                    changedBy: "test"
                )
            )
        }

        func set(isAway: Bool) { self.isAway = isAway }
        func leave(unreadable: [String]) { self.unreadable = unreadable }
        func hold() { isHolding = true }
        func release() {
            isHolding = false
            for continuation in held { continuation.resume() }
            held = []
        }

        func storedClients() async throws(StoreFailure) -> StoredClients {
            if isAway { throw .unavailable }
            reads += 1
            let seen = rows
            if isHolding { await withCheckedContinuation { held.append($0) } }
            return StoredClients(seen, unreadable: unreadable)
        }
        func storedClient(_ id: ClientID) async throws(StoreFailure) -> StoredClient? { throw .broken }
        func wasRemoved(_ id: ClientID) async throws(StoreFailure) -> Bool { throw .broken }
        func createClient(
            _ id: ClientID,
            definition: String,
            by author: String
        ) async throws(StoreFailure) -> StoredClient? { throw .broken }
        func changeClient(
            _ id: ClientID,
            definition: String,
            from version: Int64,
            by author: String
        ) async throws(StoreFailure) -> StoredClientChange { throw .broken }
        func removeClient(
            _ id: ClientID,
            from version: Int64?,
            by author: String
        ) async throws(StoreFailure) -> StoredClientChange { throw .broken }
        func supersedeClients(_ ids: [ClientID]) async throws(StoreFailure) { superseded += ids }
        nonisolated func clientChanges() -> AsyncStream<ClientSignal> { AsyncStream { $0.finish() } }
    }

    @Test("whoever waits for a look gets one that began after they asked; an older one never comes after it")
    func order() async throws {
        let (store, registry) = (Held(), ClientRegistry())
        let rules = ClientRules(providers: [], longestJWT: .seconds(600), allowsLoopbackHTTP: false, hasKeys: true)
        let loader = ClientLoader(registry: registry, store: store, rules: rules, logger: Logger(label: "test"))
        try await store.put("a", version: 1)
        await store.hold()
        async let first: Void = loader.look()
        while await store.reads == 0 { await Task.yield() }
        // The first look has read, and its answer is on the way: what is changed now is in no answer yet.
        try await store.put("a", version: 2)
        async let second: Void = loader.look()
        await store.release()
        try await second
        #expect(registry.all.map(\.name) == ["v2"])
        try await first
        #expect(registry.all.map(\.name) == ["v2"] && loader.status.leftOut == 0)
    }

    static let rules = ClientRules(providers: [], longestJWT: .seconds(600), allowsLoopbackHTTP: false, hasKeys: true)

    /// A clock that stands still.
    final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 += duration } }
    }

    @Test("a node that could not look at the apps for five minutes lets nobody in, and says so before")
    func staleness() async throws {
        let (store, clock) = (Held(), Clock())
        let loader = ClientLoader(
            registry: ClientRegistry(),
            store: store,
            rules: Self.rules,
            logger: Logger(label: "test"),
            now: { clock.now }
        )
        #expect(!loader.isFresh)
        try await loader.look()
        #expect(loader.isFresh && loader.details.isEmpty)
        await store.set(isAway: true)
        clock.advance(by: .seconds(200))
        await #expect(throws: StoreFailure.unavailable) { try await loader.look() }
        #expect(loader.isFresh && loader.details.map(\.text) == ["not looked at for 200 seconds"])
        clock.advance(by: .seconds(101))
        #expect(!loader.isFresh)
        await store.set(isAway: false)
        try await loader.look()
        #expect(loader.isFresh && loader.details.isEmpty)
    }

    @Test("every look gives ids to files; what cannot be read, or is a file's, is left out and stops nobody")
    func leftOut() async throws {
        let store = Held()
        let text =
            #"{"id": "file", "name": "F", "first_party": true, "public": true, "redirect_uris": ["https://f.example/"]}"#
        let file = try RegisteredClient.read(try RegisteredClientTests.object(text), expecting: .any).get()
        let registry = ClientRegistry([file])
        let loader = ClientLoader(registry: registry, store: store, rules: Self.rules, logger: Logger(label: "test"))
        try await store.put("a", version: 1)
        try await store.put("b", version: 1, isInFile: true)
        await store.leave(unreadable: ["X"])
        try await loader.look()
        try await loader.look()
        #expect(await store.superseded.map(\.description) == ["file", "file"])
        #expect(registry.all.map(\.id.description) == ["a", "file"])
        #expect(loader.status.leftOut == 2)
    }
}
