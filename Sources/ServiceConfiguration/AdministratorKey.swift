public import Accounts
import Cryptography

/// Who may use the administration interface with which key. The key itself is known to its owner alone.
public struct AdministratorKey: Sendable, Hashable {
    /// The administrator's name, which becomes the author of what they change: 1 to 64 of `a-z A-Z 0-9 _ - . @`. One name
    /// may have several keys, while one replaces another.
    public let name: String
    /// SHA-256 of an ``AdministrationKey``.
    public let hash: TokenHash
}

extension ValueType where Value == AdministratorKey {
    /// `name:sha256` as `latchkey administration key` prints it.
    static let administratorKey = ValueType(
        name: "name:64 hexadecimal digits",
        read: { text throws(Unacceptable) in
            guard let colon = text.firstIndex(of: ":") else {
                throw Unacceptable("an administrator's key of the form name:sha256; there is no colon")
            }
            let name = text[..<colon]
            guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNamePart) else {
                throw Unacceptable("a key whose name before the colon is 1 to 64 of a-z A-Z 0-9 _ - . @")
            }
            let digits = text[text.index(after: colon)...]
            guard !digits.hasPrefix(AdministrationKeyKind.prefix) else {
                throw Unacceptable("the SHA-256 of an administrator's key; this is the key itself, which is spent now")
            }
            guard let bytes = Hex.decode(digits), let hash = TokenHash(stored: bytes) else {
                throw Unacceptable("an administrator's key whose part after the colon is 64 hexadecimal digits")
            }
            return AdministratorKey(name: String(name), hash: hash)
        },
        write: { "\($0.name):\(Hex.encode($0.hash.bytes))" }
    )

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "_-.@".utf8.contains(byte)
        }
    }
}
