public import Accounts
public import JSON

extension UserRecord {
    /// As the administration interface and `latchkey users show` write it.
    public var json: JSONValue {
        func time(_ instant: Instant) -> JSONValue { .string(PageTime(unixSeconds: instant.seconds).machineForm) }
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        func object(_ text: String) -> JSONValue { (try? JSONValue.parse(Array(text.utf8))) ?? .null }
        return [
            "id": .string(id.description),
            "name": text(displayName),
            "email": text(email),
            "email_verified": .bool(emailVerified),
            "roles": .array(roles.map { .string($0) }),
            "public_metadata": object(publicMetadata),
            "private_metadata": object(privateMetadata),
            "providers": .array(providers.map { .string($0) }),
            "sessions": .number(JSONNumber(Int64(sessions))),
            "created_at": time(createdAt),
            "last_sign_in_at": time(lastSignInAt),
            "disabled_at": disabledAt.map(time) ?? .null,
            "merged_into": text(mergedInto?.description),
        ]
    }
}
