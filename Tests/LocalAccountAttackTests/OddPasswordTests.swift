import Foundation
import Postgres
import TestSupport
import Testing

/// Long and odd passwords (I01, S16).
@Suite("Odd passwords", .enabled(if: Stack.isAvailable))
struct OddPasswordTests {
    private static let base = "harbour 7 lantern quiet plum"

    /// Text of so many bytes that repeats nothing.
    private static func text(bytes: Int, mark: String) -> String {
        var text = mark
        var number = 1
        while text.utf8.count < bytes {
            text += " word\(number * number)"
            number += 1
        }
        return String(text.prefix(bytes))
    }

    /// Passwords that are all different, however alike they look.
    private static let odd: [(name: String, text: String)] = {
        let seventyTwo = text(bytes: 72, mark: "bytes72 ")
        let emoji = (0..<256).compactMap { Unicode.Scalar(0x1F300 + ($0 * 37) % 300).map { String($0) } }.joined()
        return [
            ("72 bytes", seventyTwo), ("73 bytes", seventyTwo + "x"), ("73 bytes, another end", seventyTwo + "y"),
            ("256 emoji", emoji), ("256 emoji, the last one another", String(emoji.unicodeScalars.dropLast()) + "🐙"),
            ("1 KB", text(bytes: 1024, mark: "kb1 ")), ("4 KB", text(bytes: 4096, mark: "kb4 ")),
            ("4 KB, another end", text(bytes: 4095, mark: "kb4 ") + "#"),
            ("plain", base), ("NUL at the end", base + "\0"), ("NUL and more", base + "\0x"),
            ("NUL and something else", base + "\0y"), ("space in front", " " + base), ("space behind", base + " "),
            ("another case", base.uppercased()), ("composed", base + "é"), ("without the accent", base + "e"),
            ("ligature", base + "\u{FB01}"), ("no ligature", base + "fi"), ("full width", base + "Ａ"),
            ("half width", base + "A"), ("right to left", "שלום עולם 123 \u{202E} مرحبا يا عالم"),
            ("right to left without the mark", "שלום עולם 123 مرحبا يا عالم"),
            ("combining marks", base + "a\u{0301}\u{0323}\u{0489}\u{20DD}"),
            ("fewer of them", base + "a\u{0301}\u{0323}\u{0489}"),
            ("zero width", base + "\u{200B}"), ("line break", base + "\r\n"), ("form characters", base + "&=+%00"),
        ]
    }()

    /// All pairs are compared where they are hashed (BoundedPasswordHasherTests); here, where forms are read, each is compared
    /// with those it is like, which stand around it, and with the one that most of them begin with.
    @Test("S16 I01 each signs up, signs in with itself, and with none that it is like")
    func distinct() async throws {
        let stack = try await Installation.roomy()
        let people = try await atOnce(Self.odd) { row in
            (row.name, try await LocalPerson.signedUp(at: stack, password: row.text))
        }
        for (place, (name, person)) in people.enumerated() {
            #expect(try await person.signIn().status == 303, "\(name) with itself")
            let others = Self.odd.enumerated().filter { other, row in
                row.name != name && (abs(other - place) <= 3 || row.name == "plain")
            }.map(\.element)
            let answers = try await atOnce(others) { other in
                (other.name, try await person.signIn(password: other.text).status)
            }
            for (other, status) in answers { #expect(status == 401, "\(name) with: \(other)") }
        }
    }

    @Test("S16 one text in two normal forms is one password, at sign-up, sign-in and change")
    func normalForms() async throws {
        let stack = try await Installation.roomy()
        let composed = Self.base + " \u{E9}\u{AC00}\u{212B}"
        let decomposed = composed.decomposedStringWithCanonicalMapping
        #expect(Array(composed.utf8) != Array(decomposed.utf8))
        for (first, second) in [(composed, decomposed), (decomposed, composed)] {
            let person = try await LocalPerson.signedUp(at: stack, password: first)
            #expect(try await person.signIn(password: second).status == 303)
            let new = LocalPerson.freshPassword()
            let answer = try await person.browser.post(
                "/account/password",
                form: [("current_password", second), ("new_password", new)]
            )
            #expect(answer.status == 303)
        }
    }

    @Test("S16 what is over-long is refused before anything is hashed")
    func overLong() async throws {
        // One of its own: nobody else hashes there.
        let stack = try await Stack.start(settings: ["mail.catch=true"] + Installation.roomyLimits)
        let person = try await LocalPerson.signedUp(at: stack)
        let name = "latchkey_password_hash_seconds_count"
        let before = try await stack.metric(name)
        #expect(before >= 1, "control: the sign-up was hashed")
        let long = Self.text(bytes: 4097, mark: "")
        let huge = String(repeating: "a", count: 1 << 20)
        for (text, statuses) in [(long, [400]), (huge, [413])] {
            let signUp = try await stack.browser().post(
                "/sign-up",
                form: [("email", LocalPerson.freshAddress()), ("password", text)]
            )
            #expect(statuses.contains(signUp.status), "\(signUp.status)")
        }
        let refused = try await stack.browser().post(
            "/sign-in/password",
            form: [("email", person.email), ("password", huge)]
        )
        #expect(refused.status == 413)
        #expect(try await stack.metric(name) == before, "nothing was hashed")
        // A sign-in costs one hash whatever was typed, or its time would tell; only never one of the long text.
        #expect(try await person.signIn(password: long).status == 401)
        #expect(try await person.signIn(password: String(long.prefix(4096))).status == 401)
        #expect(try await stack.count("select count(*) from jobs") == 0)
        await stack.stop()
    }
}
