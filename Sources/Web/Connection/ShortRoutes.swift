import Accounts
import AuthorizationServer
import Logging
import NIOCore
import NIOHTTP1

/// What is answered ahead of the router: what sits on every request of the apps behind this service.
struct ShortRoutes: Sendable {
    /// A request that is arriving.
    enum Request {
        case session(SessionToken)
        case introspection(IntrospectionRoute.Arriving)
    }

    /// A request that has arrived.
    enum Question: Sendable {
        case session(SessionToken)
        case introspection(IntrospectionEndpoint.PlainQuestion)
    }

    /// What Postgres said.
    enum Found: Sendable {
        case session(SessionCheckRoute.Found)
        case introspection(IntrospectionRoute.Found)
    }

    private let sessions: SessionCheckRoute
    private let introspections: IntrospectionRoute

    init(_ services: WebServices, logger: Logger) {
        let answers = Answers(services)
        let writer = AnswerWriter(headers: answers.headers)
        let log = RequestLog(logger: logger, isQuiet: true)
        sessions = SessionCheckRoute(services, answers: answers, log: log, writer: writer)
        introspections = IntrospectionRoute(
            endpoint: services.authorizationServer.introspection,
            log: log,
            writer: writer
        )
    }

    /// What is being asked; nil sends the request through the router.
    func request(_ head: HTTPRequestHead) -> Request? {
        switch head.method {
        case .GET: sessions.token(in: head).map { .session($0) }
        case .POST: introspections.arriving(head).map { .introspection($0) }
        default: nil
        }
    }

    /// What is asked; nil when the router has to answer it.
    func question(_ request: Request) -> Question? {
        switch request {
        case .session(let token): .session(token)
        case .introspection(let arrived): introspections.question(arrived).map { .introspection($0) }
        }
    }

    /// Asks Postgres; `completion` must not block.
    func ask(_ question: Question, then completion: @escaping @Sendable (Found) -> Void) {
        switch question {
        case .session(let token): sessions.check(token) { completion(.session($0)) }
        case .introspection(let question): introspections.ask(question) { completion(.introspection($0)) }
        }
    }

    /// Writes the whole answer.
    ///
    /// - Parameter isLast: whether the connection ends behind it.
    func write(_ found: Found, requestID: String, isLast: Bool, into buffer: inout ByteBuffer) {
        switch found {
        case .session(let found): sessions.write(found, requestID: requestID, isLast: isLast, into: &buffer)
        case .introspection(let found): introspections.write(found, requestID: requestID, isLast: isLast, into: &buffer)
        }
    }

    /// Writes down that there was an answer, whether or not anybody is left to get it.
    func record(_ found: Found, elapsed: TimeAmount, requestID: String) {
        switch found {
        case .session(let found): sessions.record(found, elapsed: elapsed, requestID: requestID)
        case .introspection(let found): introspections.record(found, elapsed: elapsed, requestID: requestID)
        }
    }
}
