import OAuth
import Testing

@testable import CurlTransport

@Suite("Delivery")
struct DeliveryTests {
    @Test("C12 a POST on a reused connection that dies without an answer is not sent again")
    func noSecondDelivery() async throws {
        // The second request on a connection is read and then dropped: libcurl by itself would repeat it.
        let server = TestServer { connection in
            if connection.request() != nil { connection.answer() }
            _ = connection.request()
        }
        let transport = try makeTransport()
        #expect(try await transport.send(.get(server.url("/warm-up"))).status == 200)
        #expect(await failure(of: transport, .postingCode(server.url("/token"))) == .broken)
        #expect(server.requests.filter { $0.hasPrefix("POST /token") }.count == 1)
        await transport.shutdown()
    }

    @Test("C12 a reset after the headers were read is not answered by a second attempt", arguments: [true, false])
    func resetAfterHeaders(_ isReused: Bool) async throws {
        let server = TestServer { connection in
            if isReused, connection.number == 1, connection.request() != nil { connection.answer() }
            guard connection.request() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            connection.reset()
        }
        let transport = try makeTransport()
        if isReused { _ = try await transport.send(.get(server.url("/warm-up"))) }
        #expect(await failure(of: transport, .postingCode(server.url("/token"))) == .broken)
        #expect(server.requests.filter { $0.hasPrefix("POST /token") }.count == 1)
        #expect(server.connections == 1)
        await transport.shutdown()
    }

    @Test("C12 an early close on a new connection is not answered by a second attempt")
    func earlyClose() async throws {
        let server = TestServer { connection in _ = connection.request() }
        let transport = try makeTransport()
        #expect(await failure(of: transport, .postingCode(server.url("/token"))) == .broken)
        #expect(server.connections == 1)
        await transport.shutdown()
    }

    @Test("an idle connection the server closed is replaced before anything is sent, however it said good-bye")
    func staleConnection() async throws {
        for farewell in ["", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"] {
            let closed = Signal()
            let server = TestServer { connection in
                guard connection.request() != nil else { return }
                connection.answer()
                if connection.number == 1 {
                    closed.wait()
                    connection.write(farewell)
                } else {
                    connection.waitForEnd()
                }
            }
            let transport = try makeTransport()
            #expect(try await transport.send(.get(server.url("/first"))).status == 200)
            closed.signal()
            await eventually { server.closedConnections == 1 }
            #expect(try await transport.send(.postingCode(server.url("/token"))).status == 200)
            #expect(server.requests.filter { $0.hasPrefix("POST /token") }.count == 1)
            #expect(server.connections == 2)
            await transport.shutdown()
        }
    }

    @Test("cancelling the task removes the transfer and closes its connection")
    func cancellation() async throws {
        let isOver = Signal()
        let server = TestServer { connection in
            guard connection.request() != nil else { return }
            connection.waitForEnd()
            isOver.signal()
        }
        let transport = try makeTransport()
        let task = Task { await failure(of: transport, .postingCode(server.url())) }
        await eventually { server.requests.count == 1 }
        task.cancel()
        #expect(await task.value == .stopped)
        await eventually { isOver.isSignalled }
        await transport.shutdown()
    }

    @Test("a call of a cancelled task is not sent; cancelling at any moment ends every call once")
    func earlyCancellation() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        let never = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure(of: transport, .get(server.url("/never")))
        }
        never.cancel()
        #expect(await never.value == .stopped)
        #expect(!server.requests.contains { $0.hasPrefix("GET /never") })

        await withTaskGroup { group in
            for round in 0..<200 {
                group.addTask {
                    let call = Task { await failure(of: transport, .get(server.url("/\(round)"))) }
                    for _ in 0..<(round % 40) { await Task.yield() }
                    call.cancel()
                    return await call.value
                }
            }
            for await failure in group { #expect([nil, .stopped, .busy].contains(failure)) }
        }
        await transport.shutdown()
    }

    @Test("shutdown lets calls in flight end, refuses new ones, and may be asked for twice")
    func shutdownDrains() async throws {
        let release = Signal()
        let server = TestServer { connection in
            guard connection.request() != nil else { return }
            release.wait()
            connection.answer()
        }
        let transport = try makeTransport()
        let inFlight = Task { try await transport.send(.get(server.url())).status }
        await eventually { server.requests.count == 1 }
        async let stopped: Void = transport.shutdown(grace: .seconds(600))
        while await failure(of: transport, .get("http://127.0.0.1:1/")) != .stopped { await Task.yield() }
        release.signal()
        #expect(try await inFlight.value == 200)
        await stopped
        await transport.shutdown()
        #expect(await failure(of: transport, .get(server.url())) == .stopped)
    }

    @Test("shutdown ends what outlasts its grace")
    func shutdownEndsTheRest() async throws {
        let server = TestServer { connection in
            if connection.request() != nil { connection.waitForEnd() }
        }
        let transport = try makeTransport { $0.maximumConcurrentPerBulkhead = 1 }
        let running = Task { await failure(of: transport, .get(server.url())) }
        await eventually { server.requests.count == 1 }
        let waiting = Task { await failure(of: transport, .get(server.url())) }
        await transport.shutdown(grace: .milliseconds(50))
        #expect(await running.value == .stopped)
        #expect(await waiting.value == .stopped)
    }

    @Test("a transport nobody holds any more releases its thread")
    func abandonedTransport() async throws {
        let isOver = Signal()
        let server = TestServer { connection in
            guard connection.request() != nil else { return }
            connection.answer()
            connection.waitForEnd()
            isOver.signal()
        }
        try await {
            let transport = try makeTransport()
            #expect(try await transport.send(.get(server.url())).status == 200)
        }()
        await eventually { isOver.isSignalled }
    }
}
