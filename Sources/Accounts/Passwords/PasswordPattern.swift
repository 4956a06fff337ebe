/// Regularities that make a long password a short one.
enum PasswordPattern {
    /// Longest piece whose repetition counts as one. Longer ones are as good as a password of their own length.
    static let longestPiece = 8
    /// Shortest row that counts.
    static let shortestRow = 4

    /// True when the text is one piece of at most eight characters again and again, the last time perhaps not whole.
    static func isRepetition(_ text: String) -> Bool {
        let characters = Array(text.unicodeScalars)
        guard characters.count >= 2 else { return false }
        return (1...longestPiece).contains { period in
            period * 2 <= characters.count
                && characters.indices.dropFirst(period).allSatisfy { characters[$0] == characters[$0 - period] }
        }
    }

    /// True when the text is nothing but rows of four and more: `1234567890`, `abcdefgh`, `qwertyuiop`, `aaaa`,
    /// forwards or backwards, one after the other.
    static func isRows(_ text: String) -> Bool {
        let characters = Array(text.unicodeScalars)
        guard characters.count >= shortestRow else { return false }
        var start = 0
        while start < characters.count {
            let longest = Step.allCases.map { row(in: characters, from: start, by: $0) }.max() ?? 0
            guard longest >= shortestRow else { return false }
            start += longest
        }
        return true
    }

    private enum Step: CaseIterable {
        case same
        case up
        case down
        case right
        case left

        func leads(from first: Unicode.Scalar, to second: Unicode.Scalar) -> Bool {
            switch self {
            case .same: first == second
            case .up: PasswordPattern.follows(second, first)
            case .down: PasswordPattern.follows(first, second)
            case .right: PasswordPattern.neighbours[first]?.contains(second) == true
            case .left: PasswordPattern.neighbours[second]?.contains(first) == true
            }
        }
    }

    private static func row(in characters: [Unicode.Scalar], from start: Int, by step: Step) -> Int {
        var end = start + 1
        while end < characters.count, step.leads(from: characters[end - 1], to: characters[end]) { end += 1 }
        return end - start
    }

    /// The next digit or letter of any alphabet.
    private static func follows(_ second: Unicode.Scalar, _ first: Unicode.Scalar) -> Bool {
        let areLetters = first.properties.isAlphabetic && second.properties.isAlphabetic
        let areDigits = first.properties.numericType != nil && second.properties.numericType != nil
        return (areLetters || areDigits) && second.value == first.value + 1
    }

    /// For each key the ones to its right, on the usual Latin keyboards.
    private static let neighbours: [Unicode.Scalar: Set<Unicode.Scalar>] = {
        let rows = [
            "1234567890-=", "0123456789", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiopü", "yxcvbnm,.-",
            "azertyuiop", "qsdfghjklm", "wxcvbn", "!@#$%^&*()_+",
        ]
        var neighbours: [Unicode.Scalar: Set<Unicode.Scalar>] = [:]
        for row in rows.map({ Array($0.unicodeScalars) }) {
            for (key, next) in zip(row, row.dropFirst()) { neighbours[key, default: []].insert(next) }
        }
        return neighbours
    }()
}
