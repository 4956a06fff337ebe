import JSON

/// Bodies of the token endpoint (C06 to C11).
enum TokenTwists {
    static let all: [Twist<JSONDraft>] = access + type + lifetime + idToken + scope + outcome

    private static let access: [Twist<JSONDraft>] = [
        set("missing-access-token", "no access_token", "access_token", nil),
        set("empty-access-token", "access_token is empty", "access_token", ""),
        set("access-token-number", "access_token is a number", "access_token", 42),
        set("access-token-null", "access_token is null", "access_token", .null),
        set("access-token-crlf", "access_token tries to add a header", "access_token", "t\r\nX-Owned: 1"),
        Twist("access-token-huge", "access_token of 64 KiB, or the argument in bytes") { token, context in
            let size = Int(clamping: min(max(context.number(or: 65_536), 1), 64 << 20))
            token.members["access_token"] = .string(String(repeating: "x", count: size))
        },
        set("missing-refresh-token", "no refresh_token", "refresh_token", nil),
        set("unrequested-refresh-token", "a refresh_token nobody asked for", "refresh_token", "unasked-refresh-token"),
    ]

    private static let type: [Twist<JSONDraft>] = [
        set("missing-token-type", "no token_type", "token_type", nil),
        set("token-type-mac", "token_type mac", "token_type", "mac"),
        set("token-type-dpop", "token_type DPoP", "token_type", "DPoP"),
        set("token-type-upper", "token_type BEARER; valid", "token_type", "BEARER"),
        set("token-type-lower", "token_type bearer; valid", "token_type", "bearer"),
        set("token-type-null", "token_type is null", "token_type", .null),
    ]

    private static let lifetime: [Twist<JSONDraft>] = [
        set("missing-expires-in", "no expires_in; valid", "expires_in", nil),
        set("expires-in-string", "expires_in is a string of digits", "expires_in", "3599"),
        set("expires-in-word", "expires_in is a word", "expires_in", "soon"),
        set("expires-in-negative", "expires_in is -1", "expires_in", -1),
        set("expires-in-zero", "expires_in is 0", "expires_in", 0),
        set("expires-in-huge", "expires_in is the largest 64-bit integer", "expires_in", .seconds(.max)),
        set("expires-in-overflow", "expires_in is 1e400", "expires_in", .raw("1e400")),
        set("expires-in-fraction", "expires_in is 3599.5", "expires_in", .raw("3599.5")),
        set("expires-in-null", "expires_in is null", "expires_in", .null),
    ]

    private static let idToken: [Twist<JSONDraft>] = [
        set("missing-id-token", "no id_token", "id_token", nil),
        set("id-token-null", "id_token is null", "id_token", .null),
        set("id-token-number", "id_token is a number", "id_token", 42),
        set("id-token-empty", "id_token is empty", "id_token", ""),
        set("unrequested-id-token", "an id_token from a provider that has none", "id_token", "a.b.c"),
    ]

    private static let scope: [Twist<JSONDraft>] = [
        set("missing-scope", "no scope; valid", "scope", nil),
        set("scope-empty", "scope is empty", "scope", ""),
        set("scope-null", "scope is null", "scope", .null),
        Twist("scope-comma", "scope separated by commas") { token, _ in
            let scope = token.members["scope"]?.string ?? ""
            token.members["scope"] = .string(String(scope.map { $0 == " " ? "," : $0 }))
        },
        Twist("scope-space", "scope separated by spaces") { token, _ in
            let scope = token.members["scope"]?.string ?? ""
            token.members["scope"] = .string(String(scope.map { $0 == "," ? " " : $0 }))
        },
        Twist("scope-without-email", "the email scope was not granted") { token, _ in
            let scope = token.members["scope"]?.string ?? ""
            let separator: Character = scope.contains(",") ? "," : " "
            let left = scope.split(separator: separator).filter { !$0.contains("email") }
            token.members["scope"] = .string(left.joined(separator: String(separator)))
        },
        Twist("scope", "any scope: the argument") { token, context in
            token.members["scope"] = .string(context.argument ?? "repo admin:org")
        },
    ]

    private static let outcome: [Twist<JSONDraft>] = [
        Twist("error", "an error instead of tokens, with status 200: invalid_grant, or the argument") {
            token,
            context in
            token.members = [
                "error": .string(context.argument ?? "invalid_grant"),
                "error_description": "Something the provider says.",
            ]
        },
        Twist("error-with-tokens", "an error beside good tokens") { token, _ in
            token.members["error"] = "access_denied"
        },
        Twist("error-object", "error is an object") { token, _ in
            token.members = ["error": ["code": 400, "message": "Bad", "status": "INVALID_ARGUMENT"]]
        },
        Twist("error-xss", "an error whose texts are HTML and script") { token, _ in
            token.members = [
                "error": "<script>alert(1)</script>", "error_description": "<img src=x onerror=alert(1)>",
                "error_uri": "javascript:alert(1)",
            ]
        },
        Twist("ok-false", "Slack's way: status 200 and ok false") { token, _ in
            token.members = ["ok": false, "error": "invalid_code"]
        },
        Twist("array", "an array instead of an object") { token, _ in
            token.replacement = .array([.object(token.members)])
        },
        Twist("duplicate-json-key", "access_token twice, an attacker's first") { token, _ in
            token.prefix = #""access_token":"attacker""#
        },
        Twist("form-encoded", "a form instead of JSON; valid") { token, _ in token.asForm = true },
    ]

    private static func set(
        _ name: String,
        _ summary: String,
        _ member: String,
        _ value: JSONValue?
    ) -> Twist<JSONDraft> {
        Twist(name, summary) { token, _ in token.members[member] = value }
    }
}
