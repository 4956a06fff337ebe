import Accounts
import HTTPTypes
import InternetAddress
import Testing

@testable import Web

@Suite("Cross-site guard")
struct CrossSiteGuardTests {
    static let own = "https://login.example"

    struct Case: CustomTestStringConvertible {
        let site: String?
        let origin: String?
        let allowed: Bool
        var testDescription: String { "\(site ?? "-") \(origin ?? "-") \(allowed)" }
    }

    static let cases = [
        Case(site: "same-origin", origin: own, allowed: true),
        Case(site: "same-origin", origin: nil, allowed: true),
        Case(site: "same-origin", origin: "null", allowed: true),
        Case(site: nil, origin: own, allowed: true),
        Case(site: nil, origin: nil, allowed: false),
        Case(site: nil, origin: "null", allowed: false),
        Case(site: nil, origin: "https://login.example.evil", allowed: false),
        Case(site: nil, origin: "http://login.example", allowed: false),
        Case(site: nil, origin: "https://login.example:8443", allowed: false),
        Case(site: "cross-site", origin: own, allowed: false),
        Case(site: "same-site", origin: "https://evil.login.example", allowed: false),
        Case(site: "same-site", origin: own, allowed: false),
        Case(site: "none", origin: nil, allowed: false),
        Case(site: "same-origin", origin: "https://evil.example", allowed: false),
        Case(site: "", origin: own, allowed: false),
    ]

    @Test("A14 H11 K02 only our own pages change state", arguments: cases)
    func post(_ item: Case) {
        var headers: HTTPFields = [.cookie: "a=b"]
        headers[.secFetchSite] = item.site
        headers[.origin] = item.origin
        #expect(CrossSiteGuard.allows(method: .post, headers: headers, publicOrigin: Self.own) == item.allowed)
        #expect(CrossSiteGuard.allows(method: .delete, headers: headers, publicOrigin: Self.own) == item.allowed)
    }

    @Test("A program without cookies needs no origin under /v1/; with cookies, and anywhere else, it does")
    func programs() {
        func allows(_ headers: HTTPFields, _ path: String) -> Bool {
            CrossSiteGuard.allows(method: .delete, headers: headers, publicOrigin: Self.own, path: path)
        }
        #expect(allows([.authorization: "Bearer lks_x"], "/v1/session"))
        #expect(allows([:], "/v1/session"))
        #expect(!allows([.authorization: "Bearer lks_x", .cookie: "a=b"], "/v1/session"))
        #expect(!allows([.authorization: "Basic eDp5"], "/sign-out"))
        #expect(!allows([.authorization: "Bearer lks_x"], "/v1"))
    }

    @Test("Doubled headers are refused")
    func doubled() {
        var headers = HTTPFields()
        headers[values: .origin] = [Self.own, "https://evil.example"]
        #expect(!CrossSiteGuard.allows(method: .post, headers: headers, publicOrigin: Self.own))
    }
}

@Suite("Cookies")
struct CookiesTests {
    @Test("H03 the session cookie has the __Host- name and every protecting attribute")
    func attributes() {
        let cookies = Cookies(secure: true, sessionSameSite: .lax)
        let token = SessionToken.generate()
        let line = cookies.set(token, seconds: 60)
        #expect(line == "__Host-latchkey=\(token.reveal()); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60")
        #expect(!line.contains("Domain"))
    }

    @Test("H04 the sign-in cookie stays Lax when the session cookie is Strict")
    func lax() {
        let cookies = Cookies(secure: true, sessionSameSite: .strict)
        #expect(cookies.set(SessionToken.generate(), seconds: 1).contains("SameSite=Strict"))
        #expect(cookies.set(BrowserToken.generate(), seconds: 1).contains("SameSite=Lax"))
    }

