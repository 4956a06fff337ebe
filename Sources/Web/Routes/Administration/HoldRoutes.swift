import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `/admin/v1/holds`: who waits for an administrator, and the administrator's word.
struct HoldRoutes: Sendable {
    let replies: AdministrationReplies
    let holds: DecideHold

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/holds") { _, _ in
            let all = try await replies.storing { () async throws(StoreFailure) in try await holds.list(limit: 1000) }
            return replies.json(["holds": .array(all.map(\.json))])
        }
        router.get("/admin/v1/holds/{id}") { _, context in
            let id = try id(context)
            let held = try await replies.storing { () async throws(StoreFailure) in try await holds.arrival(id) }
            guard let held else { throw Refusal.notFound }
            return replies.json(held.json)
        }
        router.post("/admin/v1/holds/{id}/approve") { request, context in
            let body = try await replies.body(request, members: ["link", "separate"])
            switch (body["link"]?.string.flatMap { UserID($0) }, body["separate"]) {
            case (let user?, nil): return try await decide(.link(user), context)
            case (nil, .bool(true)) where body["link"] == nil: return try await decide(.separate, context)
            default: throw Refusal.invalidRequest("Say \"link\" with a user's id, or \"separate\": true.")
            }
        }
        router.post("/admin/v1/holds/{id}/deny") { request, context in
            let body = try await replies.body(request, members: ["reason"])
            guard let reason = body["reason"]?.string, !reason.isEmpty else {
                throw Refusal.invalidRequest("Say why in \"reason\".")
            }
            return try await decide(.deny(reason), context)
        }
    }

    private func id(_ context: RequestScope) throws(Refusal) -> HeldArrivalID {
        guard let id = context.parameters.get("id").flatMap({ HeldArrivalID($0) }) else { throw .notFound }
        return id
    }

    private func decide(_ answer: DecideHold.Answer, _ context: RequestScope) async throws -> Response {
        let id = try id(context)
        let administrator = try replies.author(context)
        let result = try await replies.storing { () async throws(StoreFailure) in
            try await holds(id, answer, by: administrator)
        }
        switch result {
        case .done:
            let held = try await replies.storing { () async throws(StoreFailure) in try await holds.arrival(id) }
            return replies.json(held?.json ?? .null)
        case .notPending: throw Refusal.hold(404, result, "There is no such arrival that waits.")
        case .identityInUse: throw Refusal.hold(409, result, "The identity belongs to another user by now.")
        case .identityBlocked: throw Refusal.hold(409, result, "The account's owner has blocked this identity.")
        case .noSuchUser: throw Refusal.hold(409, result, "There is no such user, or they are disabled.")
        }
    }
}

extension Refusal {
    static func hold(_ status: Int, _ result: HoldResult, _ sentence: String) -> Refusal {
        Refusal(status, result.rawValue, sentence)
    }
}
