/// Names of roles and permissions: 1 to 64 letters, digits and `_ - . :`.
public enum RoleName {
    /// Roles of one user, at most.
    public static let limitPerUser = 32

    /// Whether a text is such a name.
    public static func isValid(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(allows)
    }

    /// Whether a name can have this byte.
    public static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: false
        }
    }
}
