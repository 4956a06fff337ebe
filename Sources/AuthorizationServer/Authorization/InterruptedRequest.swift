public import Accounts
public import Cryptography
import JSON
public import OAuth

/// A request on its way through the sign-in or a consent page: all of it, sealed, in the address the person comes back to. Nothing is
/// stored for somebody who never comes back, nobody can change it on the way, and no page in between sees `state` or `nonce`.
public struct InterruptedRequest: Sendable {
    /// The parameters, as they came.
    public let query: String
    /// Since when an authentication counts.
    public let signedInAfter: Instant?
    /// Microseconds since 1970 after which it is too late.
    public let expiresAt: Instant

    private static let context = Array("authorization request".utf8)
    /// How long a person may take.
    public static let lifetime: Duration = .seconds(3600)

    /// Interrupts a request.
    public init(query: String, signedInAfter: Instant?, now: Instant) {
        self.query = query
        self.signedInAfter = signedInAfter
        expiresAt = Instant(microseconds: now.microseconds + Self.lifetime.components.seconds * 1_000_000)
    }

    private init(query: String, signedInAfter: Instant?, expiresAt: Instant) {
        self.query = query
        self.signedInAfter = signedInAfter
        self.expiresAt = expiresAt
    }

    /// For an address.
    public func sealed(with keys: KeyRing) -> String {
        let members: [(String, JSONValue)] = [
            ("q", .string(query)), ("a", signedInAfter.map { .number(JSONNumber($0.microseconds)) } ?? .null),
            ("e", .number(JSONNumber(expiresAt.microseconds))),
        ]
        return Base64URL.encode(
            keys.seal(JSONValue.object(JSONObject(members)).serializedBytes(), context: Self.context)
        )
    }

    /// From an address; nil when it is not ours or was changed. Whether it is too old is the caller's to see.
    public init?(sealed: String, with keys: KeyRing) {
        guard sealed.utf8.count <= 8192, let bytes = Base64URL.decode(sealed),
            let plain = keys.open(bytes, context: Self.context), let value = try? JSONValue.parse(plain),
            let query = value["q"]?.string, let expiry = value["e"]?.int64
        else { return nil }
        self.init(
            query: query,
            signedInAfter: value["a"]?.int64.map { Instant(microseconds: $0) },
            expiresAt: Instant(microseconds: expiry)
        )
    }

    /// Where somebody comes back to with an interrupted request.
    public static let path = "/oauth/authorize/resume"

    /// The app whose request an address goes on with; nil for any other address, and for one that nobody here sealed.
    public static func client(returningTo address: String, keys: KeyRing) -> ClientID? {
        let prefix = path + "?request="
        guard address.hasPrefix(prefix),
            let interrupted = InterruptedRequest(sealed: String(address.dropFirst(prefix.count)), with: keys)
        else { return nil }
        return interrupted.parameters?["client_id"].flatMap { ClientID($0) }
    }

    /// The parameters again.
    public var parameters: FormParameters? { try? FormURLEncoded.parse(query) }
}
