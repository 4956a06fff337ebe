import OAuth
import Testing

@testable import CurlTransport

@Suite("TLS")
struct TLSTests {
    /// A TLS endpoint nobody may talk to.
    struct BadEndpoint: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: String
        let make: @Sendable (TLSAuthority) throws -> Void

        init(_ name: String, options: String = "", _ make: @escaping @Sendable (TLSAuthority) throws -> Void) {
            testDescription = name
            self.options = options
            self.make = make
        }
    }

    static let badEndpoints = [
        BadEndpoint("expired") {
            try $0.issue("server", dates: "-startdate 20200101000000Z -enddate 20200201000000Z")
        },
        BadEndpoint("not yet valid") {
            try $0.issue("server", dates: "-startdate 20900101000000Z -enddate 20900201000000Z")
        },
        BadEndpoint("self-signed") { try $0.selfSign("server") },
        BadEndpoint("unknown authority") { try $0.issue("server", issuer: "unknown") },
        BadEndpoint("wrong host") { try $0.issue("server", host: "other.example") },
        BadEndpoint("host as a suffix") { try $0.issue("server", host: "localhost.evil.example") },
        BadEndpoint("for clients only") { try $0.issue("server", extensions: ["extendedKeyUsage=clientAuth"]) },
        BadEndpoint("issued by a certificate that is no authority", options: "-cert_chain chain.pem") {
            try $0.issue("chain", extensions: ["basicConstraints=critical,CA:FALSE"])
            try $0.issue("server", issuer: "chain")
        },
        BadEndpoint("RSA key of 1024 bits", options: "-cipher DEFAULT:@SECLEVEL=0") {
            try $0.issue("server", key: "rsa:1024")
        },
        BadEndpoint("signed with SHA-1", options: "-cipher DEFAULT:@SECLEVEL=0") {
            try $0.issue("server", digest: "sha1")
        },
        BadEndpoint("TLS 1.0", options: "-tls1 -cipher DEFAULT:@SECLEVEL=0") { try $0.issue("server") },
        BadEndpoint("TLS 1.1", options: "-tls1_1 -cipher DEFAULT:@SECLEVEL=0") { try $0.issue("server") },
        BadEndpoint("no encryption", options: "-tls1_2 -cipher NULL:@SECLEVEL=0") {
            try $0.issue("server", key: "rsa:2048")
        },
    ]

    @Test("L01 S14 a bad TLS endpoint is refused before a byte of the request is sent", arguments: badEndpoints)
    func refuses(_ endpoint: BadEndpoint) async throws {
        let authority = try TLSAuthority()
        try endpoint.make(authority)
        let server = try TLSServer(authority, certificate: "server", options: endpoint.options)
        let transport = try makeTransport {
            $0.extraCertificateFile = authority.certificateFile
            $0.connectTimeout = .seconds(60)
        }
        let request = OutboundRequest.postingCode("https://localhost:\(server.port)/token")
        #expect(await failure(of: transport, request) == .tls)
        await transport.shutdown()
        let received = server.received
        #expect(!received.contains("POST") && !received.contains("secret-code") && !received.contains("Authorization"))
    }

    @Test("L01 a good TLS endpoint of the extra authority is spoken to", arguments: ["-tls1_2", "-tls1_3"])
    func accepts(_ version: String) async throws {
        let authority = try TLSAuthority()
        try authority.issue("server")
        let server = try TLSServer(authority, certificate: "server", options: version)
        let transport = try makeTransport {
            $0.extraCertificateFile = authority.certificateFile
            $0.connectTimeout = .seconds(60)
        }
        let call = Task {
            try await transport.send(.postingCode("https://localhost:\(server.port)/token")).status
        }
        await eventually { server.received.contains("code=secret-code") }
        try server.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try await call.value == 200)
        await transport.shutdown()
    }

    @Test("L01 without the extra authority the same endpoint is refused")
    func systemAuthoritiesOnly() async throws {
        let authority = try TLSAuthority()
        try authority.issue("server")
        let server = try TLSServer(authority, certificate: "server")
        let transport = try makeTransport { $0.connectTimeout = .seconds(60) }
        let request = OutboundRequest.postingCode("https://localhost:\(server.port)/token")
        #expect(await failure(of: transport, request) == .tls)
        #expect(!server.received.contains("secret-code"))
        await transport.shutdown()
    }

    @Test("L01 a server without TLS is refused, whatever it says")
    func plaintext() async throws {
        let server = TestServer { connection in
            connection.answer()
            _ = connection.request()
        }
        let transport = try makeTransport()
        let request = OutboundRequest.postingCode("https://localhost:\(server.port)/token")
        #expect(await failure(of: transport, request) == .tls)
        #expect(server.requests.isEmpty)
        await transport.shutdown()
    }
}
