import OAuth
import Testing

@testable import CurlTransport

@Suite("RequestURL")
struct RequestURLTests {
    @Test(
        "L02 only absolute https URLs that two readers cannot read differently",
        arguments: [
            "", "/token", "//example.com/", "example.com", "file:///etc/passwd", "gopher://example.com/_x",
            "ftp://example.com/", "dict://example.com/", "ldap://example.com/", "smtp://example.com/",
            "http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/", "http://127.0.0.1.example/",
            "javascript:alert(1)", "https:/example.com", "https:///path", "https://", "https://:443/",
            "https://user@example.com/", "https://user:secret@example.com/", "https://example.com@evil.example/",
            "https://example.com#@evil.example/", "https://example.com/#fragment", "https://exa mple.com/",
            "https://example.com/\r\nX: y", "https://example.com/\0", "https://example.com\\@evil.example/",
            "https://exämple.com/", "https://example.com:0/", "https://example.com:65536/", "https://example.com:/",
            "https://example.com:44a/", "https://example.com:+443/", "https://[::1/", "https://[127.0.0.1]/",
            "https://[fe80::1%25eth0]/", "https://[::1]x/", "https://2130706433/", "https://0x7f000001/",
            "https://127.1/", "https://0177.0.0.1/", "https://a..b/", "https://.a/", "https://%31%32%37.0.0.1/",
            "https://" + String(repeating: "a", count: 254) + "/",
            "https://example.com/" + String(repeating: "a", count: 8192),
        ]
    )
    func refuses(_ url: String) {
        #expect(throws: TransportFailure.refusedURL) { try RequestURL(url, allowLoopbackHTTP: true) }
    }

    @Test("L02 https is accepted, in any case, with ports, queries and literals")
    func accepts() throws {
        for url in [
            "https://oauth2.googleapis.com/token", "HTTPS://API.GITHUB.COM/user?per_page=100&page=1",
            "https://example.com:8443", "https://93.184.216.34/", "https://[2606:4700::1111]:443/x",
            "https://a_b.example/%2e%2e/", "https://example.com?x=1",
        ] {
            let target = try RequestURL(url, allowLoopbackHTTP: false)
            #expect(target.isEncrypted && !target.isLoopbackHost && target.text == url)
        }
    }

    @Test("L02 http is accepted for literal loopback hosts, where allowed")
    func loopback() throws {
        for url in ["http://localhost:8080/", "http://127.0.0.1/", "http://127.8.8.8:1/", "HTTP://[::1]:9/"] {
            #expect(try RequestURL(url, allowLoopbackHTTP: true).isLoopbackHost)
            #expect(throws: TransportFailure.refusedURL) { try RequestURL(url, allowLoopbackHTTP: false) }
        }
    }
}

@Suite("ResponseHead")
struct ResponseHeadTests {
    private func take(_ lines: [String], bytes: Int = 1000, fields: Int = 10) -> (ResponseHead, TransportFailure?) {
        var head = ResponseHead(maximumBytes: bytes, maximumFields: fields)
        for line in lines {
            if let failure = head.take(Array((line + "\r\n").utf8)) { return (head, failure) }
        }
        return (head, nil)
    }

    @Test("interim responses and trailers leave no fields")
    func finalResponseOnly() {
        let (head, failure) = take([
            "HTTP/1.1 103 Early Hints", "Link: </x>", "", "HTTP/1.1 200 OK", "X-A:  b \t", "x-a: c", "", "X-T: trailer",
        ])
        #expect(failure == nil)
        #expect(head.fields.map(\.name) == ["x-a", "x-a"])
        #expect(head.fields.map(\.value) == ["b", "c"])
    }

    @Test("L04 bytes count over interim responses, fields over one")
    func caps() {
        let interim = Array(repeating: ["HTTP/1.1 100 Continue", ""], count: 100).flatMap { $0 }
        #expect(take(interim).1 == .tooLarge)
        #expect(take(["HTTP/1.1 200 OK"] + (0..<10).map { "X-\($0): y" }).1 == nil)
        #expect(take(["HTTP/1.1 200 OK"] + (0..<11).map { "X-\($0): y" }).1 == .tooLarge)
        #expect(take(["HTTP/1.1 200 OK", "X: " + String(repeating: "y", count: 1000)]).1 == .tooLarge)
    }

    @Test(
        "framing that two readers could read differently is refused",
        arguments: [
            ["Content-Length: 1", "Content-Length: 2"], ["Content-Length: 1, 1"], ["Content-Length: -1"],
            ["Content-Length: +1"], ["Content-Length: 0x1"], ["Content-Length:"],
            ["Content-Length: 1", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 1"],
            ["No colon"], [": empty"], ["Space : x"], [" folded"], ["X: a\rb"], ["X: a\0b"],
        ]
    )
    func framing(_ lines: [String]) {
        #expect(take(["HTTP/1.1 200 OK"] + lines).1 == .broken)
    }
}
