public import Accounts

/// A linking policy as it was written: its text, and what the text means.
public struct PolicyDocument: Sendable, Hashable {
    /// The text, byte for byte.
    public let text: String
    /// What it says.
    public let policy: LinkingPolicy

    init(text: String, policy: LinkingPolicy) {
        self.text = text
        self.policy = policy
    }
}
