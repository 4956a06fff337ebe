public import Accounts

/// Why the operator's side could not do what was asked.
public enum PolicyFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text is faulty: `file:line:column: message` for each fault.
    case faulty([String])
    /// There is no reason with it.
    case reasonMissing
    /// Somebody put another version in force meanwhile.
    case moved(live: Int)
    /// There is no such version.
    case unknownVersion(Int)
    /// The version in force says the same.
    case unchanged(Int)
    /// There is no such plan, or it has expired.
    case unknownPlan
    /// The plan was made for something else, or what it found is not so any more; the sentences say what.
    case planOutdated([String])
    /// There is no such decision, or this release cannot read it.
    case unknownDecision
    /// There is no such user.
    case unknownUser
    /// The event to go on after is not there any more.
    case eventsGone
    /// A plan is being made here already.
    case planRunning
    /// A plan took longer than a request may.
    case planTooLong(seconds: Int)
    /// The store could not do it.
    case store(StoreFailure)

    /// Stable code.
    public var code: String {
        switch self {
        case .faulty: "policy_faulty"
        case .reasonMissing: "reason_missing"
        case .moved: "policy_moved"
        case .unknownVersion: "unknown_policy_version"
        case .unchanged: "policy_unchanged"
        case .unknownPlan: "unknown_policy_plan"
        case .planOutdated: "policy_plan_outdated"
        case .unknownDecision: "unknown_decision"
        case .unknownUser: "unknown_user"
        case .eventsGone: "events_gone"
        case .planRunning: "policy_plan_running"
        case .planTooLong: "policy_plan_too_long"
        case .store: "service_unavailable"
        }
    }

    /// One of each, for the check against docs/errors.md.
    public static let examples: [PolicyFailure] = [
        .faulty([]), .reasonMissing, .moved(live: 1), .unknownVersion(1), .unchanged(1), .unknownPlan,
        .planOutdated([]),
        .unknownDecision, .unknownUser, .eventsGone, .planRunning, .planTooLong(seconds: 1),
    ]

    /// What happened, in one sentence.
    public var description: String {
        switch self {
        case .faulty(let faults): "The policy is faulty (\(faults.count) fault(s)); the one in force stays."
        case .reasonMissing: "Say why: a reason of 1 to 500 characters is kept with the version."
        case .moved(let live): "Meanwhile version \(live) came into force. Look at it, then decide again."
        case .unknownVersion(let number): "There is no version \(number)."
        case .unchanged(let number): "Version \(number), which is in force, says the same; there is nothing to change."
        case .unknownPlan: "There is no such plan, or it is older than a day. Make a new one."
        case .planOutdated(let why): "The plan does not hold any more: \(why.joined(separator: "; ")). Make a new one."
        case .unknownDecision: "There is no such decision, or it was written by a release that this one cannot read."
        case .unknownUser: "There is no such user."
        case .eventsGone:
            "The event to go on after is not kept any more, so some may have been missed: read everything anew, then go on from 0."
        case .planRunning: "A plan is being made by this node already. Wait for it, or use `latchkey policy plan`."
        case .planTooLong(let seconds):
            "The plan was not ready after \(seconds) seconds, and was given up. Use `latchkey policy plan`, which has no limit."
        case .store(let failure): "The database refused (\(failure.rawValue)); nothing was changed as far as is known."
        }
    }

    /// The single faults, where there are any.
    public var details: [String] {
        switch self {
        case .faulty(let faults): faults
        case .planOutdated(let why): why
        default: []
        }
    }
}
