import HTTPTypes

/// Refuses state-changing requests that another site made the browser send: login CSRF included, which tokens bound to a
/// session cannot stop (A14, H11, K02; RFC 10017 §6.1.3.3).
enum CrossSiteGuard {
    private static let appPaths: Set<String> = [
        "/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par", "/oauth/userinfo", "/oauth/authorize",
        "/oauth/logout", "/v1/nonces",
    ]

    /// Whether the request may change state.
    ///
    /// Fetch-Metadata cannot be forged by a page, so it decides where it is sent: only `same-origin` passes. `Origin`, where
    /// sent, must be ours as well (`null` is what a privacy setting makes of our own, so it needs Fetch-Metadata's word).
    /// A browser that sends neither is too old to be protected: refused. Under `/v1/` only our own
    /// bearer tokens and cookies count: without a cookie there is nothing a browser adds on its own, and the request passes.
    static func allows(method: HTTPRequest.Method, headers: HTTPFields, publicOrigin: String, path: String = "/")
        -> Bool
    {
        switch method {
        case .get, .head, .options: return true
        default: break
        }
        let site = headers[values: .secFetchSite]
        let origin = headers[values: .origin]
        // Apps' endpoints: cookies mean nothing there. The other two answer a form with a redirect to their own GET, and do nothing.
        if appPaths.contains(path) { return true }
        // Cookies mean nothing there, and what a browser sends of its own accord is judged as everywhere.
        if AdministratorGate.guards(path), site.isEmpty && origin.isEmpty { return true }
        // A page of another site that signs its visitor in as somebody else needs no cookie for that: whatever says that it
        // comes from a browser is judged like one. Ending a session needs the session's own token.
        if path.hasPrefix("/v1/"), headers[.cookie] == nil, path == "/v1/session" || (site.isEmpty && origin.isEmpty) {
            return true
        }
        guard site.count <= 1, origin.count <= 1 else { return false }
        switch (site.first, origin.first) {
        case ("same-origin", nil), ("same-origin", "null"): return true
        case ("same-origin", let origin?): return origin == publicOrigin
        case (nil, let origin?): return origin == publicOrigin
        default: return false
        }
    }
}

extension HTTPField.Name {
    // "Sec-Fetch-Site" is a token (RFC 9110 §5.6.2), so the initialiser cannot fail; the fallback is never used.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
