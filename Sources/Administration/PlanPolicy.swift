import Accounts
import JSON
public import PolicyLanguage

import struct Foundation.UUID

/// Replays what was decided, and tries what might be, under a new policy.
public struct PlanPolicy: Sendable {
    /// Days of decisions that are replayed when nobody says how many.
    public static let usualDays = 30
    /// Most days.
    public static let mostDays = 3650

    /// How far a plan has come.
    public struct Progress: Sendable, Hashable {
        /// What is looked at: `decisions` or `users`.
        public let what: String
        /// How many so far.
        public let done: Int
        /// About how many there are.
        public let whole: Int
    }

    private let policies: any PolicyStore
    private let replays: any ReplayStore
    private let providers: [PlanProvider]
    private let privilegedRoles: [String]

    /// Creates the flow.
    public init(
        policies: any PolicyStore,
        replays: any ReplayStore,
        providers: [PlanProvider],
        privilegedRoles: [String]
    ) {
        self.policies = policies
        self.replays = replays
        self.providers = providers
        self.privilegedRoles = privilegedRoles
    }

    /// Makes a plan and keeps it for a day.
    public func callAsFunction(
        _ candidate: PolicyDocument,
        days: Int = usualDays,
        author: String,
        progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws(PolicyFailure) -> PolicyPlan {
        let plan = try await replay(candidate, days: days, progress: progress)
        try await storing { () async throws(StoreFailure) in
            try await replays.keep(plan, summary: plan.json.serialized(), author: author)
        }
        return plan
    }

    /// Puts a policy in force if its plan still holds: the same base, the same text, and the data not gone elsewhere.
    public func apply(
        _ candidate: PolicyDocument,
        plan id: String,
        source: PolicyVersion.Source,
        author: String,
        reason: String,
        progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws(PolicyFailure) -> PolicyVersion {
        guard let uuid = UUID(uuidString: id) else { throw .unknownPlan }
        let stored = try await storing { () async throws(StoreFailure) in try await replays.planSummary(uuid) }
        guard let stored, let summary = try? JSONValue.parse(Array(stored.utf8)).object,
            let base = summary["base_version"]?.int64, let days = summary["days"]?.int64
        else { throw .unknownPlan }
        guard summary["hash"]?.string == candidate.policy.hash else {
            throw .planOutdated(["it was made for another policy than this one"])
        }
        let live = try await storing { () async throws(StoreFailure) in try await policies.snapshot() }.live
        guard live?.number == Int(base) else { throw .moved(live: live?.number ?? 0) }
        var counts: [PlanKind: Int] = [:]
        for change in summary["changes"]?.array ?? [] {
            guard let kind = change.object?["kind"]?.string.flatMap({ PlanKind(rawValue: $0) }),
                let count = change.object?["count"]?.int64
            else { throw .unknownPlan }
            counts[kind, default: 0] += Int(count)
        }
        let present = try await replay(candidate, days: Int(days), progress: progress)
        let departures = present.departures(from: counts)
        guard departures.isEmpty else { throw .planOutdated(departures) }
        return try await ApplyPolicy(store: policies)(
            candidate,
            source: source,
            author: author,
            reason: reason,
            base: Int(base),
            plan: stored
        )
    }

    private func replay(
        _ candidate: PolicyDocument,
        days: Int,
        progress: @Sendable (Progress) -> Void
    ) async throws(PolicyFailure) -> PolicyPlan {
        let live = try await storing { () async throws(StoreFailure) in try await policies.snapshot() }.live
        guard let live else { throw .unknownVersion(1) }
        let before = try PolicyDocument.checked(live.text, file: "version \(live.number)").policy
        let after = candidate.policy
        let sizes = try await storing { () async throws(StoreFailure) in try await replays.replaySizes(days: days) }
        var comparison = PlanComparison(from: before, to: after)
        let named = (before.rules + after.rules).map(\.when)
        let apps = Set(named.flatMap { $0.apps ?? [] }).sorted()
        let ruled = Set(named.flatMap { $0.domains ?? [] })

        var decisions = 0
        let domains = ruled.sorted()
        try await everyChunk { (cursor) async throws(StoreFailure) in
            try await replays.decisionGroups(after: cursor, days: days, domains: domains, apps: apps)
        } each: { chunk in
            for group in chunk.groups { comparison.replay(group) }
            decisions += chunk.rows
            progress(Progress(what: "decisions", done: decisions, whole: sizes.decisions))
        }

        var (users, addresses) = (0, 0)
        let question = AddressQuestion(
            domains: ruled.union(providers.flatMap(\.authoritativeDomains)).sorted(),
            issuers: Set(providers.map(\.issuer)).sorted(),
            privilegedRoles: privilegedRoles,
            dormantBefore: before.dormantAfter,
            dormantAfter: after.dormantAfter
        )
        try await everyChunk { (cursor) async throws(StoreFailure) in
            try await replays.addressGroups(after: cursor, question: question)
        } each: { chunk in
            for group in chunk.groups {
                comparison.tryFirstSignIns(group, through: providers)
                addresses += group.count
            }
            users += chunk.rows
            progress(Progress(what: "users", done: users, whole: sizes.users))
        }
        return PolicyPlan(
            id: UUID().uuidString.lowercased(),
            baseVersion: live.number,
            baseHash: live.policyHash,
            policyHash: after.hash,
            days: days,
            decisions: decisions,
            addresses: addresses,
            changes: comparison.changes,
            difference: PolicyDifference(from: before, to: after).lines
        )
    }

    private func everyChunk<Key>(
        _ next: @Sendable (ReplayCursor?) async throws(StoreFailure) -> ReplayChunk<Key>,
        each: (ReplayChunk<Key>) -> Void
    ) async throws(PolicyFailure) {
        var cursor: ReplayCursor?
        repeat {
            let from = cursor
            let chunk = try await storing { () async throws(StoreFailure) in try await next(from) }
            each(chunk)
            cursor = chunk.next
        } while cursor != nil && !Task.isCancelled
        if Task.isCancelled { throw .store(.unavailable) }
    }
}
