import Testing

@testable import Web

@Suite("What a browser calls itself, in words")
struct BrowserNameTests {
    @Test(
        "The browser, not the ones it wants to be taken for",
        arguments: [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome on Windows"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Safari/537.36 Edg/126",
                "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 (KHTML) Version/17.5 Mobile Safari/604",
                "Safari on iPhone"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 (KHTML, like Gecko) Version/17 Safari/605",
                "Safari on macOS"
            ),
            ("Mozilla/5.0 (Linux; Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox on Android"),
            ("curl/7.88.1", "curl"), ("Visitor", "Visitor"), ("/", "An unknown browser"), ("", "An unknown browser"),
        ] as [(String, String)]
    )
    func names(_ agent: String, _ name: String) {
        #expect(BrowserName.text(agent) == name)
    }

    @Test("Nobody, and somebody with much to say")
    func odd() {
        #expect(BrowserName.text(nil) == "An unknown browser")
        #expect(BrowserName.text(String(repeating: "a", count: 5000)).count == 40)
    }
}
