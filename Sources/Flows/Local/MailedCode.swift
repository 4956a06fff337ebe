import Accounts
import Cryptography

/// A code that a mail carries and a person types: eight digits, five attempts, ten minutes, one browser.
struct MailedCode: Sendable, Hashable {
    /// The digits.
    let text: Secret

    /// A fresh code, every one equally likely.
    static func fresh() -> MailedCode {
        // 2^64 is so much larger than 10^8 that the remainder's bias is below 10^-11.
        let number = Random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000_000
        let digits = String(number)
        return MailedCode(text: Secret(String(repeating: "0", count: 8 - digits.count) + digits))
    }

    private init(text: Secret) { self.text = text }

    /// As typed: spaces and dashes are left out. Nil unless eight ASCII digits remain.
    init?(_ typed: String) {
        let digits = typed.filter { $0 != " " && $0 != "-" }
        guard digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        text = Secret(digits)
    }

    /// What is stored: HMAC-SHA-256 under the hash of the mail's own token, so that equal codes do not look equal.
    func hash(for token: TokenHash) -> TokenHash {
        // HMAC-SHA-256 has 32 bytes, so this cannot fail; a code that hashed to its own token would match nothing.
        TokenHash(stored: HMAC.sha256(key: token.bytes, message: Array(text.reveal().utf8))) ?? token
    }
}
