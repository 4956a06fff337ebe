import Cryptography
import JOSE
import JSON
import OAuth
import OpenIDConnect
import Testing

/// A gate that a fetch waits at until the test opens it.
private actor Gate {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isOpen = false
    private(set) var arrivals = 0

    func pass() async {
        arrivals += 1
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

@Suite("Key set and metadata caches")
struct CacheTests {
    private static func source(_ issuer: String = "https://h") throws -> KeySetSource {
        KeySetSource(issuer: issuer, url: try #require(EndpointURL(issuer + "/keys")), bulkhead: "h")
    }

    private static func keySet(_ names: String...) throws -> String {
        let keys = try names.map { JWK(try PrivateKey.generate(.p256).publicKey, keyID: $0, algorithm: .es256).json }
        return JSONValue.object(["keys": .array(keys)]).serialized()
    }

    private func until(_ condition: () async -> Bool) async {
        while !(await condition()) { await Task.yield() }
    }

    @Test("E04 fetched once while fresh, again afterwards")
    func fresh() async throws {
        let body = try Self.keySet("a")
        let transport = RecordingTransport { _ in
            .success(json(body, headers: [(name: "cache-control", value: "max-age=1000")]))
        }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        for _ in 0..<5 { #expect(try await cache.keys(for: source).containsKeyID("a")) }
        #expect(transport.count == 1)
        clock.advance(.seconds(790))
        _ = try await cache.keys(for: source)
        #expect(transport.count == 1)
        clock.advance(.seconds(220))
        _ = try await cache.keys(for: source)
        #expect(transport.count == 2)
    }

    @Test("E04 near the end of its lifetime a set is renewed in the background")
    func ahead() async throws {
        let first = try Self.keySet("a")
        let second = try Self.keySet("b")
        let headers = [(name: "cache-control", value: "max-age=1000")]
        let transport = RecordingTransport { _ in .success(json(first, headers: headers)) }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        _ = try await cache.keys(for: source)
        transport.answer { _ in .success(json(second, headers: headers)) }
        clock.advance(.seconds(850))
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        await until { (try? await cache.keys(for: source).containsKeyID("b")) == true }
        #expect(transport.count == 2)
    }

    @Test("E04 the last good set serves while its source is away, for a day")
    func stale() async throws {
        let body = try Self.keySet("a")
        let transport = RecordingTransport { _ in .success(json(body)) }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        _ = try await cache.keys(for: source)
        transport.answer { _ in .failure(.timedOut) }
        clock.advance(.seconds(301))
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        #expect(transport.count == 2)
        // Asked again only after a pause: nobody should wait for the same time-out again and again.
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        #expect(transport.count == 2)
        clock.advance(.seconds(11))
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        #expect(transport.count == 3)
        clock.advance(.seconds(86_400))
        await #expect(throws: MetadataFault.transport(.timedOut)) { _ = try await cache.keys(for: source) }
    }

    @Test(
        "E09 a bad answer replaces nothing and is not stored",
        arguments: [
            (json("{}", status: 302), MetadataFault.unexpectedStatus), (json("{}"), .malformedBody),
            (json("{\"keys\":[]}"), .noUsableKey),
            (json("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"), .noUsableKey), (json("[]"), .malformedBody),
            (OutboundResponse(status: 200, headers: [], body: []), .unexpectedContentType),
        ]
    )
    func badAnswers(response: OutboundResponse, fault: MetadataFault) async throws {
        let body = try Self.keySet("a")
        let transport = RecordingTransport { _ in .success(response) }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        await #expect(throws: fault) { _ = try await cache.keys(for: source) }
        transport.answer { _ in .success(json(body)) }
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        transport.answer { _ in .success(response) }
        clock.advance(.seconds(301))
        #expect(try await cache.keys(for: source).containsKeyID("a"))
    }

    @Test("E05 one fetch at a time, whoever waits")
    func singleFlight() async throws {
        let body = try Self.keySet("a")
        let gate = Gate()
        let transport = RecordingTransport { _ in
            await gate.pass()
            return .success(json(body))
        }
        let cache = KeySetCache(transport: transport)
        let source = try Self.source()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.keys(for: source).containsKeyID("a") } }
            await until { await gate.arrivals > 0 }
            await gate.open()
            for try await found in group { #expect(found) }
        }
        #expect(transport.count == 1)
    }

    @Test("E05 a caller that gives up does not fail the others")
    func cancellation() async throws {
        let body = try Self.keySet("a")
        let gate = Gate()
        let transport = RecordingTransport { _ in
            await gate.pass()
            return Task.isCancelled ? .failure(.stopped) : .success(json(body))
        }
        let cache = KeySetCache(transport: transport)
        let source = try Self.source()
        let impatient = Task { try await cache.keys(for: source) }
        await until { await gate.arrivals > 0 }
        let patient = Task { try await cache.keys(for: source) }
        impatient.cancel()
        await gate.open()
        #expect(try await patient.value.containsKeyID("a"))
        #expect(transport.count == 1)
    }

    @Test("E05 a rotated key is found at once; a flood of random key ids costs one fetch in ten seconds")
    func rotation() async throws {
        let first = try Self.keySet("a")
        let second = try Self.keySet("a", "b")
        let third = try Self.keySet("b", "c")
        let transport = RecordingTransport { _ in .success(json(first)) }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        _ = try await cache.keys(for: source)
        // Just before signing: the set is only a moment old, and the first unknown key id still refetches.
        transport.answer { _ in .success(json(second)) }
        #expect(await cache.keysAfterUnknownKeyID(for: source)?.containsKeyID("b") == true)
        #expect(transport.count == 2)
        for _ in 0..<1000 { #expect(await cache.keysAfterUnknownKeyID(for: source)?.containsKeyID("zzz") == false) }
        #expect(transport.count == 2)
        // A rotation during the flood is noticed after ten seconds, not after minutes.
        transport.answer { _ in .success(json(third)) }
        clock.advance(.seconds(10))
        #expect(await cache.keysAfterUnknownKeyID(for: source)?.containsKeyID("c") == true)
        #expect(transport.count == 3)
        #expect(try await cache.keys(for: source).containsKeyID("c"))
    }

    @Test("E05 a failed refetch refuses, and keeps the set")
    func failedRefetch() async throws {
        let body = try Self.keySet("a")
        let transport = RecordingTransport { _ in .success(json(body)) }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        _ = try await cache.keys(for: source)
        transport.answer { _ in .failure(.unreachable) }
        #expect(await cache.keysAfterUnknownKeyID(for: source) == nil)
        #expect(try await cache.keys(for: source).containsKeyID("a"))
    }

    @Test("E10 issuers never share keys, also with one URL and one key id")
    func perIssuer() async throws {
        let first = try Self.keySet("a")
        let second = try Self.keySet("a")
        let transport = RecordingTransport { request in .success(json(request.url.contains("//x") ? first : second)) }
        let cache = KeySetCache(transport: transport)
        let one = try await cache.keys(for: Self.source("https://x"))
        let other = try await cache.keys(for: Self.source("https://y"))
        #expect(transport.count == 2)
        #expect(one.json != other.json)
    }

    @Test("E11 a withdrawn key is refused once the set is fetched again")
    func withdrawn() async throws {
        let both = try Self.keySet("a", "b")
        let one = try Self.keySet("b")
        let transport = RecordingTransport { _ in
            .success(json(both, headers: [(name: "cache-control", value: "max-age=999999")]))
        }
        let clock = HandClock()
        let cache = KeySetCache(transport: transport, now: clock.now)
        let source = try Self.source()
        #expect(try await cache.keys(for: source).containsKeyID("a"))
        transport.answer { _ in .success(json(one)) }
        clock.advance(.seconds(86_400))
        #expect(try await cache.keys(for: source).containsKeyID("a") == false)
    }

    @Test("E01 metadata of another issuer is refused and nothing is kept")
    func metadata() async throws {
        let document = #"""
            {"issuer":"https://h","authorization_endpoint":"https://h/a","token_endpoint":"https://h/t","jwks_uri":"https://h/k"}
            """#
        let transport = RecordingTransport { _ in
            .success(json(document.replacing("\"https://h\"", with: "\"https://evil\"")))
        }
        let cache = MetadataCache(transport: transport)
        let url = try #require(EndpointURL("https://h/.well-known/openid-configuration"))
        let source = DiscoverySource(issuer: "https://h", url: url, bulkhead: "h")
        await #expect(throws: MetadataFault.issuerMismatch) { _ = try await cache.metadata(for: source) }
        transport.answer { _ in .success(json(document)) }
        #expect(try await cache.metadata(for: source).tokenEndpoint.description == "https://h/t")
        _ = try await cache.metadata(for: source)
        #expect(transport.urls == [url.description, url.description])
    }
}