    @Test("A cookie is found among others, and not under a longer name")
    func found() {
        let cookies = Cookies(secure: false, sessionSameSite: .lax)
        let token = SessionToken.generate()
        #expect(cookies.session(in: [.cookie: "a=1; latchkey=\(token.reveal()); b=2"]) == token)
        #expect(cookies.session(in: [.cookie: "latchkey-x=\(token.reveal())"]) == nil)
        #expect(cookies.session(in: [.cookie: "xlatchkey=\(token.reveal())"]) == nil)
    }

    @Test("Two cookies of one name are none: the other may be planted by a sibling host")
    func tossed() {
        let cookies = Cookies(secure: false, sessionSameSite: .lax)
        let (mine, planted) = (SessionToken.generate(), SessionToken.generate())
        #expect(cookies.session(in: [.cookie: "latchkey=\(planted.reveal()); latchkey=\(mine.reveal())"]) == nil)
    }

    @Test("X-6 a cookie of one kind is not accepted as the other")
    func kinds() {
        let cookies = Cookies(secure: false, sessionSameSite: .lax)
        #expect(cookies.session(in: [.cookie: "latchkey=\(BrowserToken.generate().reveal())"]) == nil)
    }
}

@Suite("Client addresses")
struct ClientAddressTests {
    @Test("M09 O-2 a forwarding header of a stranger is not believed")
    func stranger() throws {
        let address = ClientAddress(trustedProxies: [])
        #expect(address.resolve(peer: "198.51.100.7", forwardedFor: ["203.0.113.9"]) == IPAddress("198.51.100.7"))
    }

    @Test("M09 behind proxies the nearest untrusted hop counts, and hearsay beyond it does not")
    func proxies() throws {
        let address = ClientAddress(trustedProxies: [try #require(AddressRange("10.0.0.0/8"))])
        #expect(address.resolve(peer: "10.0.0.1", forwardedFor: ["203.0.113.9"]) == IPAddress("203.0.113.9"))
        #expect(
            address.resolve(peer: "10.0.0.1", forwardedFor: ["1.1.1.1, 203.0.113.9", "10.2.3.4"])
                == IPAddress("203.0.113.9")
        )
        #expect(address.resolve(peer: "10.0.0.1", forwardedFor: ["junk"]) == IPAddress("10.0.0.1"))
        #expect(address.resolve(peer: "10.0.0.1", forwardedFor: []) == IPAddress("10.0.0.1"))
        #expect(address.resolve(peer: nil, forwardedFor: ["1.1.1.1"]) == nil)
    }

    @Test("Only the network of an address is kept")
    func network() {
        #expect(IPAddress("203.0.113.9")?.network == "203.0.113.0/24")
        #expect(IPAddress("2001:db8:1:2::3")?.network == "2001:db8:1::/48")
        #expect(IPAddress("::ffff:203.0.113.9")?.network == "203.0.113.0/24")
    }
}

@Suite("Route table")
struct RouteTableTests {
    @Test("Methods of a path, templates included")
    func methods() {
        let table = RouteTable(formPostProviders: ["apple"])
        table.fill([
            (.get, "/sign-in"), (.post, "/sign-in/{provider}"), (.get, "/v1/session"), (.delete, "/v1/session"),
        ])
        #expect(table.methods(for: "/sign-in") == ["GET", "HEAD"])
        #expect(table.methods(for: "/sign-in/google") == ["POST"])
        #expect(table.methods(for: "/v1/session") == ["DELETE", "GET", "HEAD"])
        #expect(table.methods(for: "/nothing").isEmpty)
    }

    @Test("B13 a cross-site POST is let through only to the callback of a provider that posts")
    func formPost() {
        let table = RouteTable(formPostProviders: ["apple"])
        #expect(table.acceptsCrossSitePost("/callback/apple"))
        #expect(!table.acceptsCrossSitePost("/callback/google"))
        #expect(!table.acceptsCrossSitePost("/callback/apple/x"))
        #expect(!table.acceptsCrossSitePost("/sign-out"))
    }
}
