import NIOCore

/// The three requests of a sign-in, as bytes.
struct SignInScript: Sendable {
    private let begin: String
    private let callbackPrefix: String

    /// - Parameter origin: the node's `public_url`: its forms come from there, and callbacks lead there.
    init(provider: String, origin: String) {
        begin =
            "POST /sign-in/\(provider) HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: \(origin)\r\nSec-Fetch-Site: same-origin\r\n"
            + "User-Agent: bench-load\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n"
        callbackPrefix = origin + "/callback/"
    }

    /// The button on the sign-in page.
    func beginning() -> ByteBuffer { ByteBuffer(string: begin) }

    /// What the browser then asks the provider; the stand-in takes the person from the header instead of showing a page.
    func authorization(_ location: String, person: String) -> ByteBuffer? {
        guard let target = Self.target(of: location) else { return nil }
        return ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nMock-Person: \(person)\r\n\r\n")
    }

    /// The way back.
    func callback(_ location: String, cookie: String) -> ByteBuffer? {
        guard location.hasPrefix(callbackPrefix), let target = Self.target(of: location) else { return nil }
        return ByteBuffer(
            string: "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench-load\r\nCookie: \(cookie)\r\n\r\n"
        )
    }

    /// Name and value of a `Set-Cookie`, without its attributes.
    static func cookie(in field: String) -> String { String(field.prefix { $0 != ";" }) }

    /// What tells the node that it knows this browser.
    static func device(in answer: HTTPAnswer) -> String? {
        answer.values(of: "set-cookie").first { $0.contains("latchkey-device=") }.map(cookie)
    }

    /// Path and query of an absolute URL.
    private static func target(of url: String) -> Substring? {
        guard let scheme = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = url[scheme...].dropFirst(3)
        guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return rest[slash...]
    }
}
