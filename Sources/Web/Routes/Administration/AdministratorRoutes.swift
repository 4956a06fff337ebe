import Hummingbird
import JSON

/// `GET /admin/v1/administrator`: whose key is this? For trying a key out.
struct AdministratorRoutes: Sendable {
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/administrator") { _, context in
            replies.json(["name": .string(try replies.author(context))])
        }
    }
}
