import AuthorizationServer
import HTTPTypes

/// Headers of every answer (M07) and of pages (B12).
struct SecurityHeaders: Sendable {
    private let everywhere: HTTPFields
    private let pagePolicy: String
    private let apps: ClientRegistry

    /// - Parameters:
    ///   - https: whether people reach this installation by https.
    ///   - formTargets: origins a form may lead to through a redirect: browsers apply `form-action` to the whole chain.
    ///   - apps: native ones take their answers at addresses of their own.
    init(https: Bool, formTargets: [String], apps: ClientRegistry) {
        self.apps = apps
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
            .permissionsPolicy: "camera=(), geolocation=(), microphone=(), interest-cohort=()",
            .xFrameOptions: "DENY",
        ]
        if https { fields[.strictTransportSecurity] = "max-age=31536000" }
        everywhere = fields
        pagePolicy =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
            + "form-action 'self'" + formTargets.map { " " + $0 }.joined()
    }

    // Unless the answer says otherwise. Every answer names a policy: anything that is not a page gets the one that
    // allows nothing at all. `no-referrer` would make browsers send `Origin: null` with our own forms.
    private static let uncached = HTTPField(name: .cacheControl, value: "no-store")
    private static let nothingAllowed = HTTPField(
        name: .contentSecurityPolicy,
        value: "default-src 'none'; frame-ancestors 'none'"
    )
    private static let ownReferrer = HTTPField(name: .referrerPolicy, value: "same-origin")

    /// Puts an answer's own fields behind those of every answer. One pass, because it is made for every answer: setting
    /// fields one by one looks for each of them among all the others.
    func apply(to headers: inout HTTPFields, requestID: String) {
        var complete = everywhere
        var (isCachingSaid, isPolicySaid, isReferrerSaid) = (false, false, false)
        for field in headers {
            switch field.name {
            case .cacheControl: isCachingSaid = true
            case .contentSecurityPolicy: isPolicySaid = true
            case .referrerPolicy: isReferrerSaid = true
            case .requestID: continue
            default: if everywhere.contains(field.name) { continue }
            }
            complete.append(field)
        }
        if !isCachingSaid { complete.append(Self.uncached) }
        if !isPolicySaid { complete.append(Self.nothingAllowed) }
        if !isReferrerSaid { complete.append(Self.ownReferrer) }
        complete.append(HTTPField(name: .requestID, value: requestID))
        headers = complete
    }

    func applyPagePolicy(to headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = ([pagePolicy] + apps.addresses.nativeTargets).joined(separator: " ")
    }
}

extension HTTPField.Name {
    // All of these are tokens (RFC 9110 §5.6.2), so no initialiser fails and no fallback is ever used.
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .via
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy") ?? .via
    static let xFrameOptions = HTTPField.Name("X-Frame-Options") ?? .via
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
    static let requestID = HTTPField.Name("X-Request-Id") ?? .via
    static let forwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
}
