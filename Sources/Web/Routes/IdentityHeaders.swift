import Accounts
import HTTPTypes

/// Who a session belongs to, as headers that a proxy copies to the app behind it.
///
/// Every header is there on every answer, empty where there is nothing to say: a proxy that copies only what it finds would let
/// through what a client sent under the same name.
enum IdentityHeaders {
    static func append(_ session: LiveSession, to headers: inout HTTPFields) {
        each(of: session) { headers.append(HTTPField(name: $0, value: $1)) }
    }

    /// The fields one by one.
    static func each(of session: LiveSession, _ body: (HTTPField.Name, String) -> Void) {
        let user = session.user
        body(.latchkeyUser, user.id.description)
        body(.latchkeySession, session.id.description)
        body(.latchkeyEmail, provenAddress(of: user))
        body(.latchkeyRoles, list(user.roles))
        body(.latchkeyMethods, list(session.methods))
        body(.latchkeyLevel, session.level.acr)
        body(.latchkeyTime, String(session.authenticatedAt.seconds))
    }

    /// The address, only if its owner has proven it: an app would take it for who somebody is (G03).
    static func provenAddress(of user: User) -> String {
        guard user.emailVerified, let email = user.email, email.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return ""
        }
        return email
    }

    /// Names with commas between. Bytes that a role of the configuration cannot have are percent-encoded (RFC 3986 §2.1), so that
    /// no role is two, and none ends the header.
    static func list(_ names: [String]) -> String {
        var bytes: [UInt8] = []
        for (position, name) in names.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            for byte in name.utf8 {
                if RoleName.allows(byte) {
                    bytes.append(byte)
                } else {
                    bytes.append(UInt8(ascii: "%"))
                    bytes.append(digit(byte >> 4))
                    bytes.append(digit(byte & 0x0F))
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension HTTPField.Name {
    // All of these are tokens (RFC 9110 §5.6.2), so no initialiser fails and no fallback is ever used.
    static let latchkeyUser = HTTPField.Name("X-Latchkey-User") ?? .via
    static let latchkeySession = HTTPField.Name("X-Latchkey-Session") ?? .via
    static let latchkeyEmail = HTTPField.Name("X-Latchkey-Email") ?? .via
    static let latchkeyRoles = HTTPField.Name("X-Latchkey-Roles") ?? .via
    static let latchkeyMethods = HTTPField.Name("X-Latchkey-Amr") ?? .via
    static let latchkeyLevel = HTTPField.Name("X-Latchkey-Acr") ?? .via
    static let latchkeyTime = HTTPField.Name("X-Latchkey-Auth-Time") ?? .via
    static let latchkeySignIn = HTTPField.Name("X-Latchkey-Sign-In") ?? .via
}
