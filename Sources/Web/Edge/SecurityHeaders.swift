import HTTPTypes

/// Headers of every answer (M07) and of pages (B12).
struct SecurityHeaders: Sendable {
    private let everywhere: [HTTPField]
    private let pagePolicy: String

    /// - Parameters:
    ///   - https: whether people reach this installation by https.
    ///   - formTargets: origins a form may lead to through a redirect: browsers apply `form-action` to the whole chain.
    init(https: Bool, formTargets: [String]) {
        var fields = [
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: .crossOriginOpenerPolicy, value: "same-origin"),
            HTTPField(name: .crossOriginResourcePolicy, value: "same-origin"),
            HTTPField(name: .permissionsPolicy, value: "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
            HTTPField(name: .xFrameOptions, value: "DENY"),
        ]
        if https {
            fields.append(HTTPField(name: .strictTransportSecurity, value: "max-age=31536000"))
        }
        everywhere = fields
        pagePolicy =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
            + "form-action 'self'" + formTargets.map { " " + $0 }.joined()
    }

    func apply(to headers: inout HTTPFields) {
        for field in everywhere { headers[field.name] = field.value }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        // Every answer names a policy: anything that is not a page gets the one that allows nothing at all.
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        // `no-referrer` would make browsers send `Origin: null` with our own forms.
        if headers[.referrerPolicy] == nil { headers[.referrerPolicy] = "same-origin" }
    }

    func applyPagePolicy(to headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = pagePolicy
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
