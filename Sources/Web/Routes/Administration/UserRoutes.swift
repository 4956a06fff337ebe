import Accounts
import Administration
import HTTPTypes
import Hummingbird
import JSON
import OAuth

/// `GET /admin/v1/users/{id}` and `GET /admin/v1/users?address=`: users, for operators.
struct UserRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/users") { request, _ in
            let parameters = try replies.parameters(request, allowed: ["address"])
            guard let address = parameters["address"].flatMap({ EmailAddress($0) }) else {
                throw Refusal.invalidRequest("address has to be an e-mail address.")
            }
            let found = try await refused { () async throws(PolicyFailure) in try await services.users(at: address) }
            return replies.json(["users": .array(found.map(\.json))])
        }
        router.get("/admin/v1/users/{id}") { _, context in
            guard let id = context.parameters.get("id").flatMap({ UserID($0) }) else {
                throw Refusal(PolicyFailure.unknownUser)
            }
            let user = try await refused { () async throws(PolicyFailure) in try await services.user(id) }
            return replies.json(user.json)
        }
    }
}
