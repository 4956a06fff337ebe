import Accounts
import Administration
import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// `GET /admin/v1/events`: what apps are told about accounts.
struct EventRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/events") { request, _ in
            let parameters = try replies.parameters(request, allowed: ["after", "limit"])
            var after: Int64 = 0
            if let text = parameters["after"] {
                guard let number = Int64(text), number >= 0 else {
                    throw Refusal.invalidRequest("after has to be 0, or the sequence of an event.")
                }
                after = number
            }
            let (sequence, limit) = (after, try replies.limit(parameters, fallback: 100, most: EventPage.limit))
            let page = try await refused { () async throws(PolicyFailure) in
                try await services.events(after: sequence, limit: limit)
            }
            return replies.json(page.json)
        }
    }
}
