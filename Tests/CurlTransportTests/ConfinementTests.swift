import Glibc
import InternetAddress
import OAuth
import Testing

@testable import CurlTransport

@Suite("Confinement")
struct ConfinementTests {
    @Test(
        "L03 X-11 redirects arrive as answers and are not followed, nor is the secret sent on",
        arguments: ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    )
    func redirects(_ status: String) async throws {
        let other = TestServer.answering { connection, _ in connection.answer() }
        let server = TestServer.answering { connection, _ in
            connection.answer("", status: status, headers: "Location: \(other.url("/steal"))\r\n")
        }
        let transport = try makeTransport()
        let response = try await transport.send(.postingCode(server.url("/token")))
        #expect(response.status == Int(status.prefix(3)))
        #expect(response.header("location") == other.url("/steal"))
        #expect(server.requests.count == 1)
        #expect(other.connections == 0)
        await transport.shutdown()
    }

    @Test(
        "L02 other schemes are refused",
        arguments: ["file:///etc/passwd", "gopher://127.0.0.1:70/_x", "ftp://127.0.0.1/", "dict://127.0.0.1/d:x"]
    )
    func schemes(_ url: String) async throws {
        let transport = try makeTransport()
        #expect(await failure(of: transport, .get(url)) == .refusedURL)
        await transport.shutdown()
    }

    @Test("L02 plain http is refused unless loopback is allowed, even to loopback")
    func plainHTTP() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport { $0.allowLoopbackHTTP = false }
        #expect(await failure(of: transport, .get(server.url())) == .refusedURL)
        #expect(server.connections == 0)
        await transport.shutdown()
    }

    @Test(
        "L05 X-11 addresses are judged after name resolution",
        arguments: [
            "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1",
            "192.168.0.1", "[fd00::1]", "[64:ff9b::7f00:1]", "private.localhost",
        ]
    )
    func privateAddresses(_ host: String) async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport { $0.allowLoopbackHTTP = false }
        let request = OutboundRequest.postingCode("https://\(host):\(server.port)/token")
        #expect(await failure(of: transport, request) == .refusedAddress)
        #expect(server.connections == 0)
        await transport.shutdown()
    }

    @Test("L05 a name that resolves to loopback does not become loopback in development")
    func developmentRebinding() async throws {
        let server = TestServer.answering { connection, _ in connection.answer() }
        let transport = try makeTransport()
        let request = OutboundRequest.get("https://private.localhost:\(server.port)/")
        #expect(await failure(of: transport, request) == .refusedAddress)
        #expect(server.connections == 0)
        await transport.shutdown()
    }

    @Test("L05 an opened range is connected to")
    func openedRange() async throws {
        let server = TestServer { connection in
            _ = connection.write("not TLS")
            connection.waitForEnd()
        }
        let network = try #require(AddressRange("127.0.0.0/8"))
        let transport = try makeTransport {
            $0.allowLoopbackHTTP = false
            $0.allowPrivateNetworks = [network]
        }
        let request = OutboundRequest.postingCode("https://private.localhost:\(server.port)/token")
        #expect(await failure(of: transport, request) == .tls)
        #expect(server.connections == 1)
        await transport.shutdown()
    }

    @Test("L05 behind a proxy, private addresses written in URLs are still refused")
    func proxiedLiteral() async throws {
        let proxy = TestServer.answering { connection, _ in connection.answer(status: "403 Forbidden") }
        let transport = try makeTransport {
            $0.allowLoopbackHTTP = false
            $0.proxy = proxy.url("")
        }
        #expect(await failure(of: transport, .get("https://169.254.169.254/latest/")) == .refusedAddress)
        #expect(proxy.connections == 0)
        #expect(await failure(of: transport, .get("https://idp.example/")) != nil)
        #expect(proxy.requests.first?.hasPrefix("CONNECT idp.example:443 HTTP/1.1\r\n") == true)
        await transport.shutdown()
    }

    @Test("L06 proxies and .netrc of the environment are ignored, cookies are not kept")
    func environment() async throws {
        // In a process of its own: the environment belongs to everybody.
        await #expect(processExitsWith: .success) {
            let proxy = TestServer.answering { connection, _ in connection.answer("proxied") }
            let server = TestServer.answering { connection, _ in
                connection.answer("direct", headers: "Set-Cookie: session=1; Path=/\r\n")
            }
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, proxy.url(""), 1)
            }
            var template = Array("/tmp/latchkey-netrc-XXXXXX".utf8CString)
            let home = template.withUnsafeMutableBufferPointer { buffer -> String in
                guard let start = buffer.baseAddress, mkdtemp(start) != nil else { return "" }
                return String(cString: start)
            }
            let file = open(home + "/.netrc", O_CREAT | O_WRONLY, 0o600)
            let netrc = "machine 127.0.0.1 login alice password netrc-password\ndefault login bob password other\n"
            _ = netrc.withCString { write(file, $0, strlen($0)) }
            close(file)
            setenv("HOME", home, 1)

            let transport = try makeTransport()
            for _ in 0..<2 {
                let response = try await transport.send(.get(server.url()))
                guard String(decoding: response.body, as: UTF8.self) == "direct" else { exit(1) }
            }
            guard proxy.connections == 0 else { exit(2) }
            guard !server.requests.contains(where: { $0.contains("Authorization") }) else { exit(3) }
            guard !server.requests.contains(where: { $0.contains("Cookie") }) else { exit(4) }
            await transport.shutdown()
            unlink(home + "/.netrc")
            rmdir(home)
            exit(0)
        }
    }

    @Test("an unreadable certificate file is noticed at the start")
    func missingCertificateFile() {
        var configuration = CurlConfiguration()
        configuration.extraCertificateFile = "/nonexistent/ca.pem"
        #expect(throws: CurlStartFault.unreadableCertificateFile) { try CurlTransport(configuration) }
    }
}
