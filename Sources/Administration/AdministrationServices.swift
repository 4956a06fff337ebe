public import Accounts
public import PolicyLanguage

/// Everything the operator's side can do with the policy, made by the composition root: for the command line and the
/// administration interface alike.
public struct AdministrationServices: Sendable {
    /// Versions.
    public let policies: any PolicyStore
    /// Decisions.
    public let decisions: any DecisionStore
    /// Replays.
    public let plan: PlanPolicy
    /// Plans that were made.
    public let replays: any ReplayStore
    /// The enabled providers.
    public let providers: Set<ProviderID>

    /// Creates the services.
    public init(
        policies: any PolicyStore,
        decisions: any DecisionStore,
        replays: any ReplayStore,
        providers: [PlanProvider],
        privilegedRoles: [String]
    ) {
        self.policies = policies
        self.decisions = decisions
        self.replays = replays
        self.providers = Set(providers.map(\.id))
        plan = PlanPolicy(
            policies: policies,
            replays: replays,
            providers: providers,
            privilegedRoles: privilegedRoles
        )
    }

    /// Puts a version in force, with a plan or expressly without.
    public var apply: ApplyPolicy { ApplyPolicy(store: policies) }
    /// Puts an older version in force again.
    public var rollBack: RollBackPolicy { RollBackPolicy(store: policies) }

    /// The version in force.
    public func live() async throws(PolicyFailure) -> PolicyVersion {
        let policies = policies
        guard let live = try await storing({ () async throws(StoreFailure) in try await policies.snapshot() }).live
        else {
            throw .unknownVersion(1)
        }
        return live
    }

    /// One version.
    public func version(_ number: Int) async throws(PolicyFailure) -> PolicyVersion {
        let policies = policies
        let found = try await storing { () async throws(StoreFailure) in try await policies.version(number) }
        guard let found else { throw .unknownVersion(number) }
        return found
    }

    /// Every version, the oldest first, and where the chain is broken.
    public func history() async throws(PolicyFailure) -> (versions: [PolicyVersion], firstBreak: PolicyChain.Break?) {
        let policies = policies
        let versions = try await storing { () async throws(StoreFailure) in try await policies.versions() }
        return (versions, PolicyChain.firstBreak(in: versions))
    }

    /// The candidate in shadow mode, with what it would have done so far; nil when there is none.
    public func shadowReport() async throws(PolicyFailure) -> (shadow: StoredShadow, counts: [ShadowCount])? {
        let (policies, decisions) = (policies, decisions)
        let found = try await storing { () async throws(StoreFailure) in try await policies.snapshot() }.shadow
        guard let shadow = found else { return nil }
        let counts = try await storing { () async throws(StoreFailure) in
            try await decisions.shadowCounts(policyHash: shadow.policyHash)
        }
        return (shadow, counts)
    }

    /// Starts to try a candidate, or stops.
    public func tryOut(_ candidate: PolicyDocument?, author: String) async throws(PolicyFailure) {
        let policies = policies
        let shadow = candidate.map { StoredShadow(text: $0.text, policyHash: $0.policy.hash, author: author) }
        try await storing { () async throws(StoreFailure) in try await policies.setShadow(shadow) }
    }

    /// Decisions that were made.
    public func decisions(_ filter: DecisionFilter) async throws(PolicyFailure) -> [RecordedDecision] {
        let decisions = decisions
        return try await storing { () async throws(StoreFailure) in try await decisions.decisions(filter) }
    }

    /// One decision; nil when there is none of that id.
    public func decision(_ id: DecisionID) async throws(PolicyFailure) -> RecordedDecision? {
        let decisions = decisions
        return try await storing { () async throws(StoreFailure) in try await decisions.decision(id) }
    }

    /// The policy that a decision was made under, or why it cannot be asked again.
    public func policy(of decision: RecordedDecision) async throws(PolicyFailure) -> LinkingPolicy {
        let version = try await version(decision.policyVersion)
        return try PolicyDocument.checked(version.text, file: "version \(version.number)").policy
    }
}
