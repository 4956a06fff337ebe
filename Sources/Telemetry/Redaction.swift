/// The second net under secrets in logs. The first is their type, which prints `<redacted>` by itself; this one
/// catches a plain string that was logged under a name which tells what it is.
enum Redaction {
    /// What is printed instead.
    static let placeholder = "<redacted>"

    /// Names that are forbidden as a whole; as parts they are harmless (`status_code`, `circuit_state`).
    private static let names: Set<String> = ["code", "state"]

    /// Names that are forbidden as a part, too: `access_token`, `clientSecret`, `set-cookie`.
    private static let words: Set<String> = [
        "authorization", "cookie", "cookies", "nonce", "passwd", "password", "secret", "secrets", "token", "tokens",
        "verifier",
    ]

    /// Whether a value under this name is withheld.
    static func withholds(_ name: String) -> Bool {
        names.contains(name.lowercased()) || parts(of: name).contains { words.contains($0) }
    }

    /// Splits `snake_case`, `kebab-case`, `dotted.names` and `camelCase`; runs of capitals stay together.
    private static func parts(of name: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var previousIsLower = false
        for character in name {
            if !character.isLetter && !character.isNumber {
                parts.append(part.lowercased())
                part = ""
            } else if character.isUppercase && previousIsLower {
                parts.append(part.lowercased())
                part = String(character)
            } else {
                part.append(character)
            }
            previousIsLower = character.isLowercase
        }
        parts.append(part.lowercased())
        return parts
    }
}
