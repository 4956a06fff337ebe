import Accounts
import JSON

/// The body of `GET /v1/session`, written straight into bytes: it is made for every request of every app behind this
/// service, and a tree of ``JSONValue``s would cost several times as much as the writing.
struct SessionAnswer {
    private(set) var bytes: [UInt8] = []

    init(_ session: LiveSession, permissions: [String]) {
        let user = session.user
        bytes.reserveCapacity(512)
        literal(#"{"user":{"id":"#)
        id(user.id)
        literal(#","name":"#)
        optional(user.displayName)
        literal(#","email":"#)
        optional(user.email)
        literal(user.emailVerified ? #","email_verified":true,"roles":"# : #","email_verified":false,"roles":"#)
        list(user.roles)
        literal(#","permissions":"#)
        list(permissions)
        literal(#","metadata":"#)
        // Was written by ``JSONValue`` when it was stored, so it needs no second look for every answer.
        literal(user.publicMetadata)
        literal(#"},"session":{"id":"#)
        id(session.id)
        literal(#","created_at":"#)
        time(session.createdAt)
        literal(#","authenticated_at":"#)
        time(session.authenticatedAt)
        literal(#","expires_at":"#)
        time(session.expiresAt)
        literal(#","idle_expires_at":"#)
        time(session.idleExpiresAt)
        literal(#"},"amr":"#)
        list(session.methods)
        literal(#","acr":"#)
        string(session.level.acr)
        literal(#","provider":"#)
        optional(session.provider)
        literal("}")
    }

    private mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A string. What has to be escaped is left to ``JSONValue``, so that there is one place that knows how.
    private mutating func string(_ text: String) {
        guard text.utf8.allSatisfy(Self.isPlain) else {
            bytes.append(contentsOf: JSONValue.string(text).serializedBytes())
            return
        }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
        case 0x20...0x7E: true
        default: false
        }
    }

    private mutating func optional(_ text: String?) {
        if let text { string(text) } else { literal("null") }
    }

    private mutating func list(_ texts: [String]) {
        bytes.append(UInt8(ascii: "["))
        for (position, text) in texts.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            string(text)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func id<Subject>(_ id: ID<Subject>) {
        bytes.append(UInt8(ascii: "\""))
        id.appendCanonicalForm(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func time(_ instant: Instant) {
        bytes.append(UInt8(ascii: "\""))
        PageTime(unixSeconds: instant.seconds).writeMachineForm(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
