import Flows
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The outermost layer: turns every error into a page or a problem, adds the headers of every answer, writes the request
/// log and the request metrics. Nothing below it needs to answer twice, and nothing gets past it as an empty 500.
struct EdgeMiddleware: RouterMiddleware {
    let answers: Answers
    let headers: SecurityHeaders
    let metrics: RequestMetrics
    let routes: RouteTable
    let publicOrigin: String
    let maximumTargetBytes = 16_384

    func handle(
        _ request: Request,
        context: RequestScope,
        next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var refusal: Refusal?
        var response: Response
        do {
            try admit(request)
            response = try await next(request, context)
        } catch {
            let found = self.refusal(for: error, request: request, logger: context.logger)
            refusal = found
            response = answers.render(found, for: request, requestID: context.requestID)
        }
        headers.apply(to: &response.headers, requestID: context.requestID)
        let elapsed = (ContinuousClock.now - started).wholeNanoseconds
        let route = context.endpointPath ?? "none"
        metrics.record(route: route, status: response.status.code, nanoseconds: elapsed)
        RequestLog(logger: context.logger, isQuiet: routes.isQuiet(route)).write(
            method: request.method,
            route: route,
            status: response.status.code,
            nanoseconds: elapsed,
            refusal: refusal,
            requestID: context.requestID
        )
        return response
    }

    /// What no handler should have to check.
    private func admit(_ request: Request) throws(Refusal) {
        guard (request.head.path ?? "").utf8.count <= maximumTargetBytes else { throw .tooLarge }
        let isParkedCallback = request.method == .post && routes.acceptsCrossSitePost(request.uri.path)
        guard
            isParkedCallback
                || CrossSiteGuard.allows(
                    method: request.method,
                    headers: request.headers,
                    publicOrigin: publicOrigin,
                    path: request.uri.path
                )
        else { throw .crossSite }
    }

    private func refusal(for error: any Error, request: Request, logger: Logger) -> Refusal {
        switch error {
        case let refusal as Refusal:
            return refusal
        case let failure as HTTPError where failure.status == .notFound:
            let allow = routes.methods(for: request.uri.path)
            return allow.isEmpty ? .notFound : .methodNotAllowed(allow)
        case let failure as HTTPError where failure.status == .contentTooLarge:
            return .tooLarge
        case let failure as HTTPError where (400..<500).contains(failure.status.code):
            return .malformed
        case is NIOTooManyBytesError:
            return .tooLarge
        case is CancellationError:
            return .timedOut
        default:
            // The type only: an error's text may quote what it choked on.
            logger.error("unexpected error", metadata: ["error_type": "\(type(of: error))"])
            return .internalError
        }
    }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
