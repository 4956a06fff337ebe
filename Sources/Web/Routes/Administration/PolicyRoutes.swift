import Accounts
import Administration
import HTTPTypes
import Hummingbird
import JSON
import PolicyLanguage

/// `/admin/v1/policy`: the versions of the linking policy.
struct PolicyRoutes: Sendable {
    let services: AdministrationServices
    let replies: AdministrationReplies

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/policy") { _, _ in
            replies.json(
                try await refused { () async throws(PolicyFailure) in try await services.live() }.json(withText: true)
            )
        }
        router.get("/admin/v1/policy/versions") { _, _ in
            let history = try await refused { () async throws(PolicyFailure) in try await services.history() }
            return replies.json([
                "versions": .array(history.versions.map { $0.json(withText: false) }),
                "broken_at": history.firstBreak.map { .count($0.number) } ?? .null,
            ])
        }
        router.get("/admin/v1/policy/versions/{number}") { _, context in
            guard let number = context.parameters.get("number").flatMap({ Int($0) }) else { throw Refusal.notFound }
            return replies.json(
                try await refused { () async throws(PolicyFailure) in try await services.version(number) }.json(
                    withText: true
                )
            )
        }
        router.post("/admin/v1/policy/check") { request, _ in
            let body = try await replies.body(request, members: ["text"])
            let document = try document(body)
            let policy = document.policy
            return replies.json([
                "hash": .string(policy.hash), "rules": .count(policy.rules.count),
                "advice": .texts(advice(document)),
            ])
        }
        router.post("/admin/v1/policy/explain") { request, _ in try await explain(request) }
        router.post("/admin/v1/policy/versions") { request, context in try await apply(request, context) }
        router.post("/admin/v1/policy/rollback") { request, context in try await rollBack(request, context) }
    }

    private func explain(_ request: Request) async throws -> Response {
        let words = ["provider", "email", "domain", "app", "account", "identity", "session", "intent"]
        let flags = ["recycled", "privileged", "dormant", "link_only", "invited"]
        let body = try await replies.body(request, members: Set(words + flags + ["text", "address"]))
        var given: [String: String] = [:]
        for name in words { given[name] = try replies.text(name, of: body) }
        var address: EmailAddress?
        if let text = try replies.text("address", of: body) {
            address = EmailAddress(text)
            guard let address else { throw Refusal.invalidRequest("address has to be an e-mail address.") }
            given["domain"] = given["domain"] ?? address.domain
        }
        var set: Set<String> = []
        for name in flags where try replies.flag(name, of: body) { set.insert(name) }
        let question: PolicyCase
        do throws(PolicyCaseFault) {
            question = try PolicyCase(words: given, flags: set)
        } catch {
            throw Refusal.invalidRequest(error.sentences.joined(separator: "; ") + ".")
        }
        let policy: LinkingPolicy
        if body["text"] != nil {
            policy = try document(body).policy
        } else {
            let live = try await refused { () async throws(PolicyFailure) in try await services.live() }
            policy = try await refused { () async throws(PolicyFailure) in
                try PolicyDocument.checked(live.text, file: "version \(live.number)")
            }.policy
        }
        var facts = question.facts
        // About a real person only where nothing was said about who holds the address.
        if let address, given["account"] == nil {
            facts =
                try await refused { () async throws(PolicyFailure) in
                    try await services.facts(of: question, at: address, under: policy)
                } ?? facts
        }
        return replies.json(HypotheticalDecision.of(facts, under: policy, context: question.context).json)
    }

    private func apply(_ request: Request, _ context: RequestScope) async throws -> Response {
        let author = try replies.author(context)
        let body = try await replies.body(request, members: ["text", "plan", "reason", "without_plan"])
        let document = try document(body)
        let reason = try replies.text("reason", of: body) ?? ""
        let plan = try replies.text("plan", of: body)
        let isWithoutPlan = try replies.flag("without_plan", of: body)
        guard (plan == nil) == isWithoutPlan else {
            throw Refusal.invalidRequest("Name the plan, or say without_plan: true.")
        }
        let version = try await refused { () async throws(PolicyFailure) in
            if let plan {
                try await services.planTurn { () async throws(PolicyFailure) in
                    try await services.plan.apply(document, plan: plan, source: .api, author: author, reason: reason)
                }
            } else {
                try await services.apply(document, source: .api, author: author, reason: reason)
            }
        }
        return replies.json(version.json(withText: false), status: .created)
    }

    private func rollBack(_ request: Request, _ context: RequestScope) async throws -> Response {
        let author = try replies.author(context)
        let body = try await replies.body(request, members: ["version", "reason"])
        guard let number = body["version"]?.int64 else { throw Refusal.invalidRequest("version has to be a number.") }
        let reason = try replies.text("reason", of: body) ?? ""
        let version = try await refused { () async throws(PolicyFailure) in
            try await services.rollBack(to: Int(number), author: author, reason: reason)
        }
        return replies.json(version.json(withText: false), status: .created)
    }

    private func document(_ body: JSONObject) throws(Refusal) -> PolicyDocument {
        try replies.document(body)
    }

    private func advice(_ document: PolicyDocument) -> [String] {
        document.adviceLines(among: services.providers)
    }
}

/// Runs what the operator's side does, and turns its failure into a refusal.
func refused<Value: Sendable>(
    _ body: @Sendable () async throws(PolicyFailure) -> Value
) async throws(Refusal) -> Value {
    do {
        return try await body()
    } catch {
        throw Refusal(error)
    }
}

extension Refusal {
    /// A failure of the operator's side; its single faults are the request's own words, and go back with it.
    init(_ failure: PolicyFailure) {
        let status =
            switch failure {
            case .faulty, .reasonMissing: 422
            case .moved, .unchanged, .planOutdated, .planRunning: 409
            case .unknownVersion, .unknownPlan, .unknownDecision, .unknownUser: 404
            case .eventsGone: 410
            case .store, .planTooLong: 503
            }
        self.init(
            status,
            failure.code,
            failure.description,
            retryAfter: failure == .planRunning ? 30 : status == 503 ? 5 : nil,
            details: failure.details
        )
    }
}
