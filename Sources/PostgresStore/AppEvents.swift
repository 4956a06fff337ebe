import Postgres

/// What apps are told about accounts: each row is written in the transaction that makes it true, so that neither is there without
/// the other.
enum AppEvent: String {
    /// `{user_id, identity_id, provider}`
    case identityLinked = "user.identity_linked"
    /// The same.
    case identityUnlinked = "user.identity_unlinked"
    /// `{from, to}`: what belongs to the first user belongs to the second from now on.
    case merged = "user.merged"
    /// `{user_id, by}`: may not sign in any more.
    case disabled = "user.disabled"
    /// The same: may sign in again.
    case enabled = "user.enabled"
    /// The same: is gone, with everything.
    case deleted = "user.deleted"
    /// `{client_id, version, by, members, secrets_made, secrets_removed}`: an app was registered; names and fingerprints only.
    case clientCreated = "client.created"
    /// The same.
    case clientChanged = "client.changed"
    /// The same.
    case clientRemoved = "client.removed"
    /// The same, by `file`: a node has a file of this id, and the app of the store is not used any more.
    case clientSuperseded = "client.superseded"
}

extension PostgresStore {
    /// A statement that tells the apps once for each payload that `payloads` selects; on its own, or as a part of a `with`.
    static func announcement(of event: AppEvent, from payloads: SQL) -> SQL {
        "insert into app_events (kind, payload) select \(event.rawValue), told.payload from (\(payloads)) told (payload)"
    }
}
