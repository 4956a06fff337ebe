import OAuth
import Testing

@Suite("Endpoint URLs")
struct EndpointURLTests {
    @Test(
        "F-8 whatever two parsers could read differently is not a URL",
        arguments: [
            "", "https://", "https:///x", "//h/x", "h/x", "ftp://h/", "javascript:alert(1)", "https:h/x", "https:/h/x",
            "https://good.example\\@evil.example/", "https://good.example#@evil.example/", "https://u@h/",
            "https://u:p@h/",
            "https://h:0/", "https://h:65536/", "https://h:/", "https://h:8x/", "https://h:+1/", "https://h:1:2/",
            "https://h /", "https://h\t/", "https://h\n/", "https://h%2e/", "https://h_x/", "https://.h/",
            "https://h../",
            "https://h./", "https://é.example/", "https://0x7f.1/", "https://127.1/", "https://2130706433/",
            "https://0177.0.0.1/", "https://256.1.1.1/", "https://[::1/", "https://[]/", "https://[g::1]/",
            "https://::1/",
            "https://h/a b", "https://h/\"", "https://h/a#f", "https://h/<", "https://h/é", " https://h/",
            "https://h/{x}",
            "https://h/" + String(repeating: "x", count: 2048),
        ]
    )
    func refused(text: String) { #expect(EndpointURL(text) == nil) }

    @Test("parts")
    func parts() throws {
        let url = try #require(EndpointURL("HTTPS://Api.Example:8443/a/B?x=1&y=?"))
        #expect(url.scheme == .https && url.host == "api.example" && url.port == 8443)
        #expect(url.path == "/a/B" && url.query == "x=1&y=?")
        #expect(url.origin == "https://api.example:8443")
        #expect(url.description == "https://api.example:8443/a/B?x=1&y=?")
        #expect(EndpointURL("https://h:443/")?.origin == "https://h")
        #expect(EndpointURL("http://h:80")?.description == "http://h")
        #expect(EndpointURL("https://h?q")?.query == "q")
        #expect(EndpointURL("http://[::1]:81/x")?.origin == "http://[::1]:81")
    }

    @Test(
        "only https, and http on loopback where allowed",
        arguments: [
            ("https://h/", true, true), ("http://h/", false, false), ("http://localhost:1/", false, true),
            ("http://127.0.0.1/", false, true), ("http://127.9.9.9/", false, true), ("http://[::1]/", false, true),
            ("http://127.0.0.1.evil.example/", false, false), ("http://localhost.evil.example/", false, false),
            ("http://10.0.0.1/", false, false),
        ]
    )
    func secure(text: String, plain: Bool, development: Bool) throws {
        let url = try #require(EndpointURL(text))
        #expect(url.isSecure(allowingLoopbackHTTP: false) == plain)
        #expect(url.isSecure(allowingLoopbackHTTP: true) == development)
    }

    @Test("moving to another origin keeps path and query")
    func moved() throws {
        let target = try #require(EndpointURL("http://127.0.0.1:9401"))
        let moved = EndpointURL("https://accounts.google.com/o/x?y=1")?.moved(to: target)
        #expect(moved?.description == "http://127.0.0.1:9401/o/x?y=1")
    }
}
