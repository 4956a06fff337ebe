import Accounts
import Flows
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// `GET /v1/session` without a query, the short way: the same check, the same answer and the same records as through the
/// router (``SessionRoutes``), written straight into the bytes that are sent.
struct SessionCheckRoute: Sendable {
    /// The outcome of a check.
    typealias Found = Result<LiveSession?, FlowFailure>

    static let path = "/v1/session"
    /// Enough for the answer to most checks.
    static let usualAnswerBytes = 2_048

    private let checkSession: CheckSession
    private let cookies: Cookies
    private let permissions: RolePermissions
    private let answers: Answers
    private let metrics = RequestMetrics()
    private let succeeded: RequestMetrics.Instruments
    private let log: RequestLog
    private let date = HTTPDate()
    /// Status line and fields of the answer for a live session, as far as they are the same for all.
    private let liveHead: [UInt8]

    init(_ services: WebServices, logger: Logger) {
        checkSession = services.checkSession
        cookies = Cookies(services.settings)
        permissions = services.settings.rolePermissions
        answers = Answers(services)
        succeeded = metrics.instruments(route: Self.path, status: 200)
        log = RequestLog(logger: logger, isQuiet: true)
        var fields = Answers.jsonFields
        answers.headers.apply(to: &fields, requestID: "")
        fields[.requestID] = nil
        var head = ByteBuffer()
        head.writeHead(status: .ok, fields)
        liveHead = Array(head.readableBytesView)
    }

    /// The token of a request that can be answered here; nil sends it through the router, which says what is wrong with it
    /// or can do what this cannot: a query, a body, an older version of HTTP, the end of the connection.
    func token(in head: HTTPRequestHead) -> SessionToken? {
        guard head.method == .GET, head.version == .http1_1, head.uri == Self.path else { return nil }
        var authorization: [String] = []
        var cookieLines: [String] = []
        for (name, value) in head.headers {
            // By length first, so that most names are not looked at twice.
            switch name.utf8.count {
            case 6 where name.isField("cookie"): cookieLines.append(value)
            case 6 where name.isField("expect"): return nil
            case 7 where name.isField("upgrade"): return nil
            case 10 where name.isField("connection"):
                guard value.isField("keep-alive") else { return nil }
            case 13 where name.isField("authorization"): authorization.append(value)
            case 14 where name.isField("content-length"): return nil
            case 17 where name.isField("transfer-encoding"): return nil
            default: break
            }
        }
        return PresentedToken.session(authorization: authorization, cookieLines: cookieLines, cookies)
    }

    /// Asks Postgres; `completion` must not block.
    func check(_ token: SessionToken, then completion: @escaping @Sendable (Found) -> Void) {
        checkSession(token, then: completion)
    }

    /// Writes the whole answer, and writes it down.
    ///
    /// - Parameter isLast: whether the connection ends behind it.
    func write(_ found: Found, elapsed: TimeAmount, isLast: Bool, into buffer: inout ByteBuffer) {
        let requestID = RequestIDs.ofThisProcess.next()
        let refusal: Refusal?
        switch found {
        case .success(let session?):
            refusal = nil
            write(session, requestID: requestID, isLast: isLast, into: &buffer)
        case .success(nil):
            refusal = .unauthenticated
        case .failure(let failure):
            refusal = Refusal(failure, providerName: nil)
        }
        if let refusal { write(refusal, requestID: requestID, isLast: isLast, into: &buffer) }
        let status = refusal?.status ?? 200
        if refusal == nil {
            succeeded.record(nanoseconds: elapsed.nanoseconds)
        } else {
            metrics.record(route: Self.path, status: status, nanoseconds: elapsed.nanoseconds)
        }
        log.write(
            method: .get,
            route: Self.path,
            status: status,
            nanoseconds: elapsed.nanoseconds,
            refusal: refusal,
            requestID: requestID
        )
    }

    private func write(_ session: LiveSession, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        let body = SessionAnswer(session, permissions: permissions.permissions(of: session.user.roles))
        buffer.writeBytes(liveHead)
        IdentityHeaders.each(of: session) { buffer.writeField($0, $1) }
        finish(&buffer, body: body.bytes, requestID: requestID, isLast: isLast)
    }

    private func write(_ refusal: Refusal, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        var (fields, body) = answers.problem(refusal, requestID: requestID)
        answers.headers.apply(to: &fields, requestID: requestID)
        fields[.requestID] = nil
        buffer.writeHead(status: HTTPResponse.Status(code: refusal.status), fields)
        finish(&buffer, body: body, requestID: requestID, isLast: isLast)
    }

    private func finish(_ buffer: inout ByteBuffer, body: [UInt8], requestID: String, isLast: Bool) {
        buffer.writeField(.contentLength, String(body.count))
        buffer.writeField(.requestID, requestID)
        date.write(into: &buffer)
        if isLast { buffer.writeField(.connection, "close") }
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(body)
    }
}

extension String {
    /// Whether this is a field's name, or a token, whatever its case; the other one is in lower case.
    fileprivate func isField(_ lowercased: StaticString) -> Bool {
        lowercased.withUTF8Buffer { wanted in
            utf8.count == wanted.count
                && utf8.elementsEqual(wanted) { (0x41...0x5A).contains($0) ? $0 | 0x20 == $1 : $0 == $1 }
        }
    }
}
