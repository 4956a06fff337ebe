/// What each role may do, as the operator wrote it. Latchkey gives the names on to apps and asks for none of them itself.
public struct RolePermissions: Sendable, Hashable {
    private let byRole: [String: [String]]

    /// No role may do anything that has a name.
    public static let none = RolePermissions([])

    /// From pairs of a role and a permission.
    public init(_ pairs: [(role: String, permission: String)]) {
        var byRole: [String: Set<String>] = [:]
        for pair in pairs { byRole[pair.role, default: []].insert(pair.permission) }
        self.byRole = byRole.mapValues { $0.sorted() }
    }

    /// What somebody with these roles may do: each permission once, in alphabetical order.
    public func permissions(of roles: [String]) -> [String] {
        guard !byRole.isEmpty else { return [] }
        let lists = roles.compactMap { byRole[$0] }
        // One role is the usual case, and its list is in order already.
        guard lists.count > 1 else { return lists.first ?? [] }
        return Set(lists.joined()).sorted()
    }
}
