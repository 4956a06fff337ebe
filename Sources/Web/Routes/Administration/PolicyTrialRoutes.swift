import Accounts
import Administration
import HTTPTypes
import Hummingbird
import JSON
import PolicyLanguage

import struct Foundation.UUID

/// `/admin/v1/policy/plans` and `/admin/v1/policy/shadow`: what a policy would do, before it is in force.
struct PolicyTrialRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.post("/admin/v1/policy/plans") { request, context in
            let author = try replies.author(context)
            let body = try await replies.body(request, members: ["text", "days"])
            let document = try replies.document(body)
            let days = body["days"]?.int64 ?? Int64(PlanPolicy.usualDays)
            guard (0...Int64(PlanPolicy.mostDays)).contains(days) else {
                throw Refusal.invalidRequest("days has to be from 0 to \(PlanPolicy.mostDays).")
            }
            let plan = try await refused { () async throws(PolicyFailure) in
                try await services.planTurn { () async throws(PolicyFailure) in
                    try await services.plan(document, days: Int(days), author: author)
                }
            }
            return replies.json(plan.json, status: .created)
        }
        router.get("/admin/v1/policy/plans/{id}") { _, context in
            guard let id = context.parameters.get("id").flatMap({ UUID(uuidString: $0) }) else {
                throw Refusal.notFound
            }
            let summary = try await stored { () async throws(StoreFailure) in try await services.replays.planSummary(id)
            }
            guard let summary, let json = try? JSONValue.parse(Array(summary.utf8)) else {
                throw Refusal(PolicyFailure.unknownPlan)
            }
            return replies.json(json)
        }
        router.get("/admin/v1/policy/shadow") { _, _ in
            guard
                let report = try await refused({ () async throws(PolicyFailure) in try await services.shadowReport() })
            else { throw Refusal.notFound }
            return replies.json([
                "hash": .string(report.shadow.policyHash), "author": .string(report.shadow.author),
                "started_at": .text(report.shadow.startedAt?.text), "counts": .array(report.counts.map(\.json)),
                "text": .string(report.shadow.text),
            ])
        }
        router.put("/admin/v1/policy/shadow") { request, context in
            let author = try replies.author(context)
            let document = try replies.document(try await replies.body(request, members: ["text"]))
            try await refused { () async throws(PolicyFailure) in try await services.tryOut(document, author: author) }
            return replies.json(["hash": .string(document.policy.hash)])
        }
        router.delete("/admin/v1/policy/shadow") { _, context in
            let author = try replies.author(context)
            try await refused { () async throws(PolicyFailure) in try await services.tryOut(nil, author: author) }
            return Response(status: .noContent)
        }
    }

    private func stored<Value: Sendable>(
        _ body: @Sendable () async throws(StoreFailure) -> Value
    ) async throws(Refusal) -> Value {
        do {
            return try await body()
        } catch {
            throw Refusal(PolicyFailure.store(error))
        }
    }
}
