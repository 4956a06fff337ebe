extension PostgresClient {
    /// Runs a transaction on a connection of its own. BEGIN travels with the first statement; COMMIT follows when
    /// `body` returns (unless it has already called ``Transaction/commit(after:)``), ROLLBACK when it throws.
    ///
    /// - Throws: what `body` throws, or ``PostgresFailure``.
    @discardableResult
    public nonisolated(nonsending) func transaction<T: Sendable>(
        isolation: Transaction.Isolation = .readCommitted,
        _ body: nonisolated(nonsending) (Transaction) async throws -> T
    ) async throws -> T {
        let transaction = Transaction(pool: pool, isolation: isolation)
        do {
            let value = try await body(transaction)
            try await transaction.commitIfOpen()
            return value
        } catch {
            await transaction.rollBack()
            throw error
        }
    }
}
