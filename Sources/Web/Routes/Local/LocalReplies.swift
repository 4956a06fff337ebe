import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// How the flows of local accounts are answered: a page and cookies for a browser, JSON for a program.
struct LocalReplies: Sendable {
    let services: WebServices
    let local: LocalAccounts
    let cookies: Cookies
    let answers: Answers
    let forms: Forms
    let visitors: Visitors

    /// Whether the request came through the JSON interface.
    func isProgram(_ request: Request) -> Bool { request.uri.path.hasPrefix("/v1/") }

    /// Registers one handler for a page's form and for the JSON interface.
    func post(
        _ path: String,
        on router: Router<RequestScope>,
        _ handler: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) {
        router.post(RouterPath(path)) { request, context in try await handler(request, context) }
        router.post(RouterPath("/v1" + path)) { request, context in try await handler(request, context) }
    }

    /// One parameter of the query.
    func query(_ name: String, of request: Request) throws(Refusal) -> String? {
        do {
            return try FormURLEncoded.parse(request.uri.query ?? "")[name]
        } catch {
            throw .malformed
        }
    }

    /// The token of a mailed link; a text that is none is a used link as far as anybody is told.
    func proof(_ text: String?, _ link: MailedLink) throws(Refusal) -> ProofToken {
        guard let token = text.flatMap({ ProofToken($0) }) else {
            throw Refusal(link.unusable(.checkProof, detail: "malformed"), providerName: nil)
        }
        return token
    }

    /// Where to go afterwards: what was asked for, if it is allowed, else the usual place.
    func returnAddress(_ wanted: String?, fallback: String? = nil) throws(Refusal) -> String {
        guard let wanted else { return fallback ?? services.settings.defaultReturnAddress }
        guard let address = ReturnAddress(wanted, registered: services.settings.returnAddresses) else {
            throw .returnAddressRefused
        }
        return address.value
    }

    /// A form again, with what was wrong; a program gets the problem itself.
    func again(
        _ failure: FlowFailure,
        for request: Request,
        _ page: (FormFault) -> FormPage,
        field: (FlowCode) -> String? = { _ in nil }
    ) throws(Refusal) -> Response {
        let refusal = Refusal(failure, providerName: nil)
        // Nothing that typing again could mend, or no page to type in: the refusal itself.
        guard !isProgram(request), Self.isMendable(failure.code) else { throw refusal }
        var response = answers.page(
            .form(page(FormFault(refusal.sentence, field: field(failure.code)))),
            status: HTTPResponse.Status(code: refusal.status)
        )
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    static func isMendable(_ code: FlowCode) -> Bool {
        switch code {
        case .invalidAddress, .passwordRefused, .wrongCredentials, .wrongPassword, .wrongCode, .tooManyAttempts,
            .overloaded, .otherLinkWaits:
            true
        default: false
        }
    }

    /// The answer to a sign-in that worked. A browser gets cookies; a program, which sends neither `Origin` nor cookies, gets
    /// the tokens.
    func signedIn(_ signedIn: SignedIn, for request: Request, returnTo: String) -> Response {
        let settings = services.settings
        let seconds = settings.lifetime.absoluteTimeout.components.seconds
        let setCookies = [cookies.set(signedIn.token, seconds: seconds), cookies.set(signedIn.device)]
        if isProgram(request) {
            var members: [(String, JSONValue)] = [
                ("second_factor_required", .bool(signedIn.awaitsSecondFactor)), ("return_to", .string(returnTo)),
            ]
            let isBrowser = request.headers[.origin] != nil || request.headers[.cookie] != nil
            if !isBrowser { members.append(("session_token", .string(signedIn.token.reveal()))) }
            var response = answers.json(JSONValue.object(JSONObject(members)).serializedBytes())
            if isBrowser { response.headers[values: .setCookie] = setCookies }
            return response
        }
        let target =
            signedIn.awaitsSecondFactor
            ? FormPath.secondFactor + "?" + FormURLEncoded.encode([("return_to", returnTo)])
            : signedIn.switched ? SignedInRoutes.path(to: returnTo, switched: true) : returnTo
        var response = answers.seeOther(target)
        response.headers[values: .setCookie] = setCookies
        return response
    }

    /// The answer to a change on the account page: back there, with the session's new token.
    func changed(_ token: SessionToken?, for request: Request, done: String) -> Response {
        let seconds = services.settings.lifetime.absoluteTimeout.components.seconds
        if isProgram(request) {
            let isBearer = request.headers[.authorization] != nil
            var members: [(String, JSONValue)] = [("done", .string(done))]
            if isBearer, let token { members.append(("session_token", .string(token.reveal()))) }
            var response = answers.json(JSONValue.object(JSONObject(members)).serializedBytes())
            if !isBearer, let token { response.headers[values: .setCookie] = [cookies.set(token, seconds: seconds)] }
            return response
        }
        var response = answers.seeOther(FormPath.account + "?done=" + done)
        if let token { response.headers[values: .setCookie] = [cookies.set(token, seconds: seconds)] }
        return response
    }

    /// A JSON answer of plain members.
    func json(_ members: [(String, JSONValue)], status: HTTPResponse.Status = .ok) -> Response {
        answers.json(JSONValue.object(JSONObject(members)).serializedBytes(), status: status)
    }

    /// The visitor, or what to answer when nobody is signed in on a page that needs it.
    func pageSession(
        _ visitor: Visitor,
        fresh: Bool,
        _ request: Request
    ) async throws -> (session: LiveSession?, otherwise: Response?) {
        do throws(FlowFailure) {
            let session = fresh ? try await local.freshSession(of: visitor) : try await local.session(of: visitor)
            return (session, nil)
        } catch {
            switch error.code {
            case .signInRequired:
                return (nil, answers.seeOther("/sign-in?" + FormURLEncoded.encode([("return_to", request.uri.path)])))
            case .freshSignInRequired:
                let target = FormURLEncoded.encode([("return_to", request.uri.path)])
                return (nil, answers.seeOther(FormPath.confirmIdentity + "?" + target))
            default: throw Refusal(error, providerName: nil)
            }
        }
    }
}

extension Refusal {
    static let returnAddressRefused = Refusal(
        400,
        "return_address_refused",
        "The address to return to is not one this service knows.",
        nextStep: .signInAgain
    )
}
