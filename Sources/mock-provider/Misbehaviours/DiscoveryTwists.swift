import JSON

/// Metadata that lies, or lacks something (E01 to E03, C01, B04).
enum DiscoveryTwists {
    static let all: [Twist<JSONDraft>] = issuer + endpoints + support

    private static let issuer: [Twist<JSONDraft>] = [
        Twist("issuer-mismatch", "another issuer: https://evil.example, or the argument") { metadata, context in
            metadata.members["issuer"] = .string(context.argument ?? "https://evil.example")
        },
        respelled("issuer-trailing-slash", "the issuer with a slash at its end") { $0 + "/" },
        respelled("issuer-uppercase", "the issuer in capitals") { $0.uppercased() },
        respelled("issuer-other-scheme", "the issuer with the other of http and https", Spelling.otherScheme),
        respelled("issuer-without-scheme", "the issuer without its scheme", Spelling.withoutScheme),
        removed("missing-issuer", "no issuer", "issuer"),
        Twist("issuer-array", "the issuer is an array") { metadata, _ in
            metadata.members["issuer"] = .array([metadata.members["issuer"] ?? .null])
        },
        Twist("issuer-template", "a placeholder in the issuer, as Entra's common endpoint has") { metadata, _ in
            metadata.members["issuer"] = "https://login.microsoftonline.com/{tenantid}/v2.0"
        },
        Twist("duplicate-issuer", "the issuer twice, an attacker's first") { metadata, _ in
            metadata.prefix = #""issuer":"https://evil.example""#
        },
    ]

    private static let endpoints: [Twist<JSONDraft>] = [
        foreign("foreign-token-endpoint", "token_endpoint"),
        foreign("foreign-authorization-endpoint", "authorization_endpoint"),
        foreign("foreign-jwks-uri", "jwks_uri"),
        foreign("foreign-userinfo-endpoint", "userinfo_endpoint"),
        Twist("metadata-service", "token_endpoint on 169.254.169.254") { metadata, _ in
            metadata.members["token_endpoint"] = "http://169.254.169.254/latest/meta-data/"
        },
        Twist("file-scheme", "jwks_uri is a file") { metadata, _ in
            metadata.members["jwks_uri"] = "file:///etc/passwd"
        },
        Twist("plain-http", "every endpoint on http://evil.example") { metadata, _ in
            for (name, _) in metadata.members.members where name.hasSuffix("_endpoint") || name == "jwks_uri" {
                metadata.members[name] = .string("http://evil.example/\(name)")
            }
        },
        removed("missing-token-endpoint", "no token_endpoint", "token_endpoint"),
        removed("missing-authorization-endpoint", "no authorization_endpoint", "authorization_endpoint"),
        removed("missing-jwks-uri", "no jwks_uri", "jwks_uri"),
        removed("missing-userinfo-endpoint", "no userinfo_endpoint", "userinfo_endpoint"),
        Twist("endpoints-number", "token_endpoint is a number") { metadata, _ in
            metadata.members["token_endpoint"] = 1
        },
    ]

    private static let support: [Twist<JSONDraft>] = [
        removed("no-iss-flag", "no word about iss in callbacks", "authorization_response_iss_parameter_supported"),
        set("iss-announced", "iss in callbacks is announced", "authorization_response_iss_parameter_supported", true),
        set("iss-denied", "iss in callbacks is denied", "authorization_response_iss_parameter_supported", false),
        set("plain-pkce-only", "only PKCE's plain method", "code_challenge_methods_supported", ["plain"]),
        removed("no-pkce", "no word about PKCE", "code_challenge_methods_supported"),
        set("only-none", "ID tokens with alg none only", "id_token_signing_alg_values_supported", ["none"]),
        set("hs256-only", "ID tokens with HS256 only", "id_token_signing_alg_values_supported", ["HS256"]),
        set(
            "post-only",
            "client authentication in the body only",
            "token_endpoint_auth_methods_supported",
            ["client_secret_post"]
        ),
        set("no-code-flow", "only the implicit flow", "response_types_supported", ["id_token"]),
        Twist("array", "an array instead of an object") { metadata, _ in
            metadata.replacement = .array([.object(metadata.members)])
        },
    ]

    private static func respelled(
        _ name: String,
        _ summary: String,
        _ change: @escaping @Sendable (String) -> String
    ) -> Twist<JSONDraft> {
        Twist(name, summary) { metadata, _ in
            metadata.members["issuer"] = .string(change(metadata.members["issuer"]?.string ?? ""))
        }
    }

    private static func foreign(_ name: String, _ member: String) -> Twist<JSONDraft> {
        Twist(name, "\(member) on another host: https://evil.example, or the argument") { metadata, context in
            metadata.members[member] = .string(context.argument ?? "https://evil.example/\(member)")
        }
    }

    private static func removed(_ name: String, _ summary: String, _ member: String) -> Twist<JSONDraft> {
        Twist(name, summary) { metadata, _ in metadata.members[member] = nil }
    }

    private static func set(
        _ name: String,
        _ summary: String,
        _ member: String,
        _ value: JSONValue
    ) -> Twist<JSONDraft> {
        Twist(name, summary) { metadata, _ in metadata.members[member] = value }
    }
}
