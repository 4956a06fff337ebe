import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import OAuth

/// Makes responses: pages for people, JSON and problems (RFC 9457) for programs.
struct Answers: Sendable {
    let pages: Pages
    let headers: SecurityHeaders
    /// Where people reach whoever runs the service, if anybody said so.
    let contact: String?

    init(pages: Pages, headers: SecurityHeaders, contact: String?) {
        self.pages = pages
        self.headers = headers
        self.contact = contact
    }

    /// Those of an installation.
    init(_ services: WebServices) {
        self.init(
            pages: services.pages,
            headers: SecurityHeaders(
                https: services.settings.isSecure,
                formTargets: services.settings.formTargets,
                apps: services.authorizationServer.clients
            ),
            contact: services.settings.contact
        )
    }

    /// A page that is never stored by anybody.
    func page(_ page: Page, status: HTTPResponse.Status = .ok) -> Response {
        var fields: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers.applyPagePolicy(to: &fields)
        return Response(
            status: status,
            headers: fields,
            body: .init(byteBuffer: ByteBuffer(string: pages.render(page)))
        )
    }

    /// 303, so that a POST is never repeated at the target (RFC 9700 §4.12).
    func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }

    /// A page that goes on by itself: from it on the navigation is our own, and no longer one that another site began.
    func passOn(to target: String, saying words: String) -> Response {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .refresh: "0; url=\(target)",
        ]
        headers.applyPagePolicy(to: &fields)
        let text = "<!DOCTYPE html>\n<html lang=\"en\"><title>\(words)</title><p>\(words)</p></html>\n"
        return Response(status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A JSON answer.
    func json(_ text: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: Self.jsonFields, body: .init(byteBuffer: ByteBuffer(bytes: text)))
    }

    /// Of every JSON answer.
    static let jsonFields: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]

    /// A refusal, as whatever the caller can read.
    func render(_ refusal: Refusal, for request: Request, requestID: String) -> Response {
        var response: Response
        if wantsPage(request) {
            response = page(for: refusal, requestID: requestID)
            addFields(of: refusal, to: &response.headers)
        } else {
            let (fields, body) = problem(refusal, requestID: requestID)
            response = Response(
                status: HTTPResponse.Status(code: refusal.status),
                headers: fields,
                body: .init(byteBuffer: ByteBuffer(bytes: body))
            )
        }
        // Nothing of a failed callback may travel on in a Referer (B12).
        if request.uri.path.hasPrefix("/callback/") { response.headers[.referrerPolicy] = "no-referrer" }
        return response
    }

    private func addFields(of refusal: Refusal, to fields: inout HTTPFields) {
        if let seconds = refusal.retryAfter { fields[.retryAfter] = String(seconds) }
        if !refusal.allow.isEmpty { fields[.allow] = refusal.allow.joined(separator: ", ") }
        if let target = refusal.signIn { fields[.latchkeySignIn] = target }
    }

    private func wantsPage(_ request: Request) -> Bool {
        let path = request.uri.path
        let isForPeople =
            path.hasPrefix("/oauth/authorize") || path == AuthorizeRoutes.consentPath || path == "/oauth/logout"
        guard isForPeople || !path.hasPrefix("/v1/") && !path.hasPrefix("/oauth/") && !path.hasPrefix("/admin/") else {
            return false
        }
        guard let accept = request.headers[.accept] else { return true }
        return accept.contains("text/html") || accept.contains("*/*")
    }

    private func page(for refusal: Refusal, requestID: String) -> Response {
        page(
            .message(
                MessagePage(
                    kind: refusal.status >= 500 ? .error : .refused,
                    title: Self.title(refusal),
                    sentence: refusal.sentence,
                    nextSteps: Self.links(refusal.nextStep),
                    requestID: requestID
                )
            ),
            status: HTTPResponse.Status(code: refusal.status)
        )
    }

    /// A refusal for programs (RFC 9457): its fields and its body.
    func problem(_ refusal: Refusal, requestID: String) -> (fields: HTTPFields, body: [UInt8]) {
        var members: [(String, JSONValue)] = [
            ("type", .string("urn:latchkey:error:" + refusal.code)),
            ("code", .string(refusal.code)),
            ("title", .string(refusal.sentence)),
            ("status", .number(JSONNumber(Int64(refusal.status)))),
            ("request_id", .string(requestID)),
        ]
        if !refusal.details.isEmpty { members.append(("details", .array(refusal.details.map { .string($0) }))) }
        if let target = refusal.signIn { members.append(("sign_in", .string(target))) }
        var fields = Self.jsonFields
        fields[.contentType] = "application/problem+json"
        addFields(of: refusal, to: &fields)
        if refusal.status == 401 { fields[.wwwAuthenticate] = "Bearer" + (refusal.challenge.map { " " + $0 } ?? "") }
        return (fields, JSONValue.object(JSONObject(members)).serializedBytes())
    }

    private static func title(_ refusal: Refusal) -> String {
        switch refusal.status {
        case 404: "Not found"
        case 401: "Sign in first"
        case 429, 503: "Try again in a moment"
        case 500...: "That did not work"
        default: refusal.code == "access_denied" ? "Sign-in cancelled" : "That did not work"
        }
    }

    /// Links for a next step; every page has at least one that leads somewhere.
    static func links(_ step: WayForward?) -> [MessagePage.NextStep] {
        switch step {
        case .signInAgain:
            [.init(label: "Sign in again", target: .link("/sign-in"), primary: true)]
        case .chooseAnotherWay:
            [.init(label: "Choose another way to sign in", target: .link("/sign-in"), primary: true)]
        case .waitAndSignInAgain:
            [.init(label: "Try again", target: .link("/sign-in"), primary: true)]
        case .openAccount, nil:
            [.init(label: "Go to your account", target: .link("/account"), primary: true)]
        case .resetPassword:
            [
                .init(label: "Back to signing in", target: .link("/sign-in"), primary: true),
                .init(label: "Ask for a new password", target: .link(FormPath.reset), primary: false),
            ]
        case .confirmLink:
            [.init(label: "Try another way", target: .link(FormPath.confirmLink), primary: true)]
        case .signUp:
            [.init(label: "Sign up", target: .link(FormPath.signUp), primary: true)]
        }
    }
}
