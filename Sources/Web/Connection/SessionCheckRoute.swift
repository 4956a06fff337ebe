import Accounts
import Flows
import HTTPTypes
import NIOCore
import NIOHTTP1

/// `GET /v1/session` without a query, the short way: the same check, the same answer and the same records as through the
/// router (``SessionRoutes``), written straight into the bytes that are sent.
struct SessionCheckRoute: Sendable {
    /// The outcome of a check.
    typealias Found = Result<LiveSession?, FlowFailure>

    static let path = "/v1/session"

    private let checkSession: CheckSession
    private let cookies: Cookies
    private let permissions: RolePermissions
    private let answers: Answers
    private let record: ShortRecord
    private let writer: AnswerWriter
    /// Status line and fields of the answer for a live session, as far as they are the same for all.
    private let liveHead: [UInt8]

    init(_ services: WebServices, answers: Answers, log: RequestLog, writer: AnswerWriter) {
        checkSession = services.checkSession
        cookies = Cookies(services.settings)
        permissions = services.settings.rolePermissions
        self.answers = answers
        record = ShortRecord(method: .get, route: Self.path, log: log)
        self.writer = writer
        liveHead = writer.head(status: .ok, Answers.jsonFields)
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

    /// Writes the whole answer.
    ///
    /// - Parameter isLast: whether the connection ends behind it.
    func write(_ found: Found, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        if case .success(let session?) = found {
            write(session, requestID: requestID, isLast: isLast, into: &buffer)
        } else if let refusal = Self.refusal(found) {
            write(refusal, requestID: requestID, isLast: isLast, into: &buffer)
        }
    }

    /// Writes down that there was an answer.
    func record(_ found: Found, elapsed: TimeAmount, requestID: String) {
        let refusal = Self.refusal(found)
        record.write(status: refusal?.status ?? 200, refusal: refusal, elapsed: elapsed, requestID: requestID)
    }

    private static func refusal(_ found: Found) -> Refusal? {
        switch found {
        case .success(.some): nil
        case .success(nil): .unauthenticated
        case .failure(let failure): Refusal(failure, providerName: nil)
        }
    }

    private func write(_ session: LiveSession, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        let body = SessionAnswer(session, permissions: permissions.permissions(of: session.user.roles))
        buffer.writeBytes(liveHead)
        IdentityHeaders.each(of: session) { buffer.writeField($0, $1) }
        writer.finish(&buffer, body: body.bytes, requestID: requestID, isLast: isLast)
    }

    private func write(_ refusal: Refusal, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        let (fields, body) = answers.problem(refusal, requestID: requestID)
        buffer.writeBytes(writer.head(status: HTTPResponse.Status(code: refusal.status), fields))
        writer.finish(&buffer, body: body, requestID: requestID, isLast: isLast)
    }
}
