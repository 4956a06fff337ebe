import Testing

@testable import Postgres

@Suite("failures") struct PostgresFailureTests {
    @Test("a unique violation is told by its constraint") func uniqueViolation() {
        let failure = PostgresFailure.server(.init(state: .uniqueViolation, constraint: "users_email_key"))
        #expect(failure.isUniqueViolation())
        #expect(failure.isUniqueViolation(constraint: "users_email_key"))
        #expect(!failure.isUniqueViolation(constraint: "other"))
        #expect(!PostgresFailure.server(.init(state: .checkViolation)).isUniqueViolation())
        #expect(!PostgresFailure.unavailable.isUniqueViolation())
    }

    @Test("only what certainly had no effect may be repeated") func retryable() {
        let yes: [PostgresFailure] = [
            .unavailable, .poolExhausted, .connectionLost(maybeExecuted: false),
            .server(.init(state: .serializationFailure)), .server(.init(state: .deadlockDetected)),
        ]
        let no: [PostgresFailure] = [
            .connectionLost(maybeExecuted: true), .timedOut, .cancelled, .stopped, .unsendable,
            .decoding(column: "a", expected: "b"), .server(.init(state: .uniqueViolation)),
        ]
        for failure in yes { #expect(failure.isRetryable) }
        for failure in no { #expect(!failure.isRetryable) }
        #expect(Set((yes + no).map(\.code)).count == 9)
    }

    @Test("messages that quote input are dropped") func redaction() {
        let failure = PostgresFailure.server(
            .init(state: SQLState("22P02"), message: "invalid input syntax for type uuid: \"secret\"")
        )
        #expect(failure.description == "database_refused 22P02")
    }
}
