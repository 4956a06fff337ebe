public import struct Foundation.UUID

/// A UUIDv7 that belongs to one kind of thing: an ``ID``<User> is not an ``ID``<Session>.
public struct ID<Subject>: Sendable, Hashable, CustomStringConvertible {
    /// The 128 bits.
    public let uuid: UUID

    /// Wraps an id that came from the database or from a request.
    public init(_ uuid: UUID) { self.uuid = uuid }

    /// Parses the canonical lower- or upper-case text form.
    public init?(_ text: String) {
        guard let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }

    /// Lower-case canonical text form.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        appendCanonicalForm(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the lower-case canonical text form: groups of 8, 4, 4, 4 and 12 digits with hyphens between (RFC 9562 §4).
    /// Session checks write several of them, which a formatter would take a tenth of the check for.
    public func appendCanonicalForm(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid.uuid) { octets in
            for (position, octet) in octets.enumerated() {
                if position == 4 || position == 6 || position == 8 || position == 10 { bytes.append(UInt8(ascii: "-")) }
                bytes.append(Self.digit(octet >> 4))
                bytes.append(Self.digit(octet & 0x0F))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// Marks ``ID``s of users.
public enum UserKind {}
/// Marks ``ID``s of sessions.
public enum SessionKind {}
/// Marks ``ID``s of federated identities.
public enum FederatedIdentityKind {}
/// Marks ``ID``s of linking decisions.
public enum DecisionKind {}

/// Id of a user.
public typealias UserID = ID<UserKind>
/// Id of a session; never the token.
public typealias SessionID = ID<SessionKind>
/// Id of a stored federated identity.
public typealias FederatedIdentityID = ID<FederatedIdentityKind>
/// Id of a recorded linking decision.
public typealias DecisionID = ID<DecisionKind>

/// Name of a provider as it appears in its file, in paths and in configuration: 1 to 32 of `a-z 0-9 -`.
public struct ProviderID: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Nil unless the text has the form above.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...32).contains(bytes.count),
            bytes.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        description = String(text)
    }
}
