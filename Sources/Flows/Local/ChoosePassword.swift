import Accounts

extension LocalAccountServices {
    /// A new password that keeps every rule, hashed.
    /// - Parameter context: words a guesser would try first: address, name.
    func choose(
        _ typed: String,
        context: [String],
        hasSecondFactor: Bool
    ) async throws(FlowFailure) -> NewPassword {
        let password: Password
        do {
            password = try rules.check(
                typed,
                context: context + [settings.serviceName],
                hasSecondFactor: hasSecondFactor
            )
        } catch {
            throw FlowFailure(.checkPasswordRules, .passwordRefused, detail: error.code).explained(error.sentence)
        }
        if let breaches { try await breaches(password) }
        return NewPassword(
            hash: try await hash(password),
            meetsSingleFactor: rules.meetsSingleFactor(length: password.length)
        )
    }

    func hash(_ password: Password) async throws(FlowFailure) -> StoredPassword {
        do {
            return try await hasher.hash(password)
        } catch {
            throw FlowFailure(.hashPassword, error)
        }
    }

    /// Compares; without anything to compare with, or with a text that is no password, as well: it takes the same time.
    func verify(_ typed: String, against stored: StoredPassword?) async throws(FlowFailure) -> PasswordVerdict {
        // Nobody's password: too long or empty, whatever the address.
        guard let password = Password(typed) else { return .wrong }
        do {
            return try await hasher.verify(password, against: stored)
        } catch {
            throw FlowFailure(.hashPassword, error)
        }
    }
}

extension FlowFailure {
    init(_ step: FlowStep, _ failure: HashingFailure) {
        self.init(step, .overloaded, detail: failure.rawValue, retryAfter: 1)
    }
}
