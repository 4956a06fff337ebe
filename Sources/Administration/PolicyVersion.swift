public import Accounts
import Cryptography

/// One version of the linking policy: what it said, who put it in force, when and why. Versions are never changed; going
/// back is a new version with an older text.
public struct PolicyVersion: Sendable, Hashable {
    /// Where a version came from.
    public enum Source: String, Sendable, CaseIterable {
        /// The policy that comes with Latchkey, because nothing else was there.
        case builtIn = "built_in"
        /// The policy's file was edited.
        case file
        /// `latchkey policy apply`
        case command
        /// The administration interface.
        case api
        /// An older version was put in force again.
        case rollback
    }

    /// Its number, from 1, without gaps.
    public let number: Int
    /// The text, byte for byte.
    public let text: String
    /// ``LinkingPolicy/hash`` of what the text says.
    public let policyHash: String
    /// An administrator's name, or `file`.
    public let author: String
    /// Why; empty for what comes from a file.
    public let reason: String
    /// Where it came from.
    public let source: Source
    /// When, by the database's clock.
    public let createdAt: Instant
    /// Summary of the plan it was applied with, as JSON; nil without one.
    public let plan: String?
    /// What differs from the version before, in words, one line each.
    public let difference: String
    /// SHA-256 over the chain hash before and everything above, as 64 hexadecimal digits: whoever knows the latest one
    /// notices when an older version was changed or left out. See ``PolicyChain`` for what that does not show.
    public let chainHash: String

    /// The version that follows `previous`.
    public init(_ draft: PolicyDraft, after previous: PolicyVersion?, at createdAt: Instant) {
        number = (previous?.number ?? 0) + 1
        text = draft.text
        policyHash = draft.policyHash
        author = draft.author
        reason = draft.reason
        source = draft.source
        self.createdAt = createdAt
        plan = draft.plan
        difference = draft.difference
        chainHash = Self.chainHash(draft, number: number, at: createdAt, after: previous?.chainHash)
    }

    /// A version as it was stored. Nothing is checked here; see ``PolicyChain``.
    public init(_ draft: PolicyDraft, number: Int, createdAt: Instant, chainHash: String) {
        self.number = number
        text = draft.text
        policyHash = draft.policyHash
        author = draft.author
        reason = draft.reason
        source = draft.source
        self.createdAt = createdAt
        plan = draft.plan
        difference = draft.difference
        self.chainHash = chainHash
    }

    /// What the chain hash has to be after `previous`.
    func expectedChainHash(after previous: String?) -> String {
        let draft = PolicyDraft(
            text: text,
            policyHash: policyHash,
            author: author,
            reason: reason,
            source: source,
            plan: plan,
            difference: difference
        )
        return Self.chainHash(draft, number: number, at: createdAt, after: previous)
    }

    /// Every field behind its name and its length in bytes, so that no two versions have the same bytes.
    private static func chainHash(
        _ draft: PolicyDraft,
        number: Int,
        at createdAt: Instant,
        after previous: String?
    ) -> String {
        var bytes = Array("latchkey-policy-version 1\n".utf8)
        func add(_ name: String, _ value: String) {
            bytes += Array("\(name) \(value.utf8.count)\n\(value)\n".utf8)
        }
        add("previous", previous ?? "")
        add("number", String(number))
        add("text", draft.text)
        add("policy_hash", draft.policyHash)
        add("author", draft.author)
        add("reason", draft.reason)
        add("source", draft.source.rawValue)
        add("created_at", String(createdAt.microseconds))
        add(draft.plan == nil ? "no_plan" : "plan", draft.plan ?? "")
        add("difference", draft.difference)
        return Hex.encode(SHA2.sha256(bytes))
    }
}

/// What somebody wants to put in force.
public struct PolicyDraft: Sendable, Hashable {
    /// The text.
    public let text: String
    /// ``LinkingPolicy/hash`` of what it says.
    public let policyHash: String
    /// Who.
    public let author: String
    /// Why.
    public let reason: String
    /// From where.
    public let source: PolicyVersion.Source
    /// Summary of its plan, as JSON.
    public let plan: String?
    /// What differs from the version before.
    public let difference: String

    /// Creates a draft.
    public init(
        text: String,
        policyHash: String,
        author: String,
        reason: String,
        source: PolicyVersion.Source,
        plan: String? = nil,
        difference: String
    ) {
        self.text = text
        self.policyHash = policyHash
        self.author = author
        self.reason = reason
        self.source = source
        self.plan = plan
        self.difference = difference
    }
}
