internal import CIDN2

#if canImport(Glibc)
    internal import Glibc
#endif

/// Domain names as ASCII (RFC 5891), through libidn2.
public enum ASCIIDomain {
    /// The domain as lower-case A-labels, or nil when it is not a valid domain name: each label 1 to 63 of
    /// `a-z 0-9 -` after conversion, at most 253 bytes in all, no trailing dot, no IP literal.
    ///
    /// Nothing is folded but upper to lower case and Unicode composition (NFC): `ﬁrst.example`, `ｆirst.example` and a
    /// name with a zero-width space inside are refused, although UTS 46 would map all three to `first.example`. IDNA 2008
    /// itself disallows those characters, and two spellings that meet by mapping are how one person receives what
    /// was meant for another (GitHub's reset bug of 2019).
    public static func convert(_ domain: String) -> String? {
        guard !domain.isEmpty, domain.utf8.count <= 1024, !domain.utf8.contains(0) else { return nil }
        if let plain = plain(domain) { return plain }
        var output: UnsafeMutablePointer<CChar>?
        let flags = CInt(IDN2_NONTRANSITIONAL.rawValue) | CInt(IDN2_USE_STD3_ASCII_RULES.rawValue)
        let code = unsafe idn2_to_ascii_8z(domain, &output, flags)
        defer { unsafe free(output) }
        guard code == CInt(IDN2_OK.rawValue), let output = unsafe output else { return nil }
        let ascii = unsafe String(cString: output).lowercased()
        guard ascii.utf8.count <= 253 else { return nil }
        let labels = ascii.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let valid = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        }
        guard valid, let last = labels.last, !isNumber(last), keepsSpelling(of: domain, in: ascii) else { return nil }
        return ascii
    }

    /// The domain in lower case, if nothing but that is to do: letters, digits, and hyphens that stand between others and not third
    /// and fourth, where they announce an A-label, which has to be checked. Nearly every domain; nil says nothing.
    private static func plain(_ domain: String) -> String? {
        guard domain.utf8.count <= 253 else { return nil }
        var lowered: [UInt8] = []
        lowered.reserveCapacity(domain.utf8.count)
        for byte in domain.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E: lowered.append(byte)
            case 0x41...0x5A: lowered.append(byte | 0x20)
            default: return nil
            }
        }
        let labels = lowered.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let hyphen = UInt8(ascii: "-")
        let isPlain = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && !label.dropFirst(2).starts(with: [hyphen, hyphen])
        }
        guard isPlain, let last = labels.last, last.contains(where: { $0 >= 0x61 }),
            !last.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")])
        else { return nil }
        return String(decoding: lowered, as: UTF8.self)
    }

    /// True for a last label that makes the whole name an IPv4 address: digits only, or hexadecimal after `0x`.
    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        guard label.starts(with: "0x".utf8) else { return false }
        return label.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// True when the conversion changed nothing but case and composition.
    private static func keepsSpelling(of domain: String, in ascii: String) -> Bool {
        let written = domain.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        let labels = ascii.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        guard written.count == labels.count else { return false }
        return zip(written, labels).allSatisfy { before, after in
            if before.allSatisfy(\.isASCII) { return String(before).lowercased() == String(after) }
            guard let lowered = lowercased(before), let unicode = unicodeForm(of: String(after)) else { return false }
            return lowered == unicode
        }
    }

    /// Lower case scalar by scalar; nil where a non-ASCII scalar would become an ASCII one (the Kelvin sign, `K`).
    private static func lowercased(_ label: Substring.UnicodeScalarView) -> String? {
        var result = ""
        for scalar in label {
            let mapping = scalar.properties.lowercaseMapping
            guard scalar.isASCII || !mapping.unicodeScalars.contains(where: \.isASCII) else { return nil }
            result += mapping
        }
        return result
    }

    private static func unicodeForm(of label: String) -> String? {
        var output: UnsafeMutablePointer<CChar>?
        let code = unsafe idn2_to_unicode_8z8z(label, &output, 0)
        defer { unsafe free(output) }
        guard code == CInt(IDN2_OK.rawValue), let output = unsafe output else { return nil }
        return unsafe String(cString: output)
    }
}
