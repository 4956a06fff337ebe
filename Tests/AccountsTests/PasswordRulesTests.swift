import Cryptography
import Testing

@testable import Accounts

@Suite("Password rules")
struct PasswordRulesTests {
    private static let rules = PasswordRules(blockList: .builtIn)
    private static let context = ["Latchkey", "alice.wonder@example.org", "Alice Liddell"]

    private func fault(_ text: String, secondFactor: Bool = false, rules: PasswordRules = rules) -> PasswordFault? {
        do throws(PasswordFault) {
            _ = try rules.check(text, context: Self.context, hasSecondFactor: secondFactor)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "I01 any characters are good, and no kind of them is asked for",
        arguments: [
            "correct horse battery", "tresvinocuadroma", "TRESVINOCUADROMA", "829103746501928", "שלום עולם טוב מאד",
            "漢字仮名交じり文章漢字仮名交じ", "with\0nul inside it", "  leading and trailing  ", "😀😺🐙🍎🚗🎈🎵🏠⚽️🌍🔑📚🧀🎲🦊",
            String(repeating: "correct horse ", count: 18),
        ]
    )
    func good(text: String) {
        #expect(fault(text) == nil)
    }

    @Test("I01 15 characters alone, 8 beside a second factor, counted in code points")
    func lengths() {
        #expect(fault("tresvinocuadro") == .tooShort(minimum: 15))
        #expect(fault("tresvinocuadrom") == nil)
        #expect(fault("tresvin", secondFactor: true) == .tooShort(minimum: 8))
        #expect(fault("tresvino", secondFactor: true) == nil)
        #expect(fault("漢字仮名交じり", secondFactor: true) == .tooShort(minimum: 8))
        #expect(fault("漢字仮名交じり文", secondFactor: true) == nil)
        #expect(fault("") == .tooShort(minimum: 15))
        // Seven letters with accents of their own are seven, not fourteen.
        #expect(
            fault("e\u{301}a\u{301}o\u{301}u\u{301}i\u{301}y\u{301}n\u{301}", secondFactor: true)
                == .tooShort(minimum: 8)
        )
        #expect(fault(String(repeating: "correct horse ", count: 293)) == .tooLong)
        #expect(fault(String(repeating: "k", count: 1 << 20)) == .tooLong)
        #expect(Self.rules.meetsSingleFactor(length: 15) && !Self.rules.meetsSingleFactor(length: 14))
    }

    @Test("settings cannot go below eight, nor ask for more beside a second factor than without")
    func floors() {
        let low = PasswordRules(minimumLength: 1, minimumLengthWithSecondFactor: -3, blockList: .empty)
        #expect(low.minimumLength == 8 && low.minimumLengthWithSecondFactor == 8)
        let odd = PasswordRules(minimumLength: 10, minimumLengthWithSecondFactor: 20, blockList: .empty)
        #expect(odd.minimumLength == 10 && odd.minimumLengthWithSecondFactor == 10)
    }

    @Test("I03 what many people chose is refused, a near miss is not")
    func common() throws {
        for text in ["password", "PassWord", "sunshine", "football", "trustno1", "iloveyou"] {
            #expect(fault(text, secondFactor: true) == .common)
        }
        #expect(fault("passworf", secondFactor: true) == nil)
        #expect(fault("football season tickets") == nil)
        let list = try BlockList(file: Array("Correct Horse Battery Staple\n".utf8))
        let rules = PasswordRules(blockList: list)
        #expect(fault("correct horse battery staple", rules: rules) == .common)
        #expect(fault("correct horse battery staples", rules: rules) == nil)
    }

    @Test(
        "repetitions and rows are refused",
        arguments: [
            "aaaaaaaaaaaaaaa", "               ", "abababababababab", "abcabcabcabcabcab", "passwordpassword",
            "Xy9!Xy9!Xy9!Xy9!Xy",
            "123456789012345", "1234567890123456789", "abcdefghijklmnop", "abcdefgh12345678", "qwertyuiopasdfghjkl",
            "QWERTYUIOP12345", "zyxwvutsrqponmlk", "987654321098765", "poiuytrewqlkjhgf", "aaaabbbbccccdddd",
            "1111222233334444", "qwertzuiopasdfg", "абвгдежзийклмно", "!@#$%^&*()_+!@#$%", "ééééééééééééééé",
        ]
    )
    func repeated(text: String) {
        #expect(fault(text) == .repeated)
    }

    @Test(
        "regular pieces within something longer are good",
        arguments: [
            "abcdef and then the sea", "12345 green bottles", "qwerty was my father", "correct horse correct hors",
        ]
    )
    func notRepeated(text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        "I03 the service, the address and the name are no passwords, nor with a few characters more",
        arguments: [
            "alice.wonder@example.org", "ALICE.WONDER@EXAMPLE.ORG", "alicewonder2026!", "latchkey-latchkey-1",
            "Latchkey2026!!!",
            "alice-liddell-77", "liddell.latchkey", "wonder.example.1234", "--latchkey----------", "AliceLatchkey99",
        ]
    )
    func contextual(text: String) {
        #expect(fault(text) == .containsContext)
    }

    @Test("a name among enough else is good, and short names mean nothing")
    func notContextual() throws {
        #expect(fault("alice found seven keys") == nil)
        #expect(fault("the latchkey hangs on a nail") == nil)
        let bo = try Self.rules.check("bobobanana cellar", context: ["Bo", "bo@ex.am", ""], hasSecondFactor: false)
        #expect(bo.length == 17)
        let hostile = [String(repeating: "a b c d ", count: 100_000)]
        #expect(throws: Never.self) {
            _ = try Self.rules.check("correct horse battery", context: hostile, hasSecondFactor: false)
        }
    }

    @Test("every fault has a stable code and a sentence, and none repeats the password")
    func faults() {
        let faults: [PasswordFault] = [
            .tooShort(minimum: 15), .tooLong, .common, .repeated, .containsContext, .breached,
        ]
        #expect(
            faults.map(\.code) == ["too_short", "too_long", "common", "repeated", "contains_context", "breached"]
        )
        #expect(Set(faults.map(\.sentence)).count == faults.count)
        #expect(faults[0].sentence.contains("15"))
    }

    @Test("the hint grows with length and says why")
    func strength() {
        func strength(_ text: String) -> PasswordStrength {
            PasswordStrength(text, rules: Self.rules, context: Self.context)
        }
        #expect(strength("short").level == .weak)
        #expect(strength("password").sentence == PasswordFault.common.sentence)
        #expect(strength("123456789012345").level == .weak)
        #expect(strength("tresvino").level == .fair)
        #expect(strength("tresvino").sentence.contains("15"))
        #expect(strength("tresvinocuadrom").level == .good)
        #expect(strength("correct horse battery staple").level == .strong)
        #expect(PasswordStrength.Level.allCases.sorted() == [.weak, .fair, .good, .strong])
    }
}
