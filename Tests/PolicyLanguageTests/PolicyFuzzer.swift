import JSON

@testable import Accounts

/// Random policy files: most of them such as an operator could mean, many nearly right, some not even readable. Written
/// as JSON, which is YAML too, so that the oracle reads the very same bytes.
struct PolicyFuzzer {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// One file.
    mutating func text() -> String {
        var policy = sensible()
        for _ in 0..<below(4) where below(2) == 0 { restrict(&policy) }
        if below(3) == 0 { damage(&policy) }
        let json = json(policy)
        return (below(12) == 0 ? misspelt(json) : json).serialized()
    }

    // MARK: Policies

    /// A policy as somebody would write it.
    private mutating func sensible() -> LinkingPolicy {
        let waits: [LinkingOutcome] = [.hold, .refuse(.refusedByPolicy)]
        let ways: [(stronger: LinkingOutcome, weaker: [LinkingOutcome])] = [
            (.link, [.link, .linkAfterProof(proofs: someProofs()), .hold, .refuse(.accountExists)]),
            (.linkAfterProof(proofs: Set(LinkingProof.allCases)), [.linkAfterProof(proofs: someProofs()), .hold]),
            (.refuse(.accountExists), [.refuse(.accountExists), .hold]),
        ]
        let claims: [(stronger: LinkingOutcome, weaker: [LinkingOutcome])] = [
            (.claim, [.claimAfterProof, .hold, .createSeparate]), (.claimAfterProof, [.claimAfterProof, .hold]),
            (.hold, waits),
        ]
        let (way, claim) = (pick(ways), pick(claims))
        var rules: [(LinkingCondition, LinkingOutcome)] = [
            (LinkingCondition(email: [.authoritative], account: [.verified]), way.stronger),
            (LinkingCondition(email: [.verified], account: [.verified]), pick(way.weaker)),
            (LinkingCondition(email: [.authoritative], account: [.unverified]), claim.stronger),
            (LinkingCondition(email: [.verified], account: [.unverified]), pick(claim.weaker)),
            (
                LinkingCondition(email: [.verified, .authoritative], account: [.several]),
                pick([.hold, .linkAfterProof(proofs: someProofs()), .refuse(.accountExists)])
            ),
            (
                LinkingCondition(email: [.unverified], account: [.verified, .unverified, .disabled, .several]),
                pick([.createSeparate, .createSeparate, .hold, .refuse(.addressUnproven)])
            ),
            (LinkingCondition(account: [.none]), pick([.create, .create, .createSeparate, .hold])),
        ]
        if below(3) == 0 { rules.insert((LinkingCondition(email: [.none]), .refuse(.addressMissing)), at: 0) }
        if below(4) == 0 { rules.swapAt(below(rules.count), below(rules.count)) }
        return LinkingPolicy(
            name: "fuzz",
            signUp: pick(SignUp.allCases),
            dormantAfter: below(4) == 0 ? nil : (1 + below(900)) * 86_400,
            linkLapsesAfter: below(2) == 0 ? nil : (1 + below(900)) * 86_400,
            rules: rules.enumerated().map { LinkingRule(name: "rule \($0)", when: $1.0, then: $1.1) }
        )
    }

    /// Puts a narrower rule in front of one.
    private mutating func restrict(_ policy: inout LinkingPolicy) {
        let position = below(policy.rules.count)
        var when = policy.rules[position].when
        switch below(6) {
        case 0: when.providers = Set([pick(["google", "github", "gitlab"])].compactMap { ProviderID($0) })
        case 1: when.domains = [pick(["corp.example", "mail.example"])]
        case 2: when.apps = [pick(["payroll", "wiki"])]
        case 3: when.recycled = below(2) == 0
        case 4: when.privileged = below(2) == 0
        default: when.dormant = below(2) == 0
        }
        let then = pick([.hold, .refuse(.refusedByPolicy), policy.rules[position].then, anyOutcome()])
        policy.rules.insert(LinkingRule(name: "narrow \(policy.rules.count)", when: when, then: then), at: position)
    }

    /// Does what a hasty edit does.
    private mutating func damage(_ policy: inout LinkingPolicy) {
        let position = below(policy.rules.count)
        switch below(6) {
        case 0: policy.rules[position].then = anyOutcome()
        case 1: policy.rules[position].when.email = nil
        case 2: policy.rules[position].when.account = nil
        case 3: policy.rules.remove(at: position)
        case 4: policy.rules.swapAt(position, below(policy.rules.count))
        default:
            policy.rules[position].when = LinkingCondition(
                email: some(LinkingFacts.Email.allCases),
                account: some(LinkingFacts.Account.allCases.filter { $0 != .mine }),
                dormant: below(4) == 0 ? true : nil
            )
        }
    }

