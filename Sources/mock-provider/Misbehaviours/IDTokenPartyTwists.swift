import Cryptography
import JSON

/// Claims that say who issued the token, for whom, about whom, and in answer to which request
/// (D01 to D04, D13 to D15, D18, X-1, X-2).
enum IDTokenPartyTwists {
    static let all: [Twist<IDTokenDraft>] = issuer + audience + subject + binding

    private static let issuer: [Twist<IDTokenDraft>] = [
        Twist("wrong-issuer", "iss is https://evil.example, or the argument") { token, context in
            token.claims["iss"] = .string(context.argument ?? "https://evil.example")
        },
        Twist("other-issuer-spelling", "iss without https://, as Google's old implementations send it") { token, _ in
            token.claims["iss"] = .string(Spelling.withoutScheme(token.claims["iss"]?.string ?? ""))
        },
        Twist("issuer-trailing-slash", "iss with a slash at its end") { token, _ in
            token.claims["iss"] = .string((token.claims["iss"]?.string ?? "") + "/")
        },
        Twist("issuer-uppercase", "iss in capitals") { token, _ in
            token.claims["iss"] = .string((token.claims["iss"]?.string ?? "").uppercased())
        },
        Twist("issuer-other-scheme", "iss with http instead of https, or the other way round") { token, _ in
            token.claims["iss"] = .string(Spelling.otherScheme(token.claims["iss"]?.string ?? ""))
        },
        Twist("issuer-array", "iss is an array") { token, _ in
            token.claims["iss"] = .array([token.claims["iss"] ?? .null])
        },
        Twist("missing-issuer", "no iss") { token, _ in token.claims["iss"] = nil },
    ]

    private static let audience: [Twist<IDTokenDraft>] = [
        Twist("wrong-audience", "aud is another client, or the argument") { token, context in
            token.claims["aud"] = .string(context.argument ?? "another-client")
        },
        Twist("wrong-audience-and-azp", "a genuine token of another client") { token, context in
            token.claims["aud"] = .string(context.argument ?? "another-client")
            token.claims["azp"] = .string(context.argument ?? "another-client")
        },
        Twist("missing-audience", "no aud") { token, _ in token.claims["aud"] = nil },
        Twist("empty-audience", "aud is an empty array") { token, _ in token.claims["aud"] = [] },
        Twist("audience-array", "aud is an array of the one right client; valid") { token, _ in
            token.claims["aud"] = [.string(token.clientID)]
        },
        Twist("audience-number", "aud is a number") { token, _ in token.claims["aud"] = 1 },
        Twist("audience-case", "aud in capitals") { token, _ in
            token.claims["aud"] = .string(token.clientID.uppercased())
        },
        Twist("audience-trailing-slash", "aud with a slash at its end") { token, _ in
            token.claims["aud"] = .string(token.clientID + "/")
        },
        Twist("second-audience", "aud is [client, other], no azp") { token, _ in
            token.claims["aud"] = [.string(token.clientID), "another-client"]
            token.claims["azp"] = nil
        },
        Twist("second-audience-with-azp", "aud is [client, other], azp is the client") { token, _ in
            token.claims["aud"] = [.string(token.clientID), "another-client"]
            token.claims["azp"] = .string(token.clientID)
        },
        Twist("wrong-azp", "azp is another client") { token, _ in token.claims["azp"] = "another-client" },
        Twist("missing-azp", "no azp; valid with one audience") { token, _ in token.claims["azp"] = nil },
    ]

    private static let subject: [Twist<IDTokenDraft>] = [
        Twist("other-sub", "somebody else's sub, or the argument") { token, context in
            token.claims["sub"] = .string(context.argument ?? "somebody-else")
        },
        Twist("missing-sub", "no sub") { token, _ in token.claims["sub"] = nil },
        Twist("sub-number", "sub is a number") { token, _ in token.claims["sub"] = 583_231 },
        Twist("sub-null", "sub is null") { token, _ in token.claims["sub"] = .null },
        Twist("sub-array", "sub is an array") { token, _ in
            token.claims["sub"] = .array([token.claims["sub"] ?? .null])
        },
        Twist("sub-empty", "sub is empty") { token, _ in token.claims["sub"] = "" },
        Twist("sub-255", "sub of 255 characters; valid") { token, _ in
            token.claims["sub"] = .string(String(repeating: "s", count: 255))
        },
        Twist("sub-256", "sub of 256 characters") { token, _ in
            token.claims["sub"] = .string(String(repeating: "s", count: 256))
        },
        Twist("sub-not-ascii", "sub outside ASCII") { token, _ in token.claims["sub"] = "al\u{ed}ce" },
        Twist("sub-control", "sub with a line feed and a NUL") { token, _ in token.claims["sub"] = "a\n\u{0}b" },
        Twist("sub-case", "sub in the other case: another person") { token, _ in
            let sub = token.claims["sub"]?.string ?? ""
            token.claims["sub"] = .string(sub == sub.uppercased() ? sub.lowercased() : sub.uppercased())
        },
    ]

    private static let binding: [Twist<IDTokenDraft>] = [
        Twist("wrong-nonce", "another nonce than the one asked for") { token, context in
            token.claims["nonce"] = .string(context.argument ?? "not-the-nonce-you-sent")
        },
        Twist("missing-nonce", "no nonce") { token, _ in token.claims["nonce"] = nil },
        Twist("nonce-number", "nonce is a number") { token, _ in token.claims["nonce"] = 1 },
        Twist("nonce-array", "nonce is an array of the right one") { token, _ in
            token.claims["nonce"] = .array([token.claims["nonce"] ?? .null])
        },
        Twist("wrong-at-hash", "at_hash of another access token") { token, _ in
            token.claims["at_hash"] = .string(IDTokens.accessTokenHash("another-access-token"))
        },
        Twist("missing-at-hash", "no at_hash; valid in the code flow") { token, _ in token.claims["at_hash"] = nil },
        Twist("at-hash-number", "at_hash is a number") { token, _ in token.claims["at_hash"] = 1 },
        Twist("logout-events", "the events claim of a logout token") { token, _ in
            token.claims["events"] = ["http://schemas.openid.net/event/backchannel-logout": [:]]
        },
        Twist("claim", "any claim: claim=name:JSON, an empty JSON removes it") { token, context in
            let halves = (context.argument ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { return }
            token.claims[String(halves[0])] = try? JSONValue.parse(Array(halves[1].utf8))
        },
    ]
}

/// Near misses of an address.
enum Spelling {
    /// Without `https://`.
    static func withoutScheme(_ text: String) -> String {
        ["https://", "http://"].first(where: text.hasPrefix).map { String(text.dropFirst($0.count)) } ?? text
    }

    /// `http` for `https` and the other way round.
    static func otherScheme(_ text: String) -> String {
        (text.hasPrefix("https://") ? "http://" : "https://") + withoutScheme(text)
    }
}
