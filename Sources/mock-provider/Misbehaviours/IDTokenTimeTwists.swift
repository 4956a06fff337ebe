import JSON

/// Claims about time (D10 to D12, D16). Where a distance matters, the argument is in seconds.
enum IDTokenTimeTwists {
    static let all: [Twist<IDTokenDraft>] = [
        Twist("expired", "exp one hour ago, or the argument") { token, context in
            let exp = context.now - context.number(or: 3600)
            token.claims["exp"] = .seconds(exp)
            token.claims["iat"] = .seconds(min(context.now, exp) - 60)
        },
        Twist("missing-exp", "no exp") { token, _ in token.claims["exp"] = nil },
        Twist("exp-string", "exp is a string of digits") { token, context in
            token.claims["exp"] = .string(String(context.now + 3600))
        },
        Twist("exp-null", "exp is null") { token, _ in token.claims["exp"] = .null },
        Twist("exp-fraction", "exp with a fraction; valid per RFC 7519 §2") { token, context in
            token.claims["exp"] = .raw("\(context.now + 3600).5")
        },
        Twist("exp-overflow", "exp is 1e400") { token, _ in token.claims["exp"] = .raw("1e400") },
        Twist("exp-max", "exp is the largest 64-bit integer") { token, _ in token.claims["exp"] = .seconds(.max) },
        Twist("exp-min", "exp is the smallest 64-bit integer") { token, _ in token.claims["exp"] = .seconds(.min) },
        Twist("iat-future", "iat one hour ahead, or the argument") { token, context in
            token.claims["iat"] = .seconds(context.now + context.number(or: 3600))
            token.claims["exp"] = .seconds(context.now + context.number(or: 3600) + 3600)
        },
        Twist("iat-old", "iat two days ago, or the argument; exp still ahead") { token, context in
            token.claims["iat"] = .seconds(context.now - context.number(or: 172_800))
        },
        Twist("missing-iat", "no iat") { token, _ in token.claims["iat"] = nil },
        Twist("iat-string", "iat is a string of digits") { token, context in
            token.claims["iat"] = .string(String(context.now))
        },
        Twist("iat-min", "iat is the smallest 64-bit integer") { token, _ in token.claims["iat"] = .seconds(.min) },
        Twist("iat-max", "iat is the largest 64-bit integer") { token, _ in token.claims["iat"] = .seconds(.max) },
        Twist("nbf-future", "nbf one hour ahead, or the argument") { token, context in
            token.claims["nbf"] = .seconds(context.now + context.number(or: 3600))
        },
        Twist("nbf-past", "nbf one minute ago; valid") { token, context in
            token.claims["nbf"] = .seconds(context.now - 60)
        },
        Twist("nbf-string", "nbf is a string") { token, _ in token.claims["nbf"] = "tomorrow" },
        Twist("not-yet", "nbf and iat one hour ahead") { token, context in
            token.claims["nbf"] = .seconds(context.now + 3600)
            token.claims["iat"] = .seconds(context.now + 3600)
            token.claims["exp"] = .seconds(context.now + 7200)
        },
        Twist("stale-auth-time", "auth_time one day ago, or the argument") { token, context in
            token.claims["auth_time"] = .seconds(context.now - context.number(or: 86_400))
        },
        Twist("fresh-auth-time", "auth_time now; valid") { token, context in
            token.claims["auth_time"] = .seconds(context.now)
        },
    ]
}

extension JSONValue {
    /// A point in time.
    static func seconds(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

    /// JSON text taken as it is; null if it is not JSON.
    static func raw(_ text: String) -> JSONValue { (try? JSONValue.parse(Array(text.utf8))) ?? .null }
}
