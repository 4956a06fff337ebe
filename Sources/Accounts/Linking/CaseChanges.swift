/// Cases that one policy decides in one way and another policy in another.
public struct CaseChange: Sendable, Hashable {
    /// What the earlier policy says in the first such case.
    public let before: LinkingDecision
    /// What the later policy says in the same case.
    public let after: LinkingDecision
    /// How many cases change from that outcome to the other. A case is a combination of facts in a kind of context
    /// (provider, domain, app, invitation) that the rules can tell apart: a measure of the policies, not of people.
    public internal(set) var count: Int

    /// The case in words, with both answers.
    public var sentence: String {
        "\(before.situation): \(before.answer); now \(after.answer)"
    }
}

/// All cases whose outcome differs between two policies.
public struct CaseChanges: Sendable, Hashable {
    /// Most kinds of contexts that are tried.
    static let maximumContexts = 4_000

    /// One element for each pair of outcomes, the pair with the most cases first.
    public private(set) var changes: [CaseChange] = []
    /// How many kinds of contexts were tried.
    public let contexts: Int
    /// False when the two policies together tell more kinds of contexts apart than are tried. Each policy's own are
    /// always tried, so no change goes unseen altogether; the counts are then too small.
    public let isComplete: Bool

    /// Tries every case under both policies.
    public init(from earlier: LinkingPolicy, to later: LinkingPolicy) {
        let either = LinkingPolicy(
            name: "",
            signUp: earlier.signUp == .invited || later.signUp == .invited ? .invited : .open,
            dormantAfter: nil,
            rules: earlier.rules + later.rules
        )
        let kinds = ContextKinds(either)
        isComplete = kinds.count <= Self.maximumContexts
        var contexts = isComplete ? kinds.contexts : []
        if contexts.isEmpty {
            var seen: Set<LinkingContext> = []
            contexts = (ContextKinds(earlier).contexts + ContextKinds(later).contexts)
                .filter { seen.insert($0).inserted }
        }
        // A provider that is only for linking is refused before any rule is asked.
        contexts.removeAll(where: \.linkOnly)
        self.contexts = contexts.count
        var comparison = Comparison(earlier: earlier, later: later)
        for context in contexts { comparison.compare(in: context) }
        // Sorting is stable in effect: ties keep the order in which the cases are enumerated.
        changes = comparison.changes.enumerated()
            .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
    }
}

/// A comparison under way. Structure is the same under every policy, so only what rules are asked about is tried.
private struct Comparison {
    private struct Key: Hashable {
        let facts: Int
        let earlier: Int32
        let later: Int32
        let invited: Bool
    }

    private struct Outcomes: Hashable {
        let before: LinkingOutcome
        let after: LinkingOutcome
    }

    let earlier: LinkingPolicy
    let later: LinkingPolicy
    private let earlierMatches: FirstMatches
    private let laterMatches: FirstMatches
    private(set) var changes: [CaseChange] = []
    private var places: [Outcomes: Int] = [:]
    /// The change that a case belongs to; nil inside for none.
    private var known: [Key: Int?] = [:]

    init(earlier: LinkingPolicy, later: LinkingPolicy) {
        self.earlier = earlier
        self.later = later
        earlierMatches = FirstMatches(earlier)
        laterMatches = FirstMatches(later)
    }

    mutating func compare(in context: LinkingContext) {
        let (before, after) = (earlierMatches.positions(in: context), laterMatches.positions(in: context))
        for number in FirstMatches.asked where context.canAccompany(LinkingFacts.possible[number]) {
            guard let place = FirstMatches.seenByRules[number].first else { continue }
            let key = Key(facts: number, earlier: before[place], later: after[place], invited: context.invited)
            if let change = known[key] {
                if let change { changes[change].count += 1 }
                continue
            }
            known[key] = .some(judge(LinkingFacts.possible[number], context))
        }
    }

    private mutating func judge(_ facts: LinkingFacts, _ context: LinkingContext) -> Int? {
        let before = decideLinking(facts, under: earlier, context: context)
        let after = decideLinking(facts, under: later, context: context)
        guard before.outcome != after.outcome else { return nil }
        let outcomes = Outcomes(before: before.outcome, after: after.outcome)
        if let place = places[outcomes] {
            changes[place].count += 1
            return place
        }
        places[outcomes] = changes.count
        changes.append(CaseChange(before: before, after: after, count: 1))
        return changes.count - 1
    }
}
