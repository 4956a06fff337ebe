import Accounts
import Administration
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// What administrators do to users: ban, unban, delete, roles, metadata, sessions, below `/admin/v1/users/{id}`.
struct UserChangeRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies
    let users: AdministerUsers

    func register(on router: Router<RequestScope>) {
        router.delete("/admin/v1/users/{id}") { _, context in
            try await change(.delete, context)
            return Response(status: .noContent)
        }
        router.post("/admin/v1/users/{id}/ban") { _, context in try await changed(.disable, context) }
        router.post("/admin/v1/users/{id}/unban") { _, context in try await changed(.enable, context) }
        router.put("/admin/v1/users/{id}/roles") { request, context in
            let body = try await replies.body(request, members: ["roles"])
            let names = body["roles"]?.array?.map(\.string)
            guard let names, !names.contains(nil) else {
                throw Refusal.invalidRequest("roles has to be a list of names.")
            }
            return try await changed(
                .setRoles(
                    try sound { () throws(AdministerUsers.Fault) in try AdministerUsers.roles(names.compactMap { $0 }) }
                ),
                context
            )
        }
        router.put("/admin/v1/users/{id}/metadata") { request, context in try await setMetadata(request, context) }
        router.get("/admin/v1/users/{id}/sessions") { _, context in
            let id = try id(context)
            let all = try await replies.storing { () async throws(StoreFailure) in try await users.sessions(of: id) }
            return replies.json(["sessions": .array(all.map { $0.json(isCurrent: false) })])
        }
        router.delete("/admin/v1/users/{id}/sessions") { _, context in
            try await change(.endSessions(nil), context)
            return Response(status: .noContent)
        }
        router.delete("/admin/v1/users/{id}/sessions/{session}") { _, context in
            guard let session = context.parameters.get("session").flatMap({ SessionID($0) }) else {
                throw Refusal.notFound
            }
            try await change(.endSessions(session), context)
            return Response(status: .noContent)
        }
    }

    private func setMetadata(_ request: Request, _ context: RequestScope) async throws -> Response {
        let body = try await replies.body(request, members: ["public", "private"])
        let limits = AdministerUsers.metadataLimits
        let publicly = try body["public"].map { value in
            try sound { () throws(AdministerUsers.Fault) in try AdministerUsers.metadata(value, limit: limits.publicly)
            }
        }
        let privately = try body["private"].map { value in
            try sound { () throws(AdministerUsers.Fault) in try AdministerUsers.metadata(value, limit: limits.privately)
            }
        }
        guard publicly != nil || privately != nil else {
            throw Refusal.invalidRequest("Say what to write: public, private, or both.")
        }
        return try await changed(.setMetadata(publicly: publicly, privately: privately), context)
    }

    /// The user as they are afterwards.
    private func changed(_ change: UserChange, _ context: RequestScope) async throws -> Response {
        try await self.change(change, context)
        let id = try id(context)
        let user = try await refused { () async throws(PolicyFailure) in try await services.user(id) }
        return replies.json(user.json)
    }

    private func change(_ change: UserChange, _ context: RequestScope) async throws {
        let id = try id(context)
        let administrator = try replies.author(context)
        let result = try await replies.storing { () async throws(StoreFailure) in
            try await users(change, of: id, by: administrator, requestID: context.requestID)
        }
        switch result {
        case .done: break
        case .noSuchUser: throw Refusal.notFound
        case .merged: throw Refusal.userMerged
        case .claimed: throw Refusal.userClaimed
        }
    }

    private func id(_ context: RequestScope) throws(Refusal) -> UserID {
        guard let id = context.parameters.get("id").flatMap({ UserID($0) }) else { throw .notFound }
        return id
    }

    private func sound<Value>(_ check: () throws(AdministerUsers.Fault) -> Value) throws(Refusal) -> Value {
        do {
            return try check()
        } catch {
            throw .invalidRequest(error.sentence)
        }
    }
}

extension Refusal {
    static let userMerged = Refusal(
        409,
        "user_merged",
        "This account was merged into another one: ask for the user to see which, and change that one."
    )
    static let userClaimed = Refusal(
        409,
        "user_claimed",
        "Whoever proved this account's address claimed it, and it was closed: nobody is let in there again."
    )
}
