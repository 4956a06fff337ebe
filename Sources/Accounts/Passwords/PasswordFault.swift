/// Why a password cannot be chosen. It never says anything about the password that its owner does not know.
public enum PasswordFault: Error, Sendable, Hashable {
    /// Shorter than this many characters (code points).
    case tooShort(minimum: Int)
    /// Longer than ``Password/maximumBytes``.
    case tooLong
    /// On the block list.
    case common
    /// One short piece again and again, or rows of the keyboard or the alphabet.
    case repeated
    /// The name of the service, the address or the person's name, and little else.
    case containsContext
    /// Known from a breach of some other service.
    case breached

    /// A stable name.
    public var code: String {
        switch self {
        case .tooShort: "too_short"
        case .tooLong: "too_long"
        case .common: "common"
        case .repeated: "repeated"
        case .containsContext: "contains_context"
        case .breached: "breached"
        }
    }

    /// One sentence for the person, with a way forward.
    public var sentence: String {
        switch self {
        case .tooShort(let minimum): "Use at least \(minimum) characters; a few unrelated words are easy to remember."
        case .tooLong: "This is longer than we can take; 256 characters always fit."
        case .common: "Many people use this password, so it is guessed first; choose another."
        case .repeated: "Repetitions and rows like 12345 are guessed quickly; choose something less regular."
        case .containsContext: "This is little more than a name or address that others know; add more of your own."
        case .breached:
            "This password is in lists that attackers got from other sites; choose one you use nowhere else."
        }
    }
}
