import Accounts
import Metrics

/// `latchkey_flow_failures_total{flow,provider,step,code}` and `latchkey_flow_completions_total{flow,provider,outcome}`.
struct FlowMetrics: Sendable {
    let flow: String

    func failed(_ failure: FlowFailure, provider: ProviderID) {
        Counter(
            label: "latchkey_flow_failures_total",
            dimensions: [
                ("flow", flow), ("provider", provider.description), ("step", failure.step.rawValue),
                ("code", failure.code.rawValue),
            ]
        ).increment()
    }

    func completed(provider: ProviderID, _ completed: CompletedSignIn) {
        self.completed(provider: provider, outcome: completed.name)
    }

    func completed(provider: ProviderID, outcome: String) {
        Counter(
            label: "latchkey_flow_completions_total",
            dimensions: [("flow", flow), ("provider", provider.description), ("outcome", outcome)]
        ).increment()
    }

    /// Counts whether the candidate in shadow mode would have done the same; nothing without a candidate.
    static func compared(_ record: DecisionRecord) {
        guard let shadow = record.shadow else { return }
        let agrees = shadow.outcome == record.outcome
        Counter(label: "latchkey_policy_shadow_total", dimensions: [("agrees", agrees ? "yes" : "no")]).increment()
    }

    /// Runs a flow without a provider and counts how it ended.
    func measured<Value: Sendable>(
        _ body: () async throws(FlowFailure) -> Value
    ) async throws(FlowFailure) -> Value {
        do {
            let value = try await body()
            Counter(
                label: "latchkey_flow_completions_total",
                dimensions: [("flow", flow), ("provider", "none"), ("outcome", "done")]
            ).increment()
            return value
        } catch {
            Counter(
                label: "latchkey_flow_failures_total",
                dimensions: [
                    ("flow", flow), ("provider", "none"), ("step", error.step.rawValue), ("code", error.code.rawValue),
                ]
            ).increment()
            throw error
        }
    }
}
