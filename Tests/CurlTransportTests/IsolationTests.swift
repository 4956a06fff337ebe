import InternetAddress
import OAuth
import Testing

@testable import CurlTransport

@Suite("Isolation")
struct IsolationTests {
    /// How a provider misbehaves.
    enum Fault: CaseIterable {
        case silent
        case dripping
        case unreachableAddress

        func server() -> TestServer {
            TestServer { connection in
                guard connection.request() != nil else { return }
                if self == .dripping {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx")
                }
                connection.waitForEnd()
            }
        }

        /// 192.0.2.1 is documentation space: opened by the test's policy, routed nowhere, so connecting hangs or fails.
        func url(_ server: TestServer) -> String {
            self == .unreachableAddress ? "https://192.0.2.1/" : server.url()
        }
    }

    @Test("R7 L08 a provider that hangs, drips or cannot be reached delays no other", arguments: Fault.allCases)
    func isolation(_ fault: Fault) async throws {
        let bad = fault.server()
        let good = TestServer.answering { connection, _ in connection.answer() }
        let network = try #require(AddressRange("192.0.2.0/24"))
        let transport = try makeTransport {
            $0.allowPrivateNetworks = [network]
        }
        let url = fault.url(bad)
        let calls = (0..<40).map { _ in
            Task { await failure(of: transport, .get(url, bulkhead: "bad", timeout: .seconds(600))) }
        }
        if fault != .unreachableAddress { await eventually { bad.requests.count == 32 } }
        // All of the bad provider's calls are still unanswered when all of the good one's are done.
        for index in 0..<100 {
            #expect(try await transport.send(.get(good.url("/\(index)"), bulkhead: "good")).status == 200)
        }
        #expect(bad.connections <= 32)
        for call in calls { call.cancel() }
        for call in calls {
            let failure = await call.value
            #expect(fault == .unreachableAddress ? failure != nil : failure == .stopped)
        }
        await transport.shutdown()
    }

    @Test("L08 more than the running and the queued are refused at once")
    func busy() async throws {
        let release = Signal()
        let server = TestServer { connection in
            guard connection.request() != nil else { return }
            release.wait()
            connection.answer(headers: "Connection: close\r\n")
        }
        let transport = try makeTransport {
            $0.maximumConcurrentPerBulkhead = 2
            $0.maximumQueuedPerBulkhead = 3
        }
        let results = await withTaskGroup { group in
            for _ in 0..<9 { group.addTask { await failure(of: transport, .get(server.url())) } }
            var results: [TransportFailure?] = []
            for await result in group {
                results.append(result)
                // Four are refused while nothing was answered; only then does the server go on.
                if results.count == 4 { release.signal() }
            }
            return results
        }
        #expect(results.prefix(4).allSatisfy { $0 == .busy })
        #expect(results.dropFirst(4).allSatisfy { $0 == nil })
        #expect(server.requests.count == 5)
        await transport.shutdown()
    }

    @Test("L08 the budget runs while a call waits for its place")
    func waitingCostsBudget() async throws {
        let server = TestServer { connection in
            if connection.request() != nil { connection.waitForEnd() }
        }
        let transport = try makeTransport { $0.maximumConcurrentPerBulkhead = 1 }
        let first = Task { await failure(of: transport, .get(server.url())) }
        await eventually { server.requests.count == 1 }
        #expect(await failure(of: transport, .get(server.url(), timeout: .milliseconds(100))) == .timedOut)
        #expect(server.connections == 1)
        first.cancel()
        #expect(await first.value == .stopped)
        await transport.shutdown()
    }

    @Test("L08 a provider that answers 5xx five times in a row is left alone, then tried by one call")
    func circuit() async throws {
        let isHealthy = Signal()
        let server = TestServer.answering { connection, _ in
            connection.answer(status: isHealthy.isSignalled ? "200 OK" : "503 Service Unavailable")
        }
        let good = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport { $0.circuitBreaker.coolDown = .seconds(10) }
        for _ in 0..<5 { #expect(try await transport.send(.get(server.url())).status == 503) }
        #expect(await failure(of: transport, .get(server.url())) == .circuitOpen)
        #expect(server.requests.count == 5)
        #expect(try await transport.send(.get(good.url(), bulkhead: "other")).status == 200)
        isHealthy.signal()
        // Recovery needs nothing but calls.
        while await failure(of: transport, .get(server.url())) == .circuitOpen {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await transport.send(.get(server.url())).status == 200)
        #expect(server.requests.count == 7)
        await transport.shutdown()
    }

    @Test("what the caller got wrong does not open a circuit")
    func neutralFailures() async throws {
        let server = TestServer.answering { connection, request in
            connection.answer(status: request.contains("/bad") ? "400 Bad Request" : "200 OK")
        }
        let transport = try makeTransport()
        for _ in 0..<20 {
            #expect(await failure(of: transport, .get("https://10.0.0.1/")) == .refusedAddress)
            #expect(await failure(of: transport, .get("ftp://x/")) == .refusedURL)
            #expect(try await transport.send(.get(server.url("/bad"))).status == 400)
        }
        #expect(try await transport.send(.get(server.url())).status == 200)
        await transport.shutdown()
    }
}