    private mutating func anyOutcome() -> LinkingOutcome {
        pick([
            .link, .linkAfterProof(proofs: someProofs()), .claim, .claimAfterProof, .create, .createSeparate, .hold,
            .refuse(pick(RefusalReason.allCases.filter(\.isForRules))),
        ])
    }

    private mutating func someProofs() -> Set<LinkingProof> { some(LinkingProof.allCases) }

    // MARK: Files

    /// The policy as a file, in one of the ways it can be written.
    private mutating func json(_ policy: LinkingPolicy) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("version", 1), ("sign_up", .string(policy.signUp.rawValue)), ("dormant_after", time(policy.dormantAfter)),
        ]
        if policy.linkLapsesAfter != nil || below(2) == 0 {
            members.append(("link_lapses_after", time(policy.linkLapsesAfter)))
        }
        if below(2) == 0 { members.append(("name", .string(policy.name))) }
        members.append(("rules", .array(policy.rules.map { json($0) })))
        return .object(JSONObject(members))
    }

    private mutating func json(_ rule: LinkingRule) -> JSONValue {
        var when: [(String, JSONValue)] = []
        func add(_ name: String, _ value: JSONValue?) { if let value { when.append((name, value)) } }
        add("email", rule.when.email.map { list($0.map(\.rawValue)) })
        add("account", rule.when.account.map { list($0.map(\.rawValue)) })
        add("recycled", rule.when.recycled.map { .bool($0) })
        add("privileged", rule.when.privileged.map { .bool($0) })
        add("dormant", rule.when.dormant.map { .bool($0) })
        add("provider", rule.when.providers.map { list($0.map(\.description)) })
        add("domain", rule.when.domains.map { list(Array($0)) })
        add("app", rule.when.apps.map { list(Array($0)) })
        var members: [(String, JSONValue)] = [("name", .string(rule.name)), ("then", .string(rule.then.code))]
        if !when.isEmpty || below(2) == 0 { members.append(("when", .object(JSONObject(when)))) }
        if case .linkAfterProof(let proofs) = rule.then {
            members.append(("proofs", list(proofs.map(\.rawValue))))
        }
        if case .refuse(let reason) = rule.then, reason != .refusedByPolicy || below(2) == 0 {
            members.append(("reason", .string(reason.rawValue)))
        }
        return .object(JSONObject(members))
    }

    private mutating func list(_ values: [String]) -> JSONValue {
        let sorted = values.sorted()
        return sorted.count == 1 && below(2) == 0 ? .string(sorted[0]) : .array(sorted.map { .string($0) })
    }

    private func time(_ seconds: Int?) -> JSONValue { .string(seconds.map { "\($0 / 86_400)d" } ?? "never") }

    /// Puts one thing into the file that the language does not know.
    private mutating func misspelt(_ json: JSONValue) -> JSONValue {
        guard case .object(var top) = json, case .array(var rules)? = top["rules"] else { return json }
        let position = below(rules.count)
        guard case .object(var rule) = rules[position] else { return json }
        func setting(_ object: JSONObject, _ name: String, _ value: JSONValue) -> JSONObject {
            JSONObject(object.members.filter { $0.name != name }.map { ($0.name, $0.value) } + [(name, value)])
        }
        switch below(12) {
        case 0: top = setting(top, "version", 2)
        case 1: top = setting(top, "sign_up", "sometimes")
        case 2: top = setting(top, "dormant_after", 540)
        case 3: top = setting(top, "signup", "open")
        case 4: rule = setting(rule, "then", .string(pick(["sign_in", "Link", ""])))
        case 5:
            rule = setting(rule, "when", pick(["always", ["emial": "verified"], ["email": []], ["account": "mine"]]))
        case 6:
            rule = setting(rule, "when", pick([["recycled": "yes"], ["domain": "*.example"], ["provider": "GitHub"]]))
        case 7: rule = setting(rule, "proofs", pick([[], ["password", "password"], ["pin"]]))
        case 8: rule = setting(rule, "reason", "user_disabled")
        case 9: rule = setting(rule, "name", .string("rule \((position + 1) % 2)"))
        case 10: rule = setting(rule, "if", true)
        default: rule = setting(rule, "when", ["email": ["verified", "verified"]])
        }
        rules[position] = .object(rule)
        return .object(setting(top, "rules", .array(rules)))
    }

    // MARK: Chance (SplitMix64: Steele, Lea, Flood 2014)

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// At least one of the values.
    private mutating func some<Value: Hashable>(_ values: [Value]) -> Set<Value> {
        Set(values.filter { _ in below(2) == 0 } + [pick(values)])
    }
}
