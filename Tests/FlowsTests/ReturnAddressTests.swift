import Testing

@testable import Flows

@Suite("Return addresses")
struct ReturnAddressTests {
    static let refused = [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example",
        "/%2f%2fevil.example", "/%2F%2Fevil", "/%5cevil.example", "/a//evil", "/a/%2e%2e//evil", "/../evil", "/a/./b",
        "/%2e%2e/x", "http:///evil", "javascript:alert(1)", "/\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:a", "/a\tb",
        " /account",
        "", "account", "?x", "/a#b", "/\u{FF0F}evil", "/a\u{0}", "https://user@localhost:8080/", "/%252f%252fevil",
        "///evil.example", "/%00", "https://registered.example/welcome/", "https://registered.example/Welcome",
        "https://registered.example\u{3002}evil/welcome",
    ]

    @Test("A13 F-8 nothing that could lead to another origin is a return address", arguments: refused)
    func refuses(_ text: String) {
        #expect(ReturnAddress(text, registered: ["https://registered.example/welcome"]) == nil)
    }

    @Test(
        "Paths of this origin and registered URLs are return addresses, unchanged",
        arguments: ["/", "/account", "/a/b?next=//x", "/a?b=%2F", "/caf%C3%A9", "https://registered.example/welcome"]
    )
    func accepts(_ text: String) {
        #expect(ReturnAddress(text, registered: ["https://registered.example/welcome"])?.value == text)
    }

    @Test("Over-long addresses are refused")
    func overlong() {
        #expect(ReturnAddress("/" + String(repeating: "a", count: 4095), registered: []) != nil)
        #expect(ReturnAddress("/" + String(repeating: "a", count: 4096), registered: []) == nil)
    }

    @Test("A13 a page of a registered origin, and nothing that only begins like one")
    func origins() {
        let registered = RegisteredAddresses(urls: [], origins: ["https://app.example:8443"])
        for text in ["https://app.example:8443/", "https://app.example:8443/a//b?c=/d", "https://app.example:8443/#x"] {
            #expect(ReturnAddress(text, registered: registered)?.value == text)
        }
        for text in [
            "https://app.example:8443", "https://app.example:84430/", "https://app.example:8443@evil/",
            "https://app.example/",
            "http://app.example:8443/", "https://app.example:8443.evil/", "https://app.example:8443/\\evil",
            "https://APP.example:8443/", "https://app.example:8443/a b", "javascript://app.example:8443/",
        ] {
            #expect(ReturnAddress(text, registered: registered) == nil, "\(text)")
        }
    }
}
