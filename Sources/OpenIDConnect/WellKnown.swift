public import OAuth

/// Where an issuer publishes its metadata.
public enum WellKnown {
    /// OpenID Connect Discovery 1.0 §4: **appended** to the issuer, whose final slash is dropped first.
    /// `https://h/tenant` gives `https://h/tenant/.well-known/openid-configuration`.
    public static func openIDConfiguration(issuer: EndpointURL) -> EndpointURL? {
        EndpointURL(issuer.origin + trimmed(issuer.path) + "/.well-known/openid-configuration")
    }

    /// RFC 8414 §3.1: **inserted** between host and path.
    /// `https://h/tenant` gives `https://h/.well-known/oauth-authorization-server/tenant`.
    public static func oauthAuthorizationServer(issuer: EndpointURL) -> EndpointURL? {
        EndpointURL(issuer.origin + "/.well-known/oauth-authorization-server" + trimmed(issuer.path))
    }

    private static func trimmed(_ path: String) -> String { path.hasSuffix("/") ? String(path.dropLast()) : path }
}
