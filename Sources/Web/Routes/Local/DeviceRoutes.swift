import Accounts
import AuthorizationServer
import Flows
import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// Where somebody is signed in: `GET /v1/sessions`, `DELETE /v1/sessions/{id}`, `POST /v1/sessions/revoke-others`, and for the
/// account page `POST /account/sessions/{id}/end` and `POST /account/sessions/end-others`.
struct DeviceRoutes: Sendable {
    let replies: LocalReplies
    private var devices: Devices { replies.local.devices }

    func register(on router: Router<RequestScope>) {
        router.get("/v1/sessions") { request, context in try await list(request, context) }
        router.delete("/v1/sessions/{id}") { request, context in
            switch try await end(request, context) {
            case .none: throw Refusal.notFound
            case .other: return Response(status: .noContent)
            case .own: return signedOut(Response(status: .noContent))
            }
        }
        router.post("/v1/sessions/revoke-others") { request, context in
            _ = try await replies.forms.fields(request)
            return replies.changed(try await endOthers(request, context), for: request, done: "other_sessions_ended")
        }
        router.post(RouterPath(FormPath.endSession("{id}"))) { request, context in
            _ = try await replies.forms.fields(request)
            return try await onPage {
                switch try await end(request, context) {
                // Ended in the meantime is as good as ended now.
                case .none, .other: replies.changed(nil, for: request, done: "session_ended")
                case .own: signedOut(replies.answers.seeOther("/sign-in"))
                }
            }
        }
        router.post(RouterPath(FormPath.endOtherSessions)) { request, context in
            _ = try await replies.forms.fields(request)
            return try await onPage {
                replies.changed(try await endOthers(request, context), for: request, done: "other_sessions_ended")
            }
        }
    }

    private func list(_ request: Request, _ context: RequestScope) async throws -> Response {
        let visitor = replies.visitors.visitor(request, context)
        let session = try await refusing { () async throws(FlowFailure) in
            try await replies.local.session(of: visitor)
        }
        let all = try await refusing { () async throws(FlowFailure) in try await devices.list(of: session.user.id) }
        return replies.json([("sessions", .array(all.map { $0.json(isCurrent: $0.id == session.id) }))])
    }

    private func end(_ request: Request, _ context: RequestScope) async throws -> Devices.Ending {
        let visitor = replies.visitors.visitor(request, context)
        guard let id = context.parameters.get("id").flatMap({ SessionID($0) }) else {
            // Whether somebody is signed in is looked at first: a stranger learns nothing from what an id looks like.
            _ = try await refusing { () async throws(FlowFailure) in try await replies.local.session(of: visitor) }
            return .none
        }
        return try await refusing { () async throws(FlowFailure) in try await devices.end(id, visitor) }
    }

    private func endOthers(_ request: Request, _ context: RequestScope) async throws -> SessionToken {
        let visitor = replies.visitors.visitor(request, context)
        return try await refusing { () async throws(FlowFailure) in try await devices.endOthers(visitor) }
    }

    /// Whoever has to sign in first, or again, comes back to the list.
    private func onPage(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as Refusal {
            let back = FormURLEncoded.encode([("return_to", FormPath.account)])
            switch refusal.code {
            case FlowCode.signInRequired.rawValue: return replies.answers.seeOther("/sign-in?" + back)
            case FlowCode.freshSignInRequired.rawValue:
                return replies.answers.seeOther(FormPath.confirmIdentity + "?" + back)
            default: throw refusal
            }
        }
    }

    private func signedOut(_ response: Response) -> Response {
        var response = response
        response.headers[values: .setCookie] = [replies.cookies.clearSession]
        return response
    }
}

extension ListedSession {
    /// As the account page lists it.
    /// - Parameter apps: for the names of those that hold sessions.
    func entry(isCurrent: Bool, apps: ClientRegistry) -> AccountPage.Device {
        let browser = BrowserName.text(userAgent)
        // Without a browser an app's session began with a token exchange.
        let name = client.map {
            (ClientID($0).flatMap { apps[$0] }?.name ?? $0) + (userAgent == nil ? "" : ", begun in \(browser)")
        }
        return AccountPage.Device(
            name: name ?? browser,
            network: network,
            lastUsedOn: PageTime(unixSeconds: lastSeenAt.seconds),
            isCurrent: isCurrent,
            endPath: FormPath.endSession(id.description)
        )
    }
}
