import Accounts
import Flows
import HTTPTypes
import Hummingbird
import JSON

/// `GET, POST /account/merge`, and below it `prove`, `second-factor` and `cancel`.
struct AccountMergeRoutes: Sendable {
    let replies: LocalReplies
    private var flow: MergeAccounts { replies.local.mergeAccounts }

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.merge)) { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: true, request)
            guard session != nil else { return otherwise ?? replies.answers.seeOther("/sign-in") }
            let pending = try await refusing { () async throws(FlowFailure) in try await flow.pending(visitor) }
            guard let pending else { return replies.answers.page(.form(.proveMerge())) }
            return replies.answers.page(
                .form(pending.awaitsSecondFactor ? .mergeSecondFactor() : preview(pending))
            )
        }
        replies.post(FormPath.proveMerge, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            do throws(FlowFailure) {
                try await flow.prove(address: fields["email"] ?? "", password: fields["password"] ?? "", visitor)
            } catch {
                return try replies.again(error, for: request) { .proveMerge(email: fields["email"], fault: $0) }
            }
            return try await next(request, visitor)
        }
        replies.post(FormPath.mergeSecondFactor, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            do throws(FlowFailure) {
                try await flow.passSecondFactor(code: fields["code"] ?? "", visitor)
            } catch {
                return try replies.again(error, for: request) {
                    .mergeSecondFactor(fault: $0)
                } field: {
                    $0 == .wrongCode ? "code" : nil
                }
            }
            return try await next(request, visitor)
        }
        replies.post(FormPath.cancelMerge, on: router) { request, context in
            _ = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            try await refusing { () async throws(FlowFailure) in try await flow.cancel(visitor) }
            return replies.changed(nil, for: request, done: "merge_cancelled")
        }
        replies.post(FormPath.merge, on: router) { request, context in
            let fields = try await replies.forms.fields(request)
            let visitor = replies.visitors.visitor(request, context)
            guard let merge = fields["merge"].flatMap({ AccountMergeID($0) }) else { throw Refusal.malformed }
            let token = try await refusing { () async throws(FlowFailure) in try await flow.confirm(merge, visitor) }
            return replies.changed(token, for: request, done: "accounts_merged")
        }
    }

    /// To the page that shows what comes next; a program is told.
    private func next(_ request: Request, _ visitor: Visitor) async throws -> Response {
        guard replies.isProgram(request) else { return replies.answers.seeOther(FormPath.merge) }
        let pending = try await refusing { () async throws(FlowFailure) in try await flow.pending(visitor) }
        guard let pending else { throw Refusal(FlowFailure(.changeCredential, .nothingToChange), providerName: nil) }
        return replies.json([
            ("merge", .string(pending.id.description)), ("second_factor_required", .bool(pending.awaitsSecondFactor)),
        ])
    }

    private func preview(_ pending: PendingMerge) -> FormPage {
        let (staying, going) = (pending.staying, pending.going)
        func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
        let roles = going.roles.filter { !staying.roles.contains($0) }
        var decided = ["This account stays. The other one ends, and what it has comes here."]
        if going.hasPassword {
            decided.append(
                staying.hasPassword
                    ? "Both have a password: this account's stays, the other one's ends."
                    : "The other account's password ends. Set one here if you want to sign in with one."
            )
        }
        if going.hasSecondFactor {
            decided.append(
                staying.hasSecondFactor
                    ? "Both have a second step: this account's stays."
                    : "The other account's second step protects this one."
            )
        }
        if let primary = staying.addresses.first { decided.append("Mail goes to \(primary), as before.") }
        let privileged = roles.filter { replies.services.settings.privilegedRoles.contains($0) }
        if !privileged.isEmpty { decided.append("This account becomes privileged: \(list(privileged)).") }
        return .confirmMerge(
            id: pending.id.description,
            facts: [
                // Whoever was brought into somebody else's session sees a stranger's name here.
                .init(
                    label: "This account",
                    value: staying.addresses.first ?? staying.displayName ?? staying.user.description
                ),
                .init(
                    label: "Other account",
                    value: going.displayName ?? going.addresses.first ?? going.user.description
                ),
                .init(label: "Ways to sign in that move", value: list(going.providers.map(replies.providerName))),
                .init(label: "Addresses that move", value: list(going.addresses)),
                .init(label: "Roles that come along", value: list(roles)),
                .init(label: "Sessions that end", value: String(going.sessions)),
            ],
            paragraphs: decided
        )
    }
}
