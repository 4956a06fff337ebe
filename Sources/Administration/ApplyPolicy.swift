import Accounts
public import PolicyLanguage
import YAML

/// Puts a policy in force as a new version.
public struct ApplyPolicy: Sendable {
    /// Longest reason, in characters.
    public static let reasonLimit = 500
    private let store: any PolicyStore

    /// Creates the flow.
    public init(store: any PolicyStore) { self.store = store }

    /// Appends the version after `base`, or after whatever is in force when there is none given.
    ///
    /// - Parameters:
    ///   - document: the checked policy.
    ///   - base: the version that the author looked at.
    ///   - plan: summary of the plan, as JSON.
    public func callAsFunction(
        _ document: PolicyDocument,
        source: PolicyVersion.Source,
        author: String,
        reason: String,
        base: Int? = nil,
        plan: String? = nil
    ) async throws(PolicyFailure) -> PolicyVersion {
        let reason = reason.trimmed
        if source != .file && source != .builtIn {
            guard (1...Self.reasonLimit).contains(reason.count) else { throw .reasonMissing }
        }
        let live = try await storing { () async throws(StoreFailure) in try await store.snapshot() }.live
        if let base, base != live?.number ?? 0 { throw .moved(live: live?.number ?? 0) }
        let hash = document.policy.hash
        if let live, live.policyHash == hash { throw .unchanged(live.number) }
        let draft = PolicyDraft(
            text: document.text,
            policyHash: hash,
            author: author,
            reason: reason,
            source: source,
            plan: plan,
            difference: Self.difference(from: live, to: document.policy)
        )
        let appended = try await storing { () async throws(StoreFailure) in
            try await store.append(draft, after: live?.number ?? 0)
        }
        switch appended {
        case .appended(let version): return version
        case .moved(let live): throw .moved(live: live)
        }
    }

    /// What differs, in words. A version that this release cannot read is compared with nothing.
    private static func difference(from live: PolicyVersion?, to policy: LinkingPolicy) -> String {
        guard let live else { return "The first version." }
        guard let earlier = try? PolicyDocument.parse(live.text, file: "version \(live.number)").policy else {
            return "Version \(live.number) cannot be read by this release, so it is not compared."
        }
        return PolicyDifference(from: earlier, to: policy).lines.joined(separator: "\n")
    }
}

/// Puts an older version in force again, as a new version.
public struct RollBackPolicy: Sendable {
    private let store: any PolicyStore

    /// Creates the flow.
    public init(store: any PolicyStore) { self.store = store }

    /// The text of version `number` is checked as any other before it is put in force: this release may know better.
    public func callAsFunction(
        to number: Int,
        author: String,
        reason: String
    ) async throws(PolicyFailure) -> PolicyVersion {
        let found = try await storing { () async throws(StoreFailure) in try await store.version(number) }
        guard let found else { throw .unknownVersion(number) }
        let document = try PolicyDocument.checked(found.text, file: "version \(number)")
        return try await ApplyPolicy(store: store)(document, source: .rollback, author: author, reason: reason)
    }
}

extension PolicyDocument {
    /// Reads and checks a policy; the faults as a ``PolicyFailure``.
    public static func checked(_ text: String, file: String) throws(PolicyFailure) -> PolicyDocument {
        do {
            return try parse(text, file: file)
        } catch {
            throw .faulty(error.diagnostics.map(\.description))
        }
    }
}

/// The store's failure as a policy's.
func storing<Value: Sendable>(
    _ body: @Sendable () async throws(StoreFailure) -> Value
) async throws(PolicyFailure) -> Value {
    do {
        return try await body()
    } catch {
        throw .store(error)
    }
}

extension String {
    /// Without blanks at either end.
    var trimmed: String {
        let kept = drop(while: \.isWhitespace)
        guard let last = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(kept[...last])
    }
}
