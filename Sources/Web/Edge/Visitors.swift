import Accounts
import Flows
import HTTPTypes
import Hummingbird
import InternetAddress

/// Tells who sends a request.
struct Visitors: Sendable {
    let cookies: Cookies
    let clientAddress: ClientAddress

    /// The visitor. Below `/v1/` a bearer counts before the cookie, and `flow` stands for the browser's secret of a program
    /// that keeps no cookies.
    func visitor(_ request: Request, _ context: RequestScope, flow: String? = nil) -> Visitor {
        let address = address(request, context)
        let isProgram = request.uri.path.hasPrefix("/v1/")
        return Visitor(
            browser: isProgram
                ? flow.flatMap { BrowserToken($0) } ?? cookies.browser(in: request.headers)
                : cookies.browser(in: request.headers),
            session: isProgram
                ? PresentedToken.session(in: request.headers, cookies)
                : cookies.session(in: request.headers),
            knownDevice: cookies.device(in: request.headers),
            isProgram: isProgram && request.headers[.origin] == nil && request.headers[.cookie] == nil,
            device: Device(userAgent: request.headers[.userAgent], network: address?.network),
            client: address?.client ?? "unknown",
            requestID: context.requestID
        )
    }

    /// The client's address, through trusted proxies only (O-2).
    func address(_ request: Request, _ context: RequestScope) -> IPAddress? {
        clientAddress.resolve(peer: context.peerAddress, forwardedFor: request.headers[values: .forwardedFor])
    }
}

extension IPAddress {
    /// Whom limits count: the whole of an IPv4 address, the /64 of an IPv6 address, which is what one customer gets (O-1).
    var client: String {
        switch self {
        case .v4(let number): "v4:" + String(number, radix: 16)
        case .v6(let number): "v6:" + String(UInt64(truncatingIfNeeded: number >> 64), radix: 16)
        }
    }
}

/// The session token that a request presents.
enum PresentedToken {
    /// A bearer (RFC 6750 §2.1) if an `Authorization` header came, else the cookie: never both, never the query (F01).
    static func session(in headers: HTTPFields, _ cookies: Cookies) -> SessionToken? {
        session(authorization: headers[values: .authorization], cookieLines: headers[values: .cookie], cookies)
    }

    /// The same, from the values of the two fields.
    static func session(authorization: [String], cookieLines: [String], _ cookies: Cookies) -> SessionToken? {
        guard !authorization.isEmpty else { return cookies.session(inLines: cookieLines) }
        return bearer(authorization).flatMap { SessionToken($0) }
    }

    /// What the one `Authorization` header carries under the scheme `Bearer`; nil when there is none, or another, or two.
    static func bearer(in headers: HTTPFields) -> String? {
        bearer(headers[values: .authorization])
    }

    private static func bearer(_ authorization: [String]) -> String? {
        guard authorization.count == 1, let value = authorization.first else { return nil }
        let scheme = value.utf8.prefix(7)
        guard value.utf8.count > 7, scheme.last == UInt8(ascii: " "),
            scheme.elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        return String(Substring(value.utf8.dropFirst(7)))
    }
}
