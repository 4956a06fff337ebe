public import Accounts
public import PolicyLanguage

/// Everything the operator's side can do with the policy, made by the composition root: for the command line and the
/// administration interface alike.
public final class AdministrationServices: Sendable {
    /// Versions.
    public let policies: any PolicyStore
    /// Decisions.
    public let decisions: any DecisionStore
    /// Replays.
    public let plan: PlanPolicy
    /// What plans that a request asks for wait for.
    public let planTurn = PlanTurn()
    /// Plans that were made.
    public let replays: any ReplayStore
    /// The enabled providers.
    public let providers: Set<ProviderID>
    private let eventLog: any EventLog
    private let directory: any UserDirectory
    private let accounts: any AccountStore
    private let issuers: [ProviderID: String]
    private let privilegedRoles: [String]

    /// Creates the services.
    public init(
        policies: any PolicyStore,
        decisions: any DecisionStore,
        replays: any ReplayStore,
        accounts: any AccountStore,
        events: any EventLog,
        directory: any UserDirectory,
        providers: [PlanProvider],
        privilegedRoles: [String]
    ) {
        self.policies = policies
        self.decisions = decisions
        self.replays = replays
        self.providers = Set(providers.map(\.id))
        self.accounts = accounts
        eventLog = events
        self.directory = directory
        self.privilegedRoles = privilegedRoles
        issuers = Dictionary(providers.map { ($0.id, $0.issuer) }, uniquingKeysWith: { first, _ in first })
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

    /// What apps are told, after an event that was read.
    public func events(after sequence: Int64, limit: Int) async throws(PolicyFailure) -> EventPage {
        let eventLog = eventLog
        let page = try await storing { () async throws(StoreFailure) in
            try await eventLog.events(after: sequence, limit: limit)
        }
        guard let page else { throw .eventsGone }
        return page
    }

    /// The user that an id stands for.
    public func user(_ id: UserID) async throws(PolicyFailure) -> UserRecord {
        let directory = directory
        let found = try await storing { () async throws(StoreFailure) in try await directory.user(id) }
        guard let found else { throw .unknownUser }
        return found
    }

    /// Whoever holds an address, those who have proven it first.
    public func users(at address: EmailAddress) async throws(PolicyFailure) -> [UserRecord] {
        let directory = directory
        return try await storing { () async throws(StoreFailure) in
            var found: [UserRecord] = []
            for id in try await directory.users(at: address) {
                if let user = try await directory.user(id) { found.append(user) }
            }
            return found
        }
    }

    /// The policy that a decision was made under, or why it cannot be asked again.
    public func policy(of decision: RecordedDecision) async throws(PolicyFailure) -> LinkingPolicy {
        let version = try await version(decision.policyVersion)
        return try PolicyDocument.checked(version.text, file: "version \(version.number)").policy
    }

    /// A case about somebody real: who holds the address, and whether they are recycled, privileged or dormant, as the database has
    /// it. Nil where the case is not one of a newcomer at a sign-in with an address.
    public func facts(
        of question: PolicyCase,
        at address: EmailAddress,
        under policy: LinkingPolicy
    ) async throws(PolicyFailure) -> LinkingFacts? {
        guard question.facts.intent == .signIn, question.facts.identity == .unknown,
            let evidence = EmailEvidence(rawValue: question.facts.email.rawValue)
        else { return nil }
        return try await facts(of: address, evidence: evidence, through: question.context.provider, under: policy)
    }

    /// What the decision would see if a newcomer of a provider, whom nobody here knows, came with an address; nil for a provider
    /// that is not enabled. Only reads.
    public func facts(
        of address: EmailAddress,
        evidence: EmailEvidence,
        through provider: ProviderID,
        under policy: LinkingPolicy
    ) async throws(PolicyFailure) -> LinkingFacts? {
        // No provider ever gave out this subject: the colon and the brackets are ours.
        guard let issuer = issuers[provider],
            let key = FederatedIdentityKey(issuer: issuer, subject: "<latchkey:explain>")
        else { return nil }
        let question = LinkingQuestion(
            identity: AssertedIdentity(
                provider: provider,
                key: key,
                email: AssertedEmail(address: address, evidence: evidence)
            ),
            purpose: .signIn,
            session: nil,
            freshFor: .zero,
            dormantAfter: policy.dormantAfter.map { .seconds($0) } ?? .seconds(Int64.max / 4_000_000),
            linkLapsesAfter: policy.linkLapsesAfter.map { .seconds($0) },
            privilegedRoles: privilegedRoles
        )
        let accounts = accounts
        return try await storing { () async throws(StoreFailure) in try await accounts.situation(of: question) }.facts
    }
}
