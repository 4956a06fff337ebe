import Accounts

/// What a change of policy does to people, by kind. One person can be counted under several.
public enum PlanKind: String, Sendable, Hashable, CaseIterable {
    /// Linked without proof, and was not before.
    case newlyLinkedSilently = "newly_linked_silently"
    /// Asked for a proof, and was not before.
    case newlyAskedForProof = "newly_asked_for_proof"
    /// May claim an address, and might not before.
    case newlyClaimable = "newly_claimable"
    /// Waits for an administrator, and did not before.
    case newlyHeld = "newly_held"
    /// Refused, and was not before.
    case newlyStopped = "newly_stopped"
    /// Becomes a user without the address, and did not before.
    case newlyCreatedApart = "newly_created_apart"
    /// Could sign up, and cannot any more.
    case signUpClosed = "sign_up_closed"
    /// Could not sign up, and can now.
    case signUpOpened = "sign_up_opened"
    /// Could get in, at once or after a proof, and is refused or held now.
    case leftWithoutAWayIn = "left_without_a_way_in"
    /// Decided otherwise in a way that none of these says.
    case otherwise = "otherwise"

    /// For people.
    public var words: String { rawValue.replacing("_", with: " ") }

    /// Every kind that a change from one decision to another is; none when both do the same.
    static func of(_ before: LinkingOutcome, _ after: LinkingOutcome) -> [PlanKind] {
        guard before != after else { return [] }
        var kinds: [PlanKind] = []
        if after == .link { kinds.append(.newlyLinkedSilently) }
        if asksForProof(after), !asksForProof(before) { kinds.append(.newlyAskedForProof) }
        if claims(after), !claims(before) { kinds.append(.newlyClaimable) }
        if after == .hold { kinds.append(.newlyHeld) }
        if isRefusal(after), !isRefusal(before) { kinds.append(.newlyStopped) }
        if after == .createSeparate { kinds.append(.newlyCreatedApart) }
        if creates(before), refusesSignUp(after) { kinds.append(.signUpClosed) }
        if refusesSignUp(before), creates(after) { kinds.append(.signUpOpened) }
        if letsIn(before), !letsIn(after) { kinds.append(.leftWithoutAWayIn) }
        return kinds.isEmpty ? [.otherwise] : kinds
    }

    private static func asksForProof(_ outcome: LinkingOutcome) -> Bool {
        switch outcome {
        case .linkAfterProof, .claimAfterProof: true
        default: false
        }
    }

    private static func claims(_ outcome: LinkingOutcome) -> Bool { outcome == .claim || outcome == .claimAfterProof }

    private static func creates(_ outcome: LinkingOutcome) -> Bool { outcome == .create || outcome == .createSeparate }

    private static func isRefusal(_ outcome: LinkingOutcome) -> Bool { outcome.code == "refuse" }

    private static func refusesSignUp(_ outcome: LinkingOutcome) -> Bool {
        outcome == .refuse(.signUpClosed) || outcome == .refuse(.invitationRequired)
    }

    private static func letsIn(_ outcome: LinkingOutcome) -> Bool { outcome != .hold && !isRefusal(outcome) }
}

/// People to whom one change happens in one way.
public struct PlanChange: Sendable, Hashable {
    /// How somebody comes to be counted.
    public enum Basis: String, Sendable, Hashable, CaseIterable {
        /// A decision that was made.
        case decisions
        /// A first sign-in that somebody with a proven address here might make.
        case addresses

        /// What is counted, for one or for several.
        public func noun(for count: Int) -> String {
            switch self {
            case .decisions: count == 1 ? "decision" : "decisions"
            case .addresses: count == 1 ? "address" : "addresses"
            }
        }
    }

    /// What happens to them.
    public let kind: PlanKind
    /// How they were found.
    public let basis: Basis
    /// Through which provider.
    public let provider: String
    /// The outcome under the policy in force.
    public let before: String
    /// The rule that gives it; nil when structure decides.
    public let beforeRule: String?
    /// The outcome under the new policy.
    public let after: String
    /// The rule that gives it.
    public let afterRule: String?
    /// How many.
    public internal(set) var count: Int
    /// Up to five: ids of decisions, or of users.
    public internal(set) var samples: [String]
}
