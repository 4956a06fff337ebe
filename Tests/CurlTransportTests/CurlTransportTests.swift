import Cryptography
import OAuth
import Testing

@testable import CurlTransport

@Suite("CurlTransport")
struct CurlTransportTests {
    @Test("a call carries method, headers and body, and brings back status, headers and body")
    func roundTrip() async throws {
        let server = TestServer.answering { connection, _ in
            connection.answer("created", status: "201 Created", headers: "Content-Type: Text/Plain; x=y\r\nX-A: 1\r\n")
        }
        let transport = try makeTransport()
        let response = try await transport.send(.postingCode(server.url("/token?a=b")))
        #expect(response.status == 201)
        #expect(String(decoding: response.body, as: UTF8.self) == "created")
        #expect(response.mediaType == "text/plain")
        #expect(response.header("x-a") == "1")

        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /token?a=b HTTP/1.1\r\n"))
        #expect(request.contains("\r\nAuthorization: Basic c2VjcmV0LWhlYWRlcg==\r\n"))
        #expect(request.contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n"))
        #expect(request.contains("\r\nUser-Agent: Latchkey/test\r\n"))
        #expect(request.contains("\r\nAccept-Encoding: gzip, deflate\r\n"))
        #expect(request.hasSuffix("\r\n\r\ncode=secret-code"))
        #expect(!request.contains("Expect:"))
        await transport.shutdown()
    }

    @Test("DELETE, empty bodies, empty header values and an own User-Agent go out as written")
    func otherShapes() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        _ = try await transport.send(
            OutboundRequest(.delete, server.url("/grant"), headers: [.init("User-Agent", "Mine")], bulkhead: "test")
        )
        _ = try await transport.send(
            OutboundRequest(.post, server.url("/empty"), headers: [.init("X-Empty", "")], bulkhead: "test")
        )
        _ = try await transport.send(
            OutboundRequest(.delete, server.url("/body"), body: Secret("token=x"), bulkhead: "test")
        )
        let requests = server.requests
        #expect(requests[0].hasPrefix("DELETE /grant HTTP/1.1\r\n") && requests[0].contains("\r\nUser-Agent: Mine\r\n"))
        #expect(!requests[0].contains("Latchkey") && !requests[0].contains("Content-Type"))
        #expect(requests[1].hasPrefix("POST /empty") && requests[1].contains("\r\nContent-Length: 0\r\n"))
        #expect(requests[1].contains("\r\nX-Empty:\r\n") && !requests[1].contains("Content-Type"))
        #expect(requests[2].hasPrefix("DELETE /body") && requests[2].hasSuffix("\r\n\r\ntoken=x"))
        await transport.shutdown()
    }

    @Test(
        "headers that would say something else on the wire are refused",
        arguments: [
            ("X-A", "b\r\nX-C: d"), ("X-A", "b\nX-C: d"), ("X-A", "b\0"), ("X-A\r\nX-B", "c"), ("X A", "b"), ("", "b"),
            ("X-A:", "b"), ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("Host", "evil.example"),
            ("Connection", "close"), ("Expect", "100-continue"),
        ]
    )
    func headerInjection(_ name: String, _ value: String) async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        let request = OutboundRequest(.get, server.url(), headers: [.init(name, value)], bulkhead: "test")
        #expect(await failure(of: transport, request) == .refusedURL)
        #expect(server.connections == 0)
        await transport.shutdown()
    }

    @Test("calls one after the other share one connection")
    func connectionReuse() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        for index in 0..<50 {
            let request: OutboundRequest =
                index.isMultiple(of: 2) ? .get(server.url("/\(index)")) : .postingCode(server.url("/\(index)"))
            #expect(try await transport.send(request).status == 200)
        }
        #expect(server.connections == 1)
        #expect(server.requests.count == 50)
        await transport.shutdown()
    }

    @Test("a recycled handle carries nothing over from the call before")
    func recycledHandle() async throws {
        let server = TestServer.answering { connection, _ in connection.answer(headers: "Set-Cookie: a=b\r\n") }
        let transport = try makeTransport()
        _ = try await transport.send(.postingCode(server.url("/first")))
        _ = try await transport.send(.get(server.url("/second")))
        let second = try #require(server.requests.last)
        #expect(second.hasPrefix("GET /second"))
        #expect(!second.contains("secret") && !second.contains("Authorization") && !second.contains("Content-"))
        #expect(!second.contains("Cookie"))
        await transport.shutdown()
    }

    @Test("L07 many calls at once all get their own answer")
    func concurrency() async throws {
        let server = TestServer.answering { connection, request in
            connection.answer(String(request.split(separator: " ")[1]))
        }
        let transport = try makeTransport()
        try await withThrowingTaskGroup { group in
            for index in 0..<150 {
                group.addTask {
                    let response = try await transport.send(.get(server.url("/\(index)")))
                    return String(decoding: response.body, as: UTF8.self) == "/\(index)"
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.connections <= 32)
        await transport.shutdown()
    }

    @Test("gzip and deflate bodies arrive decompressed, chunked ones whole")
    func encodings() async throws {
        let gzip: [UInt8] = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        let server = TestServer.answering { connection, request in
            if request.contains("/gzip") {
                connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n")
                connection.write(gzip)
            } else {
                connection.write(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: t\r\n\r\n"
                )
            }
        }
        let transport = try makeTransport()
        for path in ["/gzip", "/chunked"] {
            let response = try await transport.send(.get(server.url(path)))
            #expect(String(decoding: response.body, as: UTF8.self) == "hello")
            #expect(response.header("x-t") == nil)
        }
        #expect(server.connections == 1)
        await transport.shutdown()
    }

    @Test("statuses of every kind arrive as answers")
    func statuses() async throws {
        let server = TestServer.answering { connection, request in
            let status = request.split(separator: "/")[1].prefix(3)
            connection.write("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
        }
        let transport = try makeTransport()
        for status in [200, 204, 301, 304, 400, 401, 404, 429, 500, 503, 599] {
            #expect(try await transport.send(.get(server.url("/\(status)"), bulkhead: "\(status)")).status == status)
        }
        await transport.shutdown()
    }
}
