import Cryptography
import Testing

@testable import Accounts

@Suite("One-time passwords")
struct TOTPTests {
    private static let bytes = Array("12345678901234567890".utf8)

    private func totp() throws -> TOTP { TOTP(try #require(TOTPSecret(stored: Self.bytes))) }

    @Test("RFC 4226 appendix D")
    func counters() throws {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        for (counter, code) in codes.enumerated() { #expect(try totp().code(at: Int64(counter)) == code) }
    }

    @Test(
        "RFC 6238 appendix B, SHA-1",
        arguments: [
            (59, 94_287_082), (1_111_111_109, 7_081_804), (1_111_111_111, 14_050_471), (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037), (20_000_000_000, 65_353_130),
        ] as [(Int64, Int)]
    )
    func times(time: Int64, value: Int) throws {
        let step = TOTP.step(at: time)
        #expect(try totp().value(at: step) % 100_000_000 == value)
        let code = try totp().code(at: step)
        #expect(code.utf8.count == 6 && Int(code) == value % 1_000_000)
        #expect(try totp().matchingStep(code, at: time, after: -1) == step)
    }

    @Test("one step either way is accepted, two are not")
    func window() throws {
        let totp = try totp()
        let now: Int64 = 1_700_000_000
        let present = TOTP.step(at: now)
        for offset in -3...3 as ClosedRange<Int64> {
            let expected = abs(offset) <= 1 ? present + offset : nil
            #expect(totp.matchingStep(totp.code(at: present + offset), at: now, after: -1) == expected)
        }
    }

    @Test("P-12 each step opens once, and none before the last one")
    func singleUse() throws {
        let totp = try totp()
        let now: Int64 = 1_700_000_000
        let present = TOTP.step(at: now)
        let code = totp.code(at: present)
        let accepted = try #require(totp.matchingStep(code, at: now, after: present - 1))
        #expect(totp.matchingStep(code, at: now, after: accepted) == nil)
        #expect(totp.matchingStep(totp.code(at: present - 1), at: now, after: accepted) == nil)
        #expect(totp.matchingStep(totp.code(at: present + 1), at: now, after: accepted) == present + 1)
        #expect(totp.matchingStep(code, at: now, after: .max) == nil)
    }

    @Test("white space does not count; anything else but six digits is wrong")
    func spelling() throws {
        let totp = try totp()
        #expect(totp.matchingStep(" 287 082 ", at: 59, after: -1) == 1)
        for text in [
            "", "28708", "2870820", "0287082", "287082\n", "28708２", "２８７０８２", "287-082", "287082\0", "+87082",
            "28708a",
            String(repeating: "2", count: 100_000),
        ] {
            #expect(totp.matchingStep(text, at: 59, after: -1) == nil)
        }
    }

    @Test("times at the edges do not trap", arguments: [.min, -1, 0, 29, .max] as [Int64])
    func edges(time: Int64) throws {
        let totp = try totp()
        let step = TOTP.step(at: time)
        #expect(step >= 0)
        #expect(totp.matchingStep(totp.code(at: step), at: time, after: -1) != nil)
        #expect(totp.code(at: .min).utf8.count == 6)
    }

    @Test("codes keep their leading zeros")
    func leadingZeros() throws {
        let totp = try totp()
        let codes = (0..<2000 as Range<Int64>).map { totp.code(at: $0) }
        #expect(codes.allSatisfy { $0.utf8.count == 6 })
        #expect(codes.contains { $0.hasPrefix("0") })
    }

    @Test("a secret is 20 random bytes, and shows nowhere by accident")
    func secret() throws {
        #expect(Set((0..<200).map { _ in TOTPSecret.generate() }).count == 200)
        #expect(TOTPSecret(stored: Array(Self.bytes.dropLast())) == nil)
        #expect(TOTPSecret(stored: Self.bytes + [0]) == nil)
        let secret = try #require(TOTPSecret(stored: Self.bytes))
        #expect(secret.reveal() == Self.bytes)
        #expect(secret.text.reveal() == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        var dumped = ""
        dump(secret, to: &dumped)
        dump(TOTP(secret), to: &dumped)
        #expect(!dumped.contains("49") && !"\(secret)\(TOTP(secret))".contains("49"))
    }

    @Test("the URI for authenticator apps escapes what could add or change a part")
    func uri() throws {
        let secret = try #require(TOTPSecret(stored: Self.bytes))
        let tail = "&algorithm=SHA1&digits=6&period=30"
        #expect(
            secret.uri(issuer: "Latchkey", account: "alice@example.org").reveal()
                == "otpauth://totp/Latchkey:alice%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Latchkey" + tail
        )
        #expect(
            secret.uri(issuer: "Größe & Co: A+B", account: "x&secret=AAAA#?/%41").reveal()
                == "otpauth://totp/Gr%C3%B6%C3%9Fe%20%26%20Co%20%20A%2BB:x%26secret%3DAAAA%23%3F%2F%2541"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gr%C3%B6%C3%9Fe%20%26%20Co%20%20A%2BB" + tail
        )
    }
}
