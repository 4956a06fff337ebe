import TestSupport
import Testing

/// Installations for the tests of local accounts. Each starts when its first test does.
enum Installation {
    /// Two nodes, mails caught in the database, every way in switched on, limits out of the way.
    static func roomy() async throws -> Stack { try await roomyStack.value }
    private static let roomyStack = Task { try await Stack.start(nodes: 2, settings: everything + roomyLimits) }

    /// Two nodes with the limits as they are delivered.
    static func limited() async throws -> Stack { try await limitedStack.value }
    private static let limitedStack = Task { try await Stack.start(nodes: 2, settings: everything) }

    /// Mail, mailed links and codes, and a key for second factors.
    static let everything = [
        "mail.catch=true", "sign_in.mailed_link=true", "sign_in.mailed_code=true",
        "encryption.keys=test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "password.minimum_length_with_second_factor=8",
    ]

    /// Limits that no test of something else reaches.
    static let roomyLimits = [
        "throttle.passwords_per_pair=100000", "throttle.passwords_per_address=100000",
        "throttle.attempts_per_client=1000000", "throttle.mails_per_address=100000",
        "throttle.mails_per_client=1000000", "throttle.starts_per_client=1000000",
    ]
}
