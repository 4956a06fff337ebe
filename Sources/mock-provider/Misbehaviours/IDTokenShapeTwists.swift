import JSON

/// Texts that are no compact JWS, or more than one thing at once (D09, D19).
enum IDTokenShapeTwists {
    static let all: [Twist<IDTokenDraft>] = [
        shape("missing-signature", "header and payload only", .twoParts),
        shape("four-parts", "a fourth part", .fourParts),
        shape("five-part-jwe", "five parts, as an encrypted token has", .fiveParts),
        shape("nested", "the token is the payload of another one", .nested),
        shape("padded-base64", "base64 padding", .padded),
        Twist("standard-base64", "the alphabet with + and /") { token, _ in
            // Wherever it starts, a run of question marks holds a sextet 63, so that the alphabets do differ.
            token.claims["filler"] = "????????"
            token.shape = .standardAlphabet
        },
        shape("spaced", "white space around and inside", .spaced),
        shape("unused-bits", "non-canonical base64: the same bytes in another text", .unusedBits),
        shape("json-serialization", "the JSON serialization instead of the compact one", .jsonSerialization),
        shape("not-a-token", "a word", .literal("token")),
        shape("dots", "two dots", .literal("..")),
        Twist("duplicate-json-key", "sub twice, an attacker's first, or the argument as a member") { token, context in
            token.payloadPrefix = context.argument ?? #""sub":"attacker""#
        },
        Twist("duplicate-json-key-escaped", "sub twice, once spelled \\u0073ub") { token, _ in
            token.payloadPrefix = #""\u0073ub":"attacker""#
        },
        Twist("huge", "a token of 64 KiB, or the argument in bytes") { token, context in
            let size = Int(clamping: min(max(context.number(or: 65_536), 1), 64 << 20))
            token.claims["filler"] = .string(String(repeating: "x", count: size))
        },
        Twist("deep", "64 levels of arrays, or the argument") { token, context in
            let depth = Int(clamping: min(max(context.number(or: 64), 1), 100_000))
            token.payloadPrefix =
                #""deep":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        },
    ]

    private static func shape(
        _ name: String,
        _ summary: String,
        _ shape: IDTokenDraft.Shape
    ) -> Twist<IDTokenDraft> {
        Twist(name, summary) { token, _ in token.shape = shape }
    }
}
