import Flows

/// Runs a flow and turns its failure into a refusal without a provider's name.
func refusing<Value: Sendable>(
    _ flow: () async throws(FlowFailure) -> Value
) async throws(Refusal) -> Value {
    do {
        return try await flow()
    } catch {
        throw Refusal(error, providerName: nil)
    }
}
