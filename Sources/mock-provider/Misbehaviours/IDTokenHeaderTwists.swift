import Cryptography
import JOSE
import JSON

/// Header parameters that try to choose the verifier, its key, or its reading of the token (D06, D08, D09, D18, X-12).
enum IDTokenHeaderTwists {
    static let all: [Twist<IDTokenDraft>] = [
        Twist("unknown-kid", "the id of no published key, or the argument") { token, context in
            token.header["kid"] = .string(context.argument ?? "no-such-key-\(Hex.encode(Random.bytes(4)))")
        },
        Twist("no-kid", "no kid") { token, _ in token.header["kid"] = nil },
        Twist("kid-number", "kid is a number") { token, _ in token.header["kid"] = 1 },
        Twist("kid-path", "kid is a path: ../../dev/null") { token, _ in token.header["kid"] = "../../../dev/null" },
        Twist("kid-sql", "kid is an SQL injection") { token, _ in token.header["kid"] = "x' UNION SELECT 'k' --" },
        Twist("other-kid", "the id of another published key") { token, _ in
            let current = token.keys.current.keyID
            token.header["kid"] = (token.keys.published.first { $0.keyID != current }?.keyID).map(JSONValue.string)
        },
        Twist("embedded-jwk", "an attacker's key in jwk, and a signature by it") { token, _ in
            token.header["jwk"] = .object(token.keys.foreign.published)
            token.signByForeignKey()
        },
        Twist("jku", "jku points at an attacker's key set, and a signature from it") { token, context in
            token.header["jku"] = .string(context.argument ?? "\(context.origin)/bait/keys")
            token.signByForeignKey()
        },
        Twist("x5u", "x5u points at an attacker's certificate") { token, context in
            token.header["x5u"] = .string(context.argument ?? "\(context.origin)/bait/certificate")
            token.signByForeignKey()
        },
        Twist("x5c", "x5c holds an attacker's certificate") { token, _ in
            token.header["x5c"] = [.string(Base64.encode(Random.bytes(600)))]
            token.signByForeignKey()
        },
        Twist("crit", "an unknown critical extension") { token, _ in
            token.header["crit"] = ["example.com/must-understand"]
            token.header["example.com/must-understand"] = true
        },
        Twist("crit-empty", "an empty crit") { token, _ in token.header["crit"] = [] },
        Twist("b64-false", "the unencoded payload option of RFC 7797") { token, _ in
            token.header["b64"] = false
            token.header["crit"] = ["b64"]
        },
        Twist("typ-logout", "typ logout+jwt") { token, _ in token.header["typ"] = "logout+jwt" },
        Twist("typ-access-token", "typ at+jwt") { token, _ in token.header["typ"] = "at+jwt" },
        Twist("typ-missing", "no typ; valid") { token, _ in token.header["typ"] = nil },
        Twist("typ", "any typ: the argument") { token, context in
            token.header["typ"] = .string(context.argument ?? "secevent+jwt")
        },
        Twist("missing-alg", "no alg") { token, _ in token.header["alg"] = nil },
        Twist("duplicate-header-key", "alg twice, none first") { token, _ in token.headerPrefix = #""alg":"none""# },
    ]
}

extension IDTokenDraft {
    /// Signs with the key that no key set holds, and says so by its id.
    mutating func signByForeignKey() {
        let foreign = keys.foreign
        header["kid"] = .string(foreign.keyID)
        signing = .key(foreign.privateKey, foreign.algorithm)
    }
}
