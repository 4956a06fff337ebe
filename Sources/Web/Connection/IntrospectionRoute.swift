import AuthorizationServer
import HTTPTypes
import JSON
import NIOCore
import NIOHTTP1
import OAuth

/// `POST /oauth/introspect`, the short way: an app that shows its secret asks about a stored access token. The same check, the
/// same answer and the same records as through the router (``TokenRoutes``), which gets everything else.
struct IntrospectionRoute: Sendable {
    /// A question and what Postgres said.
    struct Found: Sendable {
        fileprivate let question: IntrospectionEndpoint.PlainQuestion
        fileprivate let token: Result<LiveAccessToken?, OAuthFailure>
    }

    /// A request whose end has not arrived.
    struct Arriving {
        /// As it came, for the router.
        let head: HTTPRequestHead
        fileprivate let authorization: [String]
        /// What has arrived of its body, for the router as well.
        var body = ByteBuffer()
    }

    static let path = "/oauth/introspect"
    /// Longest form that is read here, in bytes: an access token and credentials are a tenth of it. JWTs are the router's.
    static let maximumFormBytes = 4_096

    private let endpoint: IntrospectionEndpoint
    private let record: ShortRecord
    private let writer: AnswerWriter
    /// Status line and fields of every answer that is no failure.
    private let head: [UInt8]

    init(endpoint: IntrospectionEndpoint, log: RequestLog, writer: AnswerWriter) {
        self.endpoint = endpoint
        record = ShortRecord(method: .post, route: Self.path, log: log)
        self.writer = writer
        head = writer.head(status: .ok, OAuthReplies.fields(adding: Answers.jsonFields))
    }

    /// A request that may be answered here, as far as its head tells; nil sends it through the router: a page that wants to read
    /// the answer, a body of unknown length or of another kind, an older version of HTTP, the end of the connection.
    func arriving(_ head: HTTPRequestHead) -> Arriving? {
        guard head.method == .POST, head.version == .http1_1, head.uri == Self.path else { return nil }
        var authorization: [String] = []
        var (hasForm, hasLength) = (false, false)
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 6 where name.isField("expect") || name.isField("origin"): return nil
            case 7 where name.isField("upgrade"): return nil
            case 10 where name.isField("connection"):
                guard value.isField("keep-alive") else { return nil }
            case 12 where name.isField("content-type"):
                guard !hasForm, value.isField("application/x-www-form-urlencoded") else { return nil }
                hasForm = true
            case 13 where name.isField("authorization"): authorization.append(value)
            case 14 where name.isField("content-length"):
                guard let length = Int(value), (1...Self.maximumFormBytes).contains(length) else { return nil }
                hasLength = true
            case 17 where name.isField("transfer-encoding"): return nil
            default: break
            }
        }
        return hasForm && hasLength ? Arriving(head: head, authorization: authorization) : nil
    }

    /// The question of a request that has arrived; nil when the router has to answer it.
    func question(_ request: Arriving) -> IntrospectionEndpoint.PlainQuestion? {
        guard let form = try? FormURLEncoded.parse(Array(request.body.readableBytesView)).omittingEmpty() else {
            return nil
        }
        return endpoint.plainQuestion(authorization: request.authorization, form: form)
    }

    /// Asks Postgres; `completion` must not block.
    func ask(_ question: IntrospectionEndpoint.PlainQuestion, then completion: @escaping @Sendable (Found) -> Void) {
        endpoint.find(question) { completion(Found(question: question, token: $0)) }
    }

    /// Writes the whole answer.
    ///
    /// - Parameter isLast: whether the connection ends behind it.
    func write(_ found: Found, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        let body: [UInt8]
        switch found.token {
        case .success(let token):
            buffer.writeBytes(head)
            body = JSONValue.object(endpoint.answer(token, to: found.question)).serializedBytes()
        case .failure(let failure):
            let refusal = OAuthReplies.refusal(failure)
            buffer.writeBytes(writer.head(status: refusal.status, OAuthReplies.fields(adding: refusal.fields)))
            body = refusal.body
        }
        writer.finish(&buffer, body: body, requestID: requestID, isLast: isLast)
    }

    /// Writes down that there was an answer.
    func record(_ found: Found, elapsed: TimeAmount, requestID: String) {
        var status = 200
        if case .failure(let failure) = found.token { status = OAuthReplies.status(failure.code) }
        record.write(status: status, refusal: nil, elapsed: elapsed, requestID: requestID)
    }
}
