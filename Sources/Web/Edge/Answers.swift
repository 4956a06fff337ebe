import Accounts
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

    /// A JSON answer.
    func json(_ text: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: Self.jsonFields, body: .init(byteBuffer: ByteBuffer(bytes: text)))
    }

    private static let jsonFields: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]

    /// A refusal, as whatever the caller can read.
    func render(_ refusal: Refusal, for request: Request, requestID: String) -> Response {
        var response =
            wantsPage(request) ? page(for: refusal, requestID: requestID) : problem(refusal, requestID: requestID)
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
        if !refusal.allow.isEmpty { response.headers[.allow] = refusal.allow.joined(separator: ", ") }
        if refusal.status == 401 && !wantsPage(request) { response.headers[.wwwAuthenticate] = "Bearer" }
        // Nothing of a failed callback may travel on in a Referer (B12).
        if request.uri.path.hasPrefix("/callback/") { response.headers[.referrerPolicy] = "no-referrer" }
        return response
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

    private func problem(_ refusal: Refusal, requestID: String) -> Response {
        var members: [(String, JSONValue)] = [
            ("type", .string("urn:latchkey:error:" + refusal.code)),
            ("code", .string(refusal.code)),
            ("title", .string(refusal.sentence)),
            ("status", .number(JSONNumber(Int64(refusal.status)))),
            ("request_id", .string(requestID)),
        ]
        if !refusal.details.isEmpty { members.append(("details", .array(refusal.details.map { .string($0) }))) }
        let body = JSONValue.object(JSONObject(members))
        var response = json(body.serializedBytes(), status: HTTPResponse.Status(code: refusal.status))
        response.headers[.contentType] = "application/problem+json"
        return response
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

    /// The page of a decision that starts no session.
    func stopped(_ stop: StoppedSignIn, at button: WebServices.Button, requestID: String) -> Response {
        let since = stop.since.map { PageTime(unixSeconds: $0.seconds).readableForm } ?? ""
        let page = MessagePage(
            kind: stop.isWaiting ? .waiting : .refused,
            title: stop.title,
            sentence: stop.sentence.replacing("{provider}", with: button.name).replacing("{since}", with: since),
            nextSteps: Self.links(after: stop.nextStep, linking: stop.isLinking, with: button)
                + (stop.offersMerge ? [Self.merge] : []),
            requestID: requestID
        )
        return self.page(.message(page), status: HTTPResponse.Status(code: stop.status))
    }

    private static let merge = MessagePage.NextStep(
        label: "Both are mine: merge them",
        target: .link(FormPath.merge)
    )

    /// Links for what a linking decision offers next: each leads to where it can be done.
    static func links(
        after step: Accounts.NextStep?,
        linking: Bool,
        with button: WebServices.Button
    ) -> [MessagePage.NextStep] {
        let signIn = MessagePage.NextStep(label: "Sign in another way", target: .link("/sign-in"), primary: true)
        let account = MessagePage.NextStep(label: "Back to your account", target: .link(FormPath.account))
        let again = MessagePage.NextStep(
            label: linking ? "Add \(button.name) again" : "Sign in with \(button.name) again",
            target: .post(
                action: (linking ? "/account/link/" : "/sign-in/") + button.id.description,
                returnTo: linking ? FormPath.account : nil
            ),
            primary: true
        )
        switch step {
        case .unlinkThere:
            // To the account it belongs to; there it can be unlinked.
            return [
                MessagePage.NextStep(
                    label: "Sign in with \(button.name)",
                    target: .post(action: "/sign-in/\(button.id)", returnTo: FormPath.account),
                    primary: true
                ), account,
            ]
        case .confirmItIsYou:
            let target = FormPath.confirmIdentity + "?" + FormURLEncoded.encode([("return_to", FormPath.account)])
            return [
                MessagePage.NextStep(label: "Confirm that it is you", target: .link(target), primary: true), account,
            ]
        case .allowAgain where linking:
            return [MessagePage.NextStep(label: "Go to your account", target: .link(FormPath.account), primary: true)]
        case .verifyAddressThere, .shareAddress, .startAgain:
            return [again, linking ? account : MessagePage.NextStep(label: signIn.label, target: signIn.target)]
        case .signInAgain:
            let target = "/sign-in?" + FormURLEncoded.encode([("return_to", FormPath.account)])
            return [MessagePage.NextStep(label: "Sign in again", target: .link(target), primary: true)]
        case .waitForAdministrator, .askForInvitation, .contactAdministrator, .proveOwnership, .enterMailedCode,
            .signInAnotherWay, .allowAgain, .chooseAnotherWay, nil:
            return linking
                ? [MessagePage.NextStep(label: "Go to your account", target: .link(FormPath.account), primary: true)]
                : [signIn]
        }
    }
}
