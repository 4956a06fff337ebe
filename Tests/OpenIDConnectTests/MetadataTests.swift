import OAuth
import OpenIDConnect
import Testing

@Suite("Discovery metadata")
struct MetadataTests {
    private static let google = #"""
        {"issuer":"https://accounts.google.com",
         "authorization_endpoint":"https://accounts.google.com/o/oauth2/v2/auth",
         "token_endpoint":"https://oauth2.googleapis.com/token",
         "userinfo_endpoint":"https://openidconnect.googleapis.com/v1/userinfo",
         "jwks_uri":"https://www.googleapis.com/oauth2/v3/certs",
         "id_token_signing_alg_values_supported":["RS256"],"authorization_response_iss_parameter_supported":true}
        """#

    private func source(
        _ issuer: String = "https://accounts.google.com",
        hosts: Set<String>? = nil,
        loopback: Bool = false
    ) throws -> DiscoverySource {
        DiscoverySource(
            issuer: issuer,
            url: try #require(EndpointURL("https://accounts.google.com/.well-known/openid-configuration")),
            hosts: hosts,
            allowsLoopbackHTTP: loopback,
            bulkhead: "google"
        )
    }

    private func fault(_ response: OutboundResponse, _ source: DiscoverySource) -> MetadataFault? {
        do {
            _ = try ProviderMetadata.parse(response, for: source)
            return nil
        } catch { return error }
    }

    @Test("Google's document")
    func google() throws {
        let metadata = try ProviderMetadata.parse(json(Self.google), for: try source())
        #expect(metadata.tokenEndpoint.description == "https://oauth2.googleapis.com/token")
        #expect(metadata.keySetURL.description == "https://www.googleapis.com/oauth2/v3/certs")
        #expect(metadata.userInfoEndpoint?.host == "openidconnect.googleapis.com" && metadata.alwaysSendsIssuer)
    }

    @Test(
        "E01 the document's issuer is the configured one, byte for byte",
        arguments: [
            "https://accounts.google.com/", "https://Accounts.google.com", "http://accounts.google.com",
            "https://evil.example", "",
        ]
    )
    func issuer(issuer: String) throws {
        #expect(fault(json(Self.google), try source(issuer)) == .issuerMismatch)
    }

    @Test(
        "E02 well-known paths",
        arguments: [
            (
                "https://h", "https://h/.well-known/openid-configuration",
                "https://h/.well-known/oauth-authorization-server"
            ),
            (
                "https://h/", "https://h/.well-known/openid-configuration",
                "https://h/.well-known/oauth-authorization-server"
            ),
            (
                "https://www.linkedin.com/oauth", "https://www.linkedin.com/oauth/.well-known/openid-configuration",
                "https://www.linkedin.com/.well-known/oauth-authorization-server/oauth"
            ),
            (
                "https://github.com/login/oauth", "https://github.com/login/oauth/.well-known/openid-configuration",
                "https://github.com/.well-known/oauth-authorization-server/login/oauth"
            ),
            (
                "https://h:8443/a/b/", "https://h:8443/a/b/.well-known/openid-configuration",
                "https://h:8443/.well-known/oauth-authorization-server/a/b"
            ),
        ]
    )
    func wellKnown(issuer: String, appended: String, inserted: String) throws {
        let url = try #require(EndpointURL(issuer))
        #expect(WellKnown.openIDConfiguration(issuer: url)?.description == appended)
        #expect(WellKnown.oauthAuthorizationServer(issuer: url)?.description == inserted)
    }

    @Test(
        "E03 C01 endpoints are https and on listed hosts",
        arguments: [
            ("https://oauth2.googleapis.com/token", "http://oauth2.googleapis.com/token"),
            ("https://oauth2.googleapis.com/token", "https://evil.example/token"),
            ("https://oauth2.googleapis.com/token", "https://github.com/login/oauth/access_token"),
            ("https://oauth2.googleapis.com/token", "http://127.0.0.1/token"),
            ("https://www.googleapis.com/oauth2/v3/certs", "https://oauth2.googleapis.com.evil.example/certs"),
            ("https://openidconnect.googleapis.com/v1/userinfo", "https://oauth2.googleapis.com@evil.example/"),
            ("https://accounts.google.com/o/oauth2/v2/auth", "javascript:alert(1)"),
        ]
    )
    func endpoints(from: String, to: String) throws {
        let hosts: Set = [
            "accounts.google.com", "oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com",
        ]
        let listed = try source(hosts: hosts)
        #expect(fault(json(Self.google), listed) == nil)
        #expect(fault(json(Self.google.replacing("\"\(from)\"", with: "\"\(to)\"")), listed) == .refusedEndpoint)
    }

    @Test("E03 http on loopback only where allowed")
    func loopback() throws {
        let body = Self.google.replacing("https://oauth2.googleapis.com/token", with: "http://127.0.0.1:9401/token")
        #expect(fault(json(body), try source()) == .refusedEndpoint)
        #expect(fault(json(body), try source(loopback: true)) == nil)
    }

    @Test(
        "missing and mistyped members",
        arguments: [
            ("\"issuer\":", "\"x\":"), ("\"token_endpoint\":", "\"x\":"), ("\"jwks_uri\":", "\"x\":"),
            ("\"authorization_endpoint\":", "\"x\":"),
            ("\"jwks_uri\":\"https://www.googleapis.com/oauth2/v3/certs\"", "\"jwks_uri\":[]"),
        ]
    )
    func members(from: String, to: String) throws {
        #expect(fault(json(Self.google.replacing(from, with: to)), try source()) == .missingMember)
    }

    @Test("E09 only 200 and only JSON")
    func answers() throws {
        let source = try source()
        for status in [201, 204, 301, 302, 307, 404, 500] {
            #expect(fault(json(Self.google, status: status), source) == .unexpectedStatus)
        }
        let html = OutboundResponse(
            status: 200,
            headers: [(name: "content-type", value: "text/html")],
            body: Array(Self.google.utf8)
        )
        #expect(fault(html, source) == .unexpectedContentType)
        for body in ["", "[]", "{", String(repeating: "x", count: 300_000), "{\"issuer\":1,\"issuer\":2}"] {
            #expect(fault(json(body), source) == .malformedBody)
        }
    }

    @Test(
        "E04 lifetimes",
        arguments: [
            ("public, max-age=24873, must-revalidate, no-transform", "5059", 19_814), ("max-age=10", nil, 300),
            ("max-age=999999", nil, 86_400), ("MAX-AGE=\"7200\"", nil, 7200), ("no-store, max-age=7200", nil, 300),
            ("no-cache", nil, 300), ("", nil, 300), ("max-age=-1", nil, 300), ("max-age=1e9", nil, 300),
            ("max-age=600", "9999", 300),
            ("max-age=99999999999999999999", nil, 300), ("max-age=7200", "x", 7200), ("s-maxage=9000", nil, 300),
        ] as [(String, String?, Int64)]
    )
    func lifetimes(control: String, age: String?, seconds: Int64) {
        var headers = [(name: "cache-control", value: control)]
        if let age { headers.append((name: "age", value: age)) }
        let response = OutboundResponse(status: 200, headers: headers, body: [])
        #expect(Freshness.lifetime(response) == .seconds(seconds))
    }
}
