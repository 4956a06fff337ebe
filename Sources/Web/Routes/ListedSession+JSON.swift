public import Accounts
public import JSON

extension ListedSession {
    /// As programs, administrators and `latchkey sessions list` read it.
    /// - Parameter isCurrent: whether it is the one that asks.
    public func json(isCurrent: Bool) -> JSONValue {
        func time(_ instant: Instant) -> JSONValue { .string(PageTime(unixSeconds: instant.seconds).machineForm) }
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "id": .string(id.description),
            "current": .bool(isCurrent),
            "client": text(client),
            "device": .string(BrowserName.text(userAgent)),
            "user_agent": text(userAgent),
            "network": text(network),
            "created_at": time(createdAt),
            "authenticated_at": authenticatedAt.map(time) ?? .null,
            "last_seen_at": time(lastSeenAt),
            "expires_at": time(expiresAt),
            "idle_expires_at": time(idleExpiresAt),
            "amr": .array(methods.map { .string($0) }),
            "acr": .string(AuthenticationLevel(methods: methods).acr),
            "provider": text(provider),
        ]
    }
}
