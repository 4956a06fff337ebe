import Cryptography
import JSON

/// A key set before it is written.
struct KeySetDraft: Sendable {
    /// Members of each key.
    var keys: [JSONObject]
    /// Id of the key that signs.
    let current: String
    /// A key that signs nothing.
    let foreign: JSONObject
    /// This value instead.
    var replacement: JSONValue?

    /// Changes the key that signs.
    mutating func changeCurrent(_ change: (inout JSONObject) -> Void) {
        for index in keys.indices where keys[index]["kid"]?.string == current { change(&keys[index]) }
    }

    /// The foreign key under the signing key's id.
    var impostor: JSONObject {
        var key = foreign
        key["kid"] = .string(current)
        return key
    }
}

/// Key sets that are odd, hostile, or merely not what a client expected (E05 to E11, D08).
enum KeySetTwists {
    static let all: [Twist<KeySetDraft>] = missing + doubtful + strange

    private static let missing: [Twist<KeySetDraft>] = [
        Twist("empty-set", "no keys") { set, _ in set.keys = [] },
        Twist("missing-keys", "no member keys") { set, _ in set.replacement = [:] },
        Twist("dropped-key", "without the key that signs") { set, _ in
            let current = set.current
            set.keys.removeAll { $0["kid"]?.string == current }
        },
        Twist("only-current", "only the key that signs; valid") { set, _ in
            let current = set.current
            set.keys.removeAll { $0["kid"]?.string != current }
        },
        Twist("single-no-kid", "only the key that signs, without kid; valid") { set, _ in
            let current = set.current
            set.keys.removeAll { $0["kid"]?.string != current }
            set.changeCurrent { $0["kid"] = nil }
        },
        Twist("no-kids", "no key has a kid") { set, _ in
            for index in set.keys.indices { set.keys[index]["kid"] = nil }
        },
        Twist("no-alg", "no key has an alg, as Microsoft publishes them; valid") { set, _ in
            for index in set.keys.indices { set.keys[index]["alg"] = nil }
        },
        Twist("no-use", "no key has a use; valid") { set, _ in
            for index in set.keys.indices { set.keys[index]["use"] = nil }
        },
    ]

    private static let doubtful: [Twist<KeySetDraft>] = [
        Twist("enc-only", "every key is for encryption") { set, _ in
            for index in set.keys.indices { set.keys[index]["use"] = "enc" }
        },
        Twist("key-ops", "the signing key's key_ops lack verify") { set, _ in
            set.changeCurrent { key in
                key["use"] = nil
                key["key_ops"] = ["encrypt", "wrapKey"]
            }
        },
        Twist("wrong-alg", "the signing key is declared for RS512") { set, _ in
            set.changeCurrent { $0["alg"] = "RS512" }
        },
        Twist("wrong-kty", "the signing key claims another kty") { set, _ in
            set.changeCurrent { $0["kty"] = $0["kty"]?.string == "RSA" ? "EC" : "RSA" }
        },
        Twist("duplicate-kid", "the signing key's id twice: another key first") { set, _ in
            set.keys.insert(set.impostor, at: 0)
        },
        Twist("duplicate-kid-right-first", "the signing key's id twice: another key last") { set, _ in
            set.keys.append(set.impostor)
        },
        Twist("duplicate-kid-both-wrong", "the signing key's id twice, neither the right key") { set, _ in
            let current = set.current
            set.keys.removeAll { $0["kid"]?.string == current }
            set.keys += [set.impostor, set.impostor]
        },
        Twist("impostor", "another key under the signing key's id") { set, _ in
            let current = set.current
            set.keys.removeAll { $0["kid"]?.string == current }
            set.keys.append(set.impostor)
        },
        Twist("rsa-1024", "the signing key's modulus has 1024 bits") { set, _ in
            var modulus = Random.bytes(128)
            modulus[0] |= 0x80
            modulus[127] |= 1
            let text = Base64URL.encode(modulus)
            set.changeCurrent { $0["n"] = .string(text) }
        },
        Twist("exponent-one", "the signing key's exponent is 1") { set, _ in set.changeCurrent { $0["e"] = "AQ" } },
        Twist("off-curve", "the signing key's point is not on its curve") { set, _ in
            let text = Base64URL.encode(Random.bytes(32))
            set.changeCurrent { $0["y"] = .string(text) }
        },
        Twist("padded-modulus", "n is padded base64") { set, _ in
            set.changeCurrent { $0["n"] = .string(($0["n"]?.string ?? "") + "==") }
        },
    ]

    private static let strange: [Twist<KeySetDraft>] = [
        Twist("weird-kinds", "unusable kinds before the good keys; valid") { set, _ in
            set.keys.insert(contentsOf: oddities, at: 0)
        },
        Twist("only-weird", "nothing but unusable kinds") { set, _ in set.keys = oddities },
        Twist("symmetric", "an oct key under the signing key's id") { set, _ in
            let current = set.current
            set.keys.insert(["kty": "oct", "kid": .string(current), "alg": "HS256", "k": "c2VjcmV0"], at: 0)
        },
        Twist("keys-object", "keys is an object") { set, _ in set.replacement = ["keys": [:]] },
        Twist("keys-of-words", "keys are words, numbers and null") { set, _ in
            set.replacement = ["keys": ["key", 1, .null, []]]
        },
        Twist("many", "1,000 more keys, or the argument") { set, context in
            let count = Int(clamping: min(max(context.number(or: 1000), 0), 100_000))
            var key = set.foreign
            set.keys += (0..<count).map { number in
                key["kid"] = .string("filler-\(number)")
                return key
            }
        },
        Twist("array", "an array instead of an object") { set, _ in
            set.replacement = .array(set.keys.map(JSONValue.object))
        },
    ]

    private static let oddities: [JSONObject] = [
        ["kty": "oct", "kid": "oct", "k": "c2VjcmV0"],
        ["kty": "EC", "kid": "koblitz", "crv": "secp256k1", "x": "AA", "y": "AA"],
        ["kty": "OKP", "kid": "ed448", "crv": "Ed448", "x": "AA"],
        ["kty": "AKP", "kid": "ml-dsa", "alg": "ML-DSA-65", "pub": "AA"],
        ["kty": "RSA", "kid": "oaep", "alg": "RSA-OAEP-256", "use": "enc", "n": "AA", "e": "AQAB"],
        ["kty": "RSA", "kid": "no-modulus", "e": "AQAB"],
        ["kty": "RSA", "kid": 7, "n": "AA", "e": "AQAB"],
        ["kty": 1, "kid": "numeric-kty"],
        ["kid": "no-kty"],
        [:],
    ]
}
