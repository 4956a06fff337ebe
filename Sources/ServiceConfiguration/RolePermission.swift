import Accounts

/// One thing that a role may do.
public struct RolePermission: Sendable, Hashable {
    /// The role, as users have it: 1 to 64 letters, digits and `_ - . :`.
    public let role: String
    /// The permission, of the same form.
    public let permission: String
}

extension ValueType where Value == RolePermission {
    /// `role=permission`.
    static let rolePermission = of(
        "role=permission, both of 1 to 64 letters, digits and _ - . :",
        write: { "\($0.role)=\($0.permission)" }
    ) { text in
        let halves = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, halves.allSatisfy({ RoleName.isValid($0) }) else { return nil }
        return RolePermission(role: halves[0], permission: halves[1])
    }
}
