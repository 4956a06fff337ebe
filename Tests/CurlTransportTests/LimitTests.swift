import Foundation
import OAuth
import Testing

@testable import CurlTransport

@Suite("Limits")
struct LimitTests {
    /// A call with a cap, and budgets that end a test that would otherwise hang.
    private func outcome(
        _ script: @escaping @Sendable (TestServer.Connection) -> Void,
        maximumBodyBytes: Int = 1000,
        _ change: (inout CurlConfiguration) -> Void = { _ in }
    ) async throws -> TransportFailure? {
        let server = TestServer { connection in
            if connection.request() != nil { script(connection) }
        }
        let transport = try makeTransport(change)
        var request = OutboundRequest.postingCode(server.url())
        request.maximumBodyBytes = maximumBodyBytes
        let failure = await failure(of: transport, request)
        #expect(server.requests.count == 1)
        await transport.shutdown()
        return failure
    }

    @Test("L04 E09 a body of exactly the cap passes, one byte more does not")
    func exactCap() async throws {
        let fits = try await outcome({ $0.answer(String(repeating: "x", count: 1000)) })
        #expect(fits == nil)
        let over = try await outcome({ $0.answer(String(repeating: "x", count: 1001)) })
        #expect(over == .tooLarge)
        let none = try await outcome({ $0.answer("x") }, maximumBodyBytes: 0)
        #expect(none == .tooLarge)
        let negative = try await outcome({ $0.answer("x") }, maximumBodyBytes: -1)
        #expect(negative == .tooLarge)
    }

    @Test("L04 an endless body without a length stops at the cap")
    func endlessBody() async throws {
        let failure = try await outcome({ connection in
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 0x78, count: 65_536)) {}
        })
        #expect(failure == .tooLarge)
    }

    @Test("L04 a gigabyte announced by Content-Length stops at the cap")
    func announcedGigabyte() async throws {
        let failure = try await outcome({ connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
            while connection.write([UInt8](repeating: 0x78, count: 65_536)) {}
        })
        #expect(failure == .tooLarge)
    }

    @Test("L04 R8 a gzip bomb stops at the cap")
    func gzipBomb() async throws {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/sh")
        gzip.arguments = ["-c", "head -c 67108864 /dev/zero | gzip -9"]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let bomb = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        #expect(bomb.count < 100_000)
        let failure = try await outcome(
            { connection in
                connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n")
                connection.write(bomb)
                connection.waitForEnd()
            },
            maximumBodyBytes: 262_144
        )
        #expect(failure == .tooLarge)
    }

    @Test("L04 heads that are too long, too many or never end are stopped")
    func heads() async throws {
        let oneLine = try await outcome({ connection in
            connection.write("HTTP/1.1 200 OK\r\nX: ")
            while connection.write([UInt8](repeating: 0x78, count: 65_536)) {}
        })
        #expect(oneLine == .tooLarge)
        let manyLines = try await outcome({ connection in
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-A: b\r\n") {}
        })
        #expect(manyLines == .tooLarge)
        let interim = try await outcome({ connection in
            while connection.write("HTTP/1.1 100 Continue\r\n\r\n") {}
        })
        #expect(interim == .tooLarge)
        let trailer = try await outcome({ connection in
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            while connection.write("X-A: b\r\n") {}
        })
        #expect(trailer == .tooLarge || trailer == .broken)
    }

    @Test("L04 a server that says nothing is given up at the end of the budget")
    func hanging() async throws {
        let server = TestServer { connection in
            if connection.request() != nil { connection.waitForEnd() }
        }
        let transport = try makeTransport()
        let request = OutboundRequest.postingCode(server.url(), timeout: .milliseconds(300))
        #expect(await failure(of: transport, request) == .timedOut)
        await transport.shutdown()
    }

    @Test("L04 R7 a server that drips byte by byte is given up long before the budget ends", .timeLimit(.minutes(20)))
    func dripping() async throws {
        let server = TestServer { connection in
            guard connection.request() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while connection.write("x") { usleep(200_000) }
        }
        let transport = try makeTransport { $0.stallTimeout = .seconds(1) }
        #expect(await failure(of: transport, .get(server.url(), timeout: .seconds(600))) == .timedOut)
        await transport.shutdown()
    }

    @Test("L04 a handshake that never ends is given up, and nothing counts as sent")
    func hangingHandshake() async throws {
        let server = TestServer { $0.waitForEnd() }
        let transport = try makeTransport { $0.connectTimeout = .milliseconds(300) }
        let request = OutboundRequest.postingCode("https://127.0.0.1:\(server.port)/token")
        #expect(await failure(of: transport, request) == .unreachable)
        await transport.shutdown()
    }

    @Test("a port nobody listens on, and a name that does not exist, are unreachable")
    func unreachable() async throws {
        var server: TestServer? = TestServer { _ in }
        let url = try #require(server).url()
        server = nil
        let transport = try makeTransport()
        #expect(await failure(of: transport, .get(url)) == .unreachable)
        #expect(await failure(of: transport, .get("https://does-not-exist.invalid/")) == .unreachable)
        await transport.shutdown()
    }

    @Test("a budget of nothing is over at once")
    func noBudget() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        for timeout in [Duration.zero, .seconds(-5)] {
            #expect(await failure(of: transport, .get(server.url(), timeout: timeout)) == .timedOut)
        }
        #expect(try await transport.send(.get(server.url(), timeout: .seconds(Int64.max / 4))).status == 200)
        await transport.shutdown()
    }

    @Test(
        "what is not HTTP, breaks off, or is framed in two ways is broken",
        arguments: [
            "", "hello", "HTTP/1.1", "HTTP/1.1 20x OK\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", "HTTP/1.1 101 Up\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        ]
    )
    func malformed(_ answer: String) async throws {
        let failure = try await outcome({ $0.write(answer) })
        #expect(failure == .broken)
    }
}
