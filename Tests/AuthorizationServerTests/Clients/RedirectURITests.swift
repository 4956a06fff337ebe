import AuthorizationServer
import Testing

@Suite("Redirect URIs")
struct RedirectURITests {
    @Test(
        "J01 the same character by character, and nothing near it",
        arguments: [
            "https://shop.example/callback/", "https://shop.example/callback?", "https://shop.example/Callback",
            "https://SHOP.example/callback", "https://shop.example:443/callback", "https://shop.example/./callback",
            "https://shop.example//callback", "https://shop.example/%63allback", "http://shop.example/callback",
            "https://shop.example/callback#x", "https://shop.example/callback%00", "https://shop.example/callback ",
            "https://shop.example@evil.example/callback", "https://evil.example/callback", "//shop.example/callback",
            "", "https://shop.example", "https://shop.example/callbac\u{212A}",
        ]
    )
    func nearMatches(_ requested: String) throws {
        let registered = try RedirectURI("https://shop.example/callback")
        #expect(!registered.matches(requested))
        #expect(registered.matches("https://shop.example/callback"), "control")
    }

    @Test("J01 on loopback the port may be any other, and nothing else may")
    func loopback() throws {
        for host in ["127.0.0.1", "[::1]"] {
            let registered = try RedirectURI("http://\(host)/callback?app=1")
            for port in ["", ":1", ":8080", ":65535"] {
                #expect(registered.matches("http://\(host)\(port)/callback?app=1"))
            }
            for wrong in [
                "http://\(host):0/callback?app=1", "http://\(host):65536/callback?app=1",
                "http://\(host):/callback?app=1",
                "http://\(host):80x/callback?app=1", "http://\(host):1/callback", "http://\(host):1/other?app=1",
                "https://\(host):1/callback?app=1", "http://localhost:1/callback?app=1",
                "http://127.0.0.2:1/callback?app=1",
                "http://\(host).evil.example/callback?app=1", "http://\(host):1@evil.example/callback?app=1",
                "http://\(host):٣/callback?app=1",
            ] {
                #expect(!registered.matches(wrong), "\(wrong)")
            }
        }
        // `localhost` is whatever a name server says (RFC 8252 §8.3).
        #expect(try !RedirectURI("http://localhost/callback").matches("http://localhost:1/callback"))
        #expect(try !RedirectURI("https://shop.example/").matches("https://shop.example:8443/"))
    }

    @Test(
        "what cannot be registered is refused with a reason",
        arguments: [
            ("callback", RedirectURI.Fault.malformed), ("", .malformed), ("https://shop.example/a b", .malformed),
            ("https://shop.example/\\", .malformed), ("https://", .malformed), ("https:shop.example", .malformed),
            ("https://shop.example/#", .fragment), ("https://user@shop.example/", .userInformation),
            ("http://shop.example/", .plainHTTP), ("http://192.168.0.1/", .plainHTTP),
            ("javascript:alert(1)", .dangerousScheme), ("data:text/html,x", .dangerousScheme),
            ("myapp:/callback", .schemeWithoutDot), ("com.Example:/x", .malformed),
            (String(repeating: "a", count: 600), .malformed),
        ]
    )
    func refused(_ text: String, _ fault: RedirectURI.Fault) {
        #expect(throws: fault) { try RedirectURI(text) }
    }

    @Test(
        "what can be registered",
        arguments: [
            "https://shop.example/callback?tenant=1", "https://shop.example:8443/", "http://localhost:3000/cb",
            "http://127.0.0.1/", "http://[::1]:3000/cb", "com.example.app:/callback",
        ]
    )
    func registered(_ text: String) throws {
        #expect(try RedirectURI(text).matches(text))
    }
}
