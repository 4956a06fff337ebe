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
        Counter(
            label: "latchkey_flow_completions_total",
            dimensions: [("flow", flow), ("provider", provider.description), ("outcome", completed.name)]
        ).increment()
    }
}
