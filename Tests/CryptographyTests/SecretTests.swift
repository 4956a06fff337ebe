import Cryptography
import Testing

@Suite struct SecretTests {
    @Test func everyTextOfASecretIsRedacted() {
        struct Enclosing { let secret: Secret }
        let secret = Secret("hunter2")
        var text = "\(secret) \(String(reflecting: secret)) \(Enclosing(secret: secret)) \(Optional(secret) as Any)"
        dump(Enclosing(secret: secret), to: &text)
        #expect(!text.contains("hunter2"))
        #expect(text.contains("<redacted>"))
        #expect(secret.reveal() == "hunter2")
    }

    @Test func equalityIsOfTheBytes() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
    }
}
