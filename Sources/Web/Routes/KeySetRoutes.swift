import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /oauth/jwks`: the public halves of the signing keys, next, current and previous (RFC 7517 section 5). From memory: it
/// answers while the database is away.
struct KeySetRoutes: Sendable {
    let keys: LiveSigningKeys

    func register(on router: Router<RequestScope>) {
        router.get("/oauth/jwks") { request, _ in
            guard let publication = keys.publication else {
                let code = FlowCode.storeUnavailable
                throw Refusal(code.status, code.rawValue, code.sentence, retryAfter: 2)
            }
            var headers: HTTPFields = [
                .eTag: publication.entityTag,
                .cacheControl: publication.cacheFor.map { "public, max-age=\($0)" } ?? "no-cache",
                // Public, and for apps that run in a browser as well.
                .accessControlAllowOrigin: "*",
            ]
            if Self.matches(request.headers[.ifNoneMatch], publication.entityTag) {
                return Response(status: .notModified, headers: headers)
            }
            headers[.contentType] = "application/json"
            return Response(
                status: .ok,
                headers: headers,
                body: .init(byteBuffer: ByteBuffer(bytes: publication.document))
            )
        }
    }

    /// RFC 9110 section 13.1.2: any of a list, compared weakly.
    private static func matches(_ field: String?, _ entityTag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { part in
            let tag = part.trimmingPrefix { $0 == " " }
            let end = tag.prefix { $0 != " " }
            return end == "*" || end == entityTag || end == "W/" + entityTag
        }
    }
}
