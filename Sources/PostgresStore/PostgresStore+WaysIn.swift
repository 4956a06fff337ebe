import Accounts
import Postgres

extension PostgresStore {
    /// What a change takes away.
    enum WayIn {
        case password
        case identity(FederatedIdentityID)
    }

    /// A condition: the user has a way in that really works, besides one. The one rule for everything that removes a way in; true
    /// only under the lock on the user's row, so that two removals at once cannot both count on what the other takes away (G14).
    static func hasWayIn(_ user: UserID, besides removed: WayIn? = nil, among ways: WaysIn) -> SQL {
        var withoutPassword = false
        var identity: FederatedIdentityID?
        switch removed {
        case .password: withoutPassword = true
        case .identity(let id): identity = id
        case nil: break
        }
        return """
            (exists (select from passwords where user_id = \(user.uuid) and \(ways.password && !withoutPassword))
             or exists (select from federated_identities
                        where user_id = \(user.uuid) and issuer = any(\(ways.issuers))
                          and id is distinct from \(nullable: identity?.uuid))
             or exists (select from user_emails
                        where user_id = \(user.uuid) and verified_at is not null and \(ways.mail)))
            """
    }

    /// Whether it holds, inside a transaction that has the lock.
    static func hasWayIn(
        _ user: UserID,
        besides removed: WayIn? = nil,
        among ways: WaysIn,
        _ transaction: Transaction
    ) async throws -> Bool {
        try await transaction.query("select \(hasWayIn(user, besides: removed, among: ways))").one().decode(
            Bool.self,
            at: 0
        )
    }
}
