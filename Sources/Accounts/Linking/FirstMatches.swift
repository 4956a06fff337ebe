/// Which rule is the first to match, for all cases of a context at once.
///
/// Rules see four facts and three warnings of a newcomer, 100 cases in all, so the cases a rule describes fit into the
/// bits of one integer, and a context costs a few operations for each rule instead of a question for each case and rule.
struct FirstMatches {
    /// The cases rules can be asked about, once each: sessions make no difference to rules.
    static let cases: [LinkingFacts] = LinkingFacts.possible.filter {
        $0.intent == .signIn && $0.identity == .unknown && $0.session == LinkingFacts.Session.none
    }

    /// For each of ``LinkingFacts/possible``: the place in ``cases`` of the case as a rule sees it, and of the same with
    /// each stronger evidence; empty for what no rule is asked about.
    static let seenByRules: [[Int]] = {
        let places = Dictionary(uniqueKeysWithValues: cases.enumerated().map { ($1, $0) })
        return LinkingFacts.possible.map { facts in
            guard facts.intent == .signIn, facts.identity == .unknown else { return [] }
            var seen = facts
            seen.session = .none
            let strengths = LinkingFacts.Email.allCases
            return strengths[(strengths.firstIndex(of: facts.email) ?? 0)...].compactMap { email in
                seen.email = email
                return places[seen]
            }
        }
    }()

    /// Places in ``LinkingFacts/possible`` of what rules are asked about.
    static let asked: [Int] = seenByRules.indices.filter { !seenByRules[$0].isEmpty }

    private let rules: [LinkingCondition]
    private let described: [UInt128]

    init(_ policy: LinkingPolicy) {
        rules = policy.rules.map(\.when)
        described = rules.map { rule in
            Self.cases.enumerated().reduce(into: UInt128(0)) { bits, element in
                if rule.describes(element.element) { bits |= 1 << UInt128(element.offset) }
            }
        }
    }

    /// For each of ``cases``, the position of the first rule that matches in that context; -1 for none.
    func positions(in context: LinkingContext) -> [Int32] {
        var result = [Int32](repeating: -1, count: Self.cases.count)
        var open = (UInt128(1) << UInt128(Self.cases.count)) - 1
        for (position, rule) in rules.enumerated() where described[position] & open != 0 && rule.applies(in: context) {
            var matched = described[position] & open
            open &= ~matched
            while matched != 0 {
                result[matched.trailingZeroBitCount] = Int32(clamping: position)
                matched &= matched - 1
            }
            if open == 0 { break }
        }
        return result
    }
}
