import Accounts
import HTTPTypes

/// Latchkey's cookies: the session, the secret of a browser that is signing in, and the one it is known by afterwards.
struct Cookies: Sendable {
    /// `SameSite` of the session cookie.
    enum SameSite: String, Sendable {
        case lax = "Lax"
        case strict = "Strict"
    }

    private let sessionName: String
    private let browserName: String
    private let deviceName: String
    private let attributes: String
    private let sessionSameSite: SameSite

    /// - Parameter secure: false only for http on localhost, where browsers refuse `Secure` and the `__Host-` prefix.
    init(secure: Bool, sessionSameSite: SameSite) {
        let prefix = secure ? "__Host-" : ""
        sessionName = prefix + "latchkey"
        browserName = prefix + "latchkey-flow"
        deviceName = prefix + "latchkey-device"
        attributes = secure ? "; Path=/; Secure; HttpOnly" : "; Path=/; HttpOnly"
        self.sessionSameSite = sessionSameSite
    }

    /// Those of an installation.
    init(_ settings: WebServices.Settings) {
        self.init(
            secure: settings.isSecure,
            sessionSameSite: settings.strictSameSite ? .strict : .lax
        )
    }

    /// The session token this browser sent, if it is well-formed.
    func session(in headers: HTTPFields) -> SessionToken? { session(inLines: headers[values: .cookie]) }

    /// The same, from the values of all `Cookie` fields.
    func session(inLines lines: [String]) -> SessionToken? {
        value(sessionName, inLines: lines).flatMap { SessionToken($0) }
    }

    /// Every well-formed session token this browser sent: signing out ends them all, planted ones included.
    func allSessions(in headers: HTTPFields) -> [SessionToken] {
        values(sessionName, inLines: headers[values: .cookie]).compactMap { SessionToken($0) }
    }

    /// The sign-in secret this browser sent, if it is well-formed.
    func browser(in headers: HTTPFields) -> BrowserToken? {
        value(browserName, inLines: headers[values: .cookie]).flatMap { BrowserToken($0) }
    }

    /// `Set-Cookie` that keeps a session for `seconds`.
    func set(_ token: SessionToken, seconds: Int64) -> String {
        "\(sessionName)=\(token.reveal())\(attributes); SameSite=\(sessionSameSite.rawValue); Max-Age=\(seconds)"
    }

    /// `Set-Cookie` that keeps a sign-in secret for `seconds`. Always Lax: the callback is a top-level GET that another
    /// site starts, and Strict would lose the cookie (H04).
    func set(_ token: BrowserToken, seconds: Int64) -> String {
        "\(browserName)=\(token.reveal())\(attributes); SameSite=Lax; Max-Age=\(seconds)"
    }

    /// The secret this browser is known by, if it sent one and it is well-formed.
    func device(in headers: HTTPFields) -> DeviceToken? {
        value(deviceName, inLines: headers[values: .cookie]).flatMap { DeviceToken($0) }
    }

    /// `Set-Cookie` that keeps a browser known, for as long as browsers keep any cookie (RFC 6265bis §5.6.2: 400 days). It opens
    /// nothing: it only tells an owner's browser from a stranger's, so it outlives signing out.
    func set(_ token: DeviceToken) -> String {
        "\(deviceName)=\(token.reveal())\(attributes); SameSite=Lax; Max-Age=34560000"
    }

    /// `Set-Cookie` that removes the sign-in secret: the next person at this browser gets one of their own (F-5).
    var clearBrowser: String { "\(browserName)=\(attributes); SameSite=Lax; Max-Age=0" }

    /// `Set-Cookie` that removes the session.
    var clearSession: String { "\(sessionName)=\(attributes); SameSite=\(sessionSameSite.rawValue); Max-Age=0" }

    /// One cookie's value; nil when it is absent, and nil when it came twice: a sibling host may have planted the other one
    /// (cookie tossing), and choosing would be guessing.
    private func value(_ name: String, inLines lines: [String]) -> String? {
        let found = values(name, inLines: lines)
        return found.count == 1 ? found.first : nil
    }

    private func values(_ name: String, inLines lines: [String]) -> [String] {
        var found: [String] = []
        for line in lines {
            for pair in line.utf8.split(separator: UInt8(ascii: ";")) {
                let trimmed = pair.drop { $0 == UInt8(ascii: " ") }
                guard trimmed.count > name.utf8.count, trimmed.starts(with: name.utf8) else { continue }
                let rest = trimmed.dropFirst(name.utf8.count)
                guard rest.first == UInt8(ascii: "=") else { continue }
                found.append(String(Substring(rest.dropFirst())))
            }
        }
        return found
    }
}
