/// How a node's policy is doing, for the health page.
public struct PolicyStatus: Sendable, Hashable {
    /// What is wrong with the file, or the version, that should be in force; empty when nothing is. Never its words: the health
    /// page is for everybody.
    public var faults: Int = 0
    /// The file says what an older version said, and is not in force.
    public var fileIsOlder = false
    /// Changes are not heard but looked for, every second.
    public var isPolling = false

    /// Creates the status of a node on which all is well.
    public init() {}

    /// What to show, by name; empty when all is well.
    public var details: [(name: String, text: String)] {
        var details: [(String, String)] = []
        if faults > 0 { details.append(("policy_file", "faulty (\(faults)): the policy in force stays, see the log")) }
        if fileIsOlder { details.append(("policy_file", "older than the policy in force, which stays")) }
        if isPolling { details.append(("policy", "polling")) }
        return details
    }
}
