public import Accounts
public import JSON

/// What administrators do to users: for the command and the administration interface alike.
public struct AdministerUsers: Sendable {
    /// Why something that an administrator asked for was not even tried.
    public struct Fault: Error, Sendable, Hashable {
        /// One sentence for the administrator.
        public let sentence: String
    }

    private let store: any UserStore
    private let sessions: any SessionListStore
    private let unixTime: @Sendable () -> Int64

    /// Creates the flow.
    public init(
        store: any UserStore,
        sessions: any SessionListStore,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.sessions = sessions
        self.unixTime = unixTime
    }

    /// Whoever has proven an address.
    public func owner(of address: EmailAddress) async throws(StoreFailure) -> UserID? {
        try await store.owner(of: address)
    }

    /// Live sessions of a user.
    public func sessions(of user: UserID) async throws(StoreFailure) -> [ListedSession] {
        try await sessions.liveSessions(of: user)
    }

    /// Carries out a change and writes down for the account's owner what happened, and for the operator who did it.
    public func callAsFunction(
        _ change: UserChange,
        of user: UserID,
        by administrator: String,
        requestID: String? = nil
    ) async throws(StoreFailure) -> UserChangeResult {
        let author = String(administrator.prefix(64))
        let event = Self.kind(of: change).map { kind in
            AccountEvent(
                id: .fresh(milliseconds: UInt64(clamping: unixTime()) * 1000),
                kind: kind,
                network: nil,
                requestID: requestID,
                author: author
            )
        }
        return try await store.change(user, change, by: author, event: event)
    }

    private static func kind(of change: UserChange) -> AccountEvent.Kind? {
        switch change {
        case .disable: .disabled
        case .enable: .enabled
        case .endSessions: .sessionsEndedByAdministrator
        case .setRoles: .rolesChanged
        case .setMetadata: .metadataChanged
        // The history goes with the account; the apps' events tell of it.
        case .delete: nil
        }
    }

    /// Roles as they are stored.
    public static func roles(_ names: [String]) throws(Fault) -> [String] {
        guard names.count <= RoleName.limitPerUser else {
            throw Fault(sentence: "A user has at most \(RoleName.limitPerUser) roles.")
        }
        guard names.allSatisfy({ RoleName.isValid($0) }) else {
            throw Fault(sentence: "The name of a role has 1 to 64 letters, digits and _ - . :")
        }
        guard Set(names).count == names.count else { throw Fault(sentence: "A role stands there twice.") }
        return names
    }

    /// Metadata as it is stored: written by ``JSONValue``, so that it can stand in an answer as it is.
    /// - Parameter limit: most bytes of that text.
    public static func metadata(_ value: JSONValue, limit: Int) throws(Fault) -> String {
        guard value.object != nil else { throw Fault(sentence: "Metadata has to be a JSON object.") }
        let text = value.serialized()
        guard text.utf8.count <= limit else {
            throw Fault(sentence: "This metadata has at most \(limit) bytes; there are \(text.utf8.count).")
        }
        return text
    }

    /// Most bytes of public and of private metadata.
    public static let metadataLimits = (publicly: 4096, privately: 16_384)
}
