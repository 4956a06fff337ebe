/// A hint on how well a password will hold, made by the server, so that a page without JavaScript can show it.
public struct PasswordStrength: Sendable, Hashable {
    /// Four levels.
    public enum Level: String, Sendable, CaseIterable, Comparable {
        /// It cannot be chosen.
        case weak
        /// It can be chosen beside a second factor.
        case fair
        /// It may stand alone.
        case good
        /// It is well beyond what is asked for.
        case strong

        private var rank: Int {
            switch self {
            case .weak: 0
            case .fair: 1
            case .good: 2
            case .strong: 3
            }
        }

        /// From weak to strong.
        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    /// How well it will hold.
    public let level: Level
    /// One sentence for the person.
    public let sentence: String

    /// Judges a password by its length and by what is guessed first, not by its kinds of characters.
    public init(_ text: String, rules: PasswordRules, context: [String]) {
        do {
            let password = try rules.check(text, context: context, hasSecondFactor: true)
            if !rules.meetsSingleFactor(length: password.length) {
                level = .fair
                sentence = "Enough together with a second factor; alone it needs \(rules.minimumLength) characters."
            } else if password.length < rules.minimumLength + 5 {
                level = .good
                sentence = "Good. A few more characters make it stronger still."
            } else {
                level = .strong
                sentence = "Strong. Use it here only."
            }
        } catch {
            level = .weak
            sentence = error.sentence
        }
    }
}
