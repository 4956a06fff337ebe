import IDNA

/// An e-mail address in the one form that is stored and compared.
///
/// Normalise first, then validate (next-auth CVE-2022-35924): surrounding white space is trimmed; exactly one `@`, which
/// must be the ASCII one (a full-width `＠` is refused, not folded); the local part is 1 to 64 ASCII `atext`
/// characters and dots, lower-cased; the domain goes to lower-case A-labels (IDNA 2008, non-transitional) and has at
/// least two labels. `+tags` and dots are kept: folding them is a mailbox operator's private rule, and guessing it would
/// match strangers. Unicode local parts are refused: no two spellings may meet by normalisation (GitHub's 2019 reset bug).
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The part before the `@`, lower-cased ASCII.
    public let localPart: String
    /// The domain as lower-case A-labels.
    public let domain: String

    /// Nil when the text is not exactly one acceptable address; at most 254 bytes (RFC 5321 §4.5.3.1.3).
    public init?(_ text: String) {
        guard text.utf8.count <= 320 else { return nil }
        let scalars = text.unicodeScalars
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || ("\t"..."\r").contains(scalar) }
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return nil }
        let parts = String(scalars[first...last]).utf8.split(
            separator: UInt8(ascii: "@"),
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, (1...64).contains(parts[0].count) else { return nil }
        guard let local = String(parts[0]), let unicodeDomain = String(parts[1]) else { return nil }
        let labels = local.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isAtext) }) else { return nil }
        guard let domain = ASCIIDomain.convert(unicodeDomain), domain.utf8.contains(UInt8(ascii: ".")) else {
            return nil
        }
        guard local.utf8.count + 1 + domain.utf8.count <= 254 else { return nil }
        self.localPart = local.lowercased()
        self.domain = domain
    }

    /// `local@domain`.
    public var description: String { localPart + "@" + domain }

    // RFC 5322 §3.2.3.
    private static func isAtext(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
