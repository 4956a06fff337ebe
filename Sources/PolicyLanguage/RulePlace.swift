import Accounts
import YAML

/// Where the parts of one rule stand in the file.
struct RulePlace: Sendable, Hashable {
    /// A provider that the rule's condition names.
    struct ProviderMention: Sendable, Hashable {
        let id: ProviderID
        let location: SourceLocation
    }

    /// The rule's name.
    var name: SourceLocation
    /// What the rule decides.
    var then: SourceLocation
    /// The condition; nil when the rule has none.
    var when: SourceLocation?
    /// The condition's `dormant`; nil when there is none.
    var dormant: SourceLocation?
    /// Every provider named, in order.
    var providers: [ProviderMention] = []
}
