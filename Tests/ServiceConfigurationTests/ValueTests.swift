import InternetAddress
import ServiceConfiguration
import Testing

@Suite("Values of settings")
struct ValueTests {
    @Test(
        "origins",
        arguments: [
            ("https://login.example.org", "https://login.example.org"), ("https://A.Example:443", "https://a.example"),
            ("https://a.example:8443", "https://a.example:8443"), ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ]
    )
    func origins(_ text: String, _ canonical: String) {
        #expect(WebOrigin(text)?.description == canonical)
    }

    @Test(
        "what is not an origin",
        arguments: [
            "", "https://", "login.example.org", "ftp://a.example", "HTTPS://a.example", "https://a.example/",
            "https://a.example/p", "https://a.example?q", "https://a.example#f", "https://u@a.example",
            "https://u:p@a.example", "https://a.example:", "https://a.example:0", "https://a.example:65536",
            "https://a.example:080", "https://a.example:8a", "https://a..example", "https://-a.example",
            "https://a_b.example", "https://bücher.example", "https://a.example\\b", "https://a b.example",
            "https://127.1", "https://0x7f.1", "https://2130706433", "https://[::1", "https://[::1]x",
            "https://[127.0.0.1]",
            "https://::1", "https://a.example.", "https://[fe80::1%25eth0]", "https://a.example:1:2",
        ]
    )
    func notOrigins(_ text: String) {
        #expect(WebOrigin(text) == nil)
    }

    @Test("public_url: http is for loopback in development")
    func publicURL() {
        #expect(load(set: ["mode=development", "public_url=http://localhost:8080"]).faults == [])
        #expect(load(set: ["mode=development", "public_url=http://[::1]:8080"]).faults == [])
        #expect(load(set: ["mode=development", "public_url=http://login.example.org"]).codes == [.invalidValue])
        #expect(load(set: ["mode=development", "public_url=http://localhost.evil.example"]).codes == [.invalidValue])
    }

    @Test(
        "whom to ask is an address or a page",
        arguments: [
            ("help@example.org", true), ("https://example.org/help?about=accounts", true), ("help", false),
            ("Help <help@example.org>", false), ("Help@Example.org", true), ("http://example.org/help", false),
            ("mailto:help@example.org", false), ("javascript:alert(1)", false), (" help@example.org", false),
        ]
    )
    func contact(_ text: String, _ isAccepted: Bool) throws {
        let loaded = load(set: ["contact=\(text)"])
        #expect(loaded.codes == (isAccepted ? [] : [.invalidValue]))
        if isAccepted { #expect(try loaded.get().configuration.contact == text) }
    }

    @Test(
        "durations",
        arguments: [
            ("500ms", Duration.milliseconds(500)), ("1s", .seconds(1)), ("60s", .seconds(60)), ("1000ms", .seconds(1)),
        ]
    )
    func durations(_ text: String, _ value: Duration) throws {
        #expect(
            try load(set: ["database.connect_timeout=\(text)"]).get().configuration.database.connectTimeout == value
        )
    }

    @Test(
        "what is not a duration",
        arguments: [
            "", "s", "5", "5 s", " 5s", "05s", "-5s", "+5s", "5.5s", "1m30s", "5S", "5sec", "٥s", "1e3ms",
            "99999999999999999999d", "999999999999999999d", "0s", "2m",
        ]
    )
    func notDurations(_ text: String) {
        #expect(load(set: ["database.connect_timeout=\(text)"]).codes == [.invalidValue])
    }

    @Test("a sign-in never takes longer than ten minutes")
    func transactionLifetime() {
        #expect(load(set: ["sign_in.transaction_lifetime=601s"]).codes == [.invalidValue])
    }

    @Test(
        "whole numbers",
        arguments: ["", "x", "+1", "-1", "1.0", "01", "0x1", "1_000", "65536", "99999999999999999999", "１"]
    )
    func notPorts(_ text: String) {
        #expect(load(set: ["server.port=\(text)"]).codes == [.invalidValue])
    }

    @Test("truth values", arguments: ["yes", "on", "1", "TRUE", "True", ""])
    func notBooleans(_ text: String) {
        #expect(load(set: ["mode=development", "outbound.allow_loopback_http=\(text)"]).codes == [.invalidValue])
    }

