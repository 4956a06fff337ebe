import AuthorizationServer
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import OAuth

/// How the endpoints for apps answer: in the RFCs' own shape (RFC 6749 §5.2), never stored by anybody (J12).
struct OAuthReplies: Sendable {
    let answers: Answers
    let forms: Forms
    let origins: BrowserAppOrigins

    /// Runs an endpoint over a form and answers with what it says.
    func reply(
        to request: Request,
        _ endpoint: (_ authorization: [String], _ form: FormParameters) async throws(OAuthFailure) -> JSONObject?
    ) async throws -> Response {
        var response: Response
        do {
            let form = try await forms.read(request).omittingEmpty()
            let members = try await endpoint(request.headers[values: .authorization], form)
            response =
                members.map { answers.json(JSONValue.object($0).serializedBytes()) }
                ?? Response(status: .ok, headers: [.cacheControl: "no-store"])
        } catch let failure as OAuthFailure {
            response = self.failure(failure)
        } catch let refusal as Refusal {
            response = failure(OAuthFailure(.invalidRequest, "the form cannot be read"), status: refusal.status)
        }
        response.headers = Self.fields(adding: response.headers)
        origins.allow(request, &response)
        return response
    }

    /// An answer's own fields and those of every answer here, for a reader that is no page of an app.
    static func fields(adding own: HTTPFields) -> HTTPFields {
        var fields = own
        fields[.pragma] = "no-cache"
        fields[.vary] = "Origin"
        return fields
    }

    /// An error (RFC 6749 §5.2, RFC 6750 §3).
    func failure(_ failure: OAuthFailure, status: Int? = nil) -> Response {
        let (usual, fields, body) = Self.refusal(failure)
        return Response(
            status: status.map { HTTPResponse.Status(code: $0) } ?? usual,
            headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    /// The same in parts.
    static func refusal(_ failure: OAuthFailure) -> (status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        var members = JSONObject([
            ("error", .string(failure.code.rawValue)), ("error_description", .string(failure.description)),
        ])
        members["reason"] = failure.reason.map { .string($0) }
        members["interaction_uri"] = failure.interactionURI.map { .string($0) }
        var fields = Answers.jsonFields
        switch failure.code {
        case .invalidClient: fields[.wwwAuthenticate] = #"Basic realm="latchkey", charset="UTF-8""#
        case .invalidToken, .insufficientScope:
            fields[.wwwAuthenticate] =
                #"Bearer error="\#(failure.code.rawValue)", error_description="\#(failure.description)""#
        default: break
        }
        fields[.retryAfter] = failure.retryAfter.map { String($0) }
        return (
            HTTPResponse.Status(code: status(failure.code)), fields, JSONValue.object(members).serializedBytes()
        )
    }

    static func status(_ code: OAuthFailure.Code) -> Int {
        switch code {
        case .invalidClient, .invalidToken: 401
        case .insufficientScope: 403
        case .tooManyAttempts: 429
        case .serverError: 500
        case .temporarilyUnavailable: 503
        default: 400
        }
    }
}

extension HTTPField.Name {
    // Both are tokens (RFC 9110 §5.6.2), so the initialiser cannot fail; the fallback is never used.
    static let pragma = HTTPField.Name("Pragma") ?? .cacheControl
}

/// Pages of apps that live in a browser may read the endpoints' answers; without credentials, because cookies mean nothing there
/// (H12).
struct BrowserAppOrigins: Sendable {
    let clients: ClientRegistry

    func allow(_ request: Request, _ response: inout Response) {
        response.headers[.vary] = "Origin"
        let sent = request.headers[values: .origin]
        guard sent.count == 1, let origin = sent.first, clients.addresses.browserOrigins.contains(origin) else {
            return
        }
        response.headers[.accessControlAllowOrigin] = origin
    }

    /// The answer to a preflight (Fetch §4.8): what an app's page may send.
    func preflight(_ request: Request) -> Response {
        var response = Response(status: .noContent)
        allow(request, &response)
        if response.headers[.accessControlAllowOrigin] != nil {
            response.headers[.accessControlAllowMethods] = "GET, POST"
            response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type"
            response.headers[.accessControlMaxAge] = "600"
        }
        return response
    }
}
