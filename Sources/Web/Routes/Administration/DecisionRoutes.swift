import Accounts
import Administration
import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// `/admin/v1/decisions`: what the policy decided.
struct DecisionRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/decisions") { request, _ in
            let filter = try filter(request)
            let decisions = try await refused { () async throws(PolicyFailure) in try await services.decisions(filter) }
            return replies.json(["decisions": .array(decisions.map(\.json))])
        }
        router.get("/admin/v1/decisions/{id}") { _, context in
            guard let id = context.parameters.get("id").flatMap({ DecisionID($0) }),
                let decision = try await refused({ () async throws(PolicyFailure) in try await services.decision(id) })
            else { throw Refusal.notFound }
            return replies.json(decision.json)
        }
    }

    private func filter(_ request: Request) throws(Refusal) -> DecisionFilter {
        let parameters = try replies.parameters(request, allowed: ["user", "since", "until", "outcome", "limit"])
        var filter = DecisionFilter(outcome: parameters["outcome"])
        if let user = parameters["user"] {
            guard let id = UserID(user) else { throw .invalidRequest("user has to be a user's id.") }
            filter.user = id
        }
        filter.since = try Self.time("since", parameters)
        filter.until = try Self.time("until", parameters)
        filter.limit = try replies.limit(parameters, fallback: filter.limit, most: 1000)
        return filter
    }

    private static func time(_ name: String, _ parameters: FormParameters) throws(Refusal) -> Instant? {
        guard let text = parameters[name] else { return nil }
        guard let time = Instant(text: text) else {
            throw .invalidRequest("\(name) has to be a time such as 2026-11-21T13:00:00Z.")
        }
        return time
    }
}