    @Test("ranges of addresses hold exactly their addresses")
    func addressRanges() throws {
        func holds(_ range: String, _ address: String) throws -> Bool {
            try #require(AddressRange(range)).contains(try #require(IPAddress(address)))
        }
        #expect(try holds("10.0.0.0/8", "10.255.255.255"))
        #expect(try !holds("10.0.0.0/8", "11.0.0.0"))
        #expect(try holds("10.0.0.0/8", "::ffff:10.1.2.3"))
        #expect(try holds("192.168.1.128/25", "192.168.1.200"))
        #expect(try !holds("192.168.1.128/25", "192.168.1.127"))
        #expect(try holds("127.0.0.1", "127.0.0.1"))
        #expect(try !holds("127.0.0.1", "127.0.0.2"))
        #expect(try holds("fd00::/8", "fdff::1"))
        #expect(try !holds("fd00::/8", "fe00::1"))
        #expect(try !holds("fd00::/8", "10.0.0.1"))
        #expect(try holds("::1/128", "::1"))
    }

    @Test(
        "what is not a range of addresses",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "::1/129", "10.0.0.1/8", "10.0.0/8",
            "10.0.0.0/08",
            "10.0.0.0/8/8", "fe80::1%eth0", "localhost", "[::1]", "::ffff:10.0.0.0/104", "010.0.0.1", "10.0.0.0/-1",
        ]
    )
    func notRanges(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("every address is not a range worth trusting", arguments: ["0.0.0.0/0", "::/0"])
    func everything(_ text: String) {
        #expect(load(set: ["server.trusted_proxies=\(text)"]).codes == [.invalidValue])
    }

    @Test("A13 a default return address is a path of this origin")
    func ownPaths() {
        let bad = [
            "account", "//evil.example", "/\\evil.example", "/a//b", "/a/../b", "/%2f%2fevil", "/a#b", "/a b",
            "https://a.example",
        ]
        for text in bad { #expect(load(set: ["sign_in.default_return_to=\(text)"]).codes == [.invalidValue]) }
        #expect(load(set: ["sign_in.default_return_to=/welcome?tab=1"]).faults == [])
    }

    @Test("A13 registered return addresses are exact https URLs")
    func returnURLs() {
        let bad = [
            "app.example.org", "//app.example.org", "javascript:alert(1)", "http://app.example.org/a",
            "https://*.example.org/", "https://u@app.example.org/", "https://app.example.org/#f",
            "https://app.example.org\\@evil.example/", "https://app.example.org/ä",
        ]
        for text in bad { #expect(load(set: ["sign_in.return_to=\(text)"]).codes == [.invalidValue]) }
        #expect(load(set: ["sign_in.return_to=https://app.example.org/a?b=c"]).faults == [])
    }

    @Test(
        "an issuer is an https URL without query",
        arguments: ["https://id.example.org/?a=b", "id.example.org", "https://id.example.org/#a"]
    )
    func notIssuers(_ text: String) {
        #expect(load(set: ["providers.a.issuer=\(text)"]).codes == [.invalidValue])
    }

    @Test("mail domains are kept in the form addresses are compared in")
    func mailDomains() throws {
        let loaded = try load(set: ["providers.a.authoritative_for=Example.ORG,bücher.example"]).get()
        let domains = loaded.configuration.providers.byID.values.first?.authoritativeFor
        #expect(domains == ["example.org", "xn--bcher-kva.example"])
        for text in ["example", "a@example.org", "@example.org", "*.example.org", "example.org.", "10.0.0.1"] {
            #expect(load(set: ["providers.a.authoritative_for=\(text)"]).codes == [.invalidValue])
        }
    }

    @Test("names, hosts, roles and proxies")
    func others() {
        let bad = [
            "service_name= a", "service_name=", "server.host=a b", "server.host=http://a",
            "linking.privileged_roles=a b", "roles.permissions=a", "roles.permissions=a=b=c", "roles.permissions==b",
            "roles.permissions=a=", "roles.permissions=a=b c", "sign_in.return_origins=https://a.example/",
            "sign_in.return_origins=http://a.example", "session.limit_per_user=0",
            "outbound.proxy=http://user:password@proxy.example.org", "outbound.proxy=proxy:3128",
            "database.url=nonsense",
        ]
        for option in bad { #expect(load(set: [option]).codes == [.invalidValue]) }
    }
}
