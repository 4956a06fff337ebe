import Cryptography

/// A code for the day the authenticator app is gone: 120 random bits, written down by its owner, used once.
///
/// `xxxx-xxxx-xxxx-xxxx-xxxx-xxxx` in Crockford's Base32 in lower case, which has no letter that looks like a digit.
public struct RecoveryCode: Sendable, Hashable, CustomStringConvertible {
    /// How many an account gets.
    public static let setSize = 10

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// 24 characters, without the dashes.
    private let canonical: Secret

    /// A fresh set.
    public static func generateSet() -> [RecoveryCode] { (0..<setSize).map { _ in generate() } }

    /// A fresh code.
    public static func generate() -> RecoveryCode {
        let characters = Base32Bits.split(Random.bytes(15)).map { alphabet[Int($0)] }
        return RecoveryCode(canonical: String(decoding: characters, as: UTF8.self))
    }

    private init(canonical: String) { self.canonical = Secret(canonical) }

    /// Reads what somebody typed from paper: case, white space and dashes do not matter, `o` is zero, `i` and `l` are
    /// one. Nil unless 24 characters of the alphabet remain.
    public init?(_ text: String) {
        guard text.utf8.count <= 256 else { return nil }
        var characters: [UInt8] = []
        for byte in text.utf8 {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            switch isUpper ? byte + 0x20 : byte {
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                continue
            case UInt8(ascii: "o"): characters.append(UInt8(ascii: "0"))
            case UInt8(ascii: "i"), UInt8(ascii: "l"): characters.append(UInt8(ascii: "1"))
            case let character where Self.alphabet.contains(character): characters.append(character)
            default: return nil
            }
        }
        guard characters.count == 24 else { return nil }
        self.init(canonical: String(decoding: characters, as: UTF8.self))
    }

    /// SHA-256 of the 24 characters, which is all that is ever stored.
    public var hash: TokenHash { TokenHash(SHA2.sha256(Array(canonical.reveal().utf8))) }

    /// The code in its groups, for the one page that shows it.
    public func reveal() -> String {
        let characters = Array(canonical.reveal())
        return stride(from: 0, to: characters.count, by: 4)
            .map { String(characters[$0..<min($0 + 4, characters.count)]) }
            .joined(separator: "-")
    }

    /// Always `<redacted>`.
    public var description: String { canonical.description }
}
