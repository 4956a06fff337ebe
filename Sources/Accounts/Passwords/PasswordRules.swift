import Cryptography

/// Which passwords may be chosen, by NIST SP 800-63B-4 section 3.1.1.2: a length, and not what is guessed first. No
/// rules about kinds of characters, which make passwords neither stronger nor easier to remember.
public struct PasswordRules: Sendable {
    /// No rule goes below this many characters.
    public static let floor = 8
    /// The default for a password that stands alone.
    public static let defaultMinimumLength = 15

    /// Shortest password that may stand alone, in Unicode code points.
    public let minimumLength: Int
    /// Shortest password beside a second factor.
    public let minimumLengthWithSecondFactor: Int
    /// What nobody may choose.
    public let blockList: BlockList

    /// Rules. Lengths below 8 count as 8, and beside a second factor no more is asked for than without.
    public init(
        minimumLength: Int = defaultMinimumLength,
        minimumLengthWithSecondFactor: Int = floor,
        blockList: BlockList
    ) {
        self.minimumLength = max(Self.floor, minimumLength)
        self.minimumLengthWithSecondFactor = min(
            self.minimumLength,
            max(Self.floor, minimumLengthWithSecondFactor)
        )
        self.blockList = blockList
    }

    /// Whether a password of this length, in code points, may stand alone.
    public func meetsSingleFactor(length: Int) -> Bool { length >= minimumLength }

    /// The password, if it may be chosen. Nothing here is slow, and nothing is hashed.
    ///
    /// - Parameters:
    ///   - text: as typed.
    ///   - context: the service's name, the person's address and name.
    ///   - hasSecondFactor: whether the account has one in force.
    public func check(
        _ text: String,
        context: [String],
        hasSecondFactor: Bool
    ) throws(PasswordFault) -> Password {
        let minimum = hasSecondFactor ? minimumLengthWithSecondFactor : minimumLength
        guard !text.isEmpty else { throw .tooShort(minimum: minimum) }
        guard let password = Password(text) else { throw .tooLong }
        guard password.length >= minimum else { throw .tooShort(minimum: minimum) }
        guard !blockList.contains(password) else { throw .common }
        let folded = BlockList.fold(password.text.reveal())
        guard !PasswordPattern.isRepetition(folded), !PasswordPattern.isRows(folded) else { throw .repeated }
        guard !PasswordContext(context).dominates(folded) else { throw .containsContext }
        return password
    }
}
