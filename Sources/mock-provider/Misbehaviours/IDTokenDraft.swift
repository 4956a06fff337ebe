import Cryptography
import JSON

/// An ID token before it is signed: everything a misbehaviour may change.
struct IDTokenDraft: Sendable {
    /// What becomes of the signature part.
    enum Signing: Sendable {
        /// A signature by this key.
        case key(PrivateKey, SignatureAlgorithm)
        /// An HMAC-SHA256 with these bytes as the key.
        case hmac([UInt8])
        /// An empty signature part.
        case nothing
    }

    /// What becomes of the finished text.
    enum Shape: Sendable {
        /// header.payload.signature
        case compact
        /// One bit of the signature is not what it was.
        case flippedSignatureBit
        /// header.payload, without the last dot.
        case twoParts
        /// A fourth part.
        case fourParts
        /// Five parts, as an encrypted token has (RFC 7516 §7.1).
        case fiveParts
        /// The token is the payload of another one (RFC 7519 §5.2).
        case nested
        /// Base64 padding, which RFC 7515 §2 forbids.
        case padded
        /// `+` and `/` instead of `-` and `_`.
        case standardAlphabet
        /// White space around and inside.
        case spaced
        /// An unused bit of the last signature character is set: the same bytes, another text.
        case unusedBits
        /// The JSON serialization (RFC 7515 §7.2.2).
        case jsonSerialization
        /// This text instead of a token.
        case literal(String)
    }

    var header: JSONObject
    var claims: JSONObject
    var signing: Signing
    var shape = Shape.compact
    /// Written before the first member of the payload, for names that occur twice.
    var payloadPrefix = ""
    /// Written before the first member of the header.
    var headerPrefix = ""
    /// The signing key, its foreign counterpart and the client's secret, for forgeries.
    let keys: SigningKeys
    let clientSecret: String
    let clientID: String

    /// The token.
    func text() -> String {
        let head = Base64URL.encode(Self.bytes(header, after: headerPrefix))
        let body = Base64URL.encode(Self.bytes(claims, after: payloadPrefix))
        let input = "\(head).\(body)"
        var signature = Self.signature(over: Array(input.utf8), signing)
        switch shape {
        case .compact: break
        case .flippedSignatureBit: if !signature.isEmpty { signature[signature.count / 2] ^= 1 }
        case .twoParts: return input
        case .fourParts: return "\(input).\(Base64URL.encode(signature)).e30"
        case .fiveParts:
            let header = Base64URL.encode(Array(#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#.utf8))
            let random = [32, 12, 48, 16].map { Base64URL.encode(Random.bytes($0)) }
            return ([header] + random).joined(separator: ".")
        case .nested: return nested(inner: "\(input).\(Base64URL.encode(signature))")
        case .padded: return "\(Self.pad(head)).\(Self.pad(body)).\(Self.pad(Base64URL.encode(signature)))"
        case .standardAlphabet:
            let text = "\(input).\(Base64URL.encode(signature))"
            return String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        case .spaced: return " \(head) .\(body).\(Base64URL.encode(signature))\n"
        case .unusedBits: return "\(input).\(Self.settingUnusedBit(Base64URL.encode(signature)))"
        case .jsonSerialization:
            let members: JSONObject = [
                "payload": .string(body), "protected": .string(head),
                "signature": .string(Base64URL.encode(signature)),
            ]
            return JSONValue.object(members).serialized()
        case .literal(let text): return text
        }
        return "\(input).\(Base64URL.encode(signature))"
    }

    private func nested(inner: String) -> String {
        var header = header
        header["cty"] = "JWT"
        let head = Base64URL.encode(JSONValue.object(header).serializedBytes())
        let input = "\(head).\(Base64URL.encode(Array(inner.utf8)))"
        return "\(input).\(Base64URL.encode(Self.signature(over: Array(input.utf8), signing)))"
    }

    private static func signature(over input: [UInt8], _ signing: Signing) -> [UInt8] {
        switch signing {
        case .key(let key, let algorithm):
            // A key that cannot sign leaves an empty signature, which every client has to refuse.
            (try? key.sign(input, algorithm: algorithm)) ?? []
        case .hmac(let key): HMAC.sha256(key: key, message: input)
        case .nothing: []
        }
    }

    private static func bytes(_ members: JSONObject, after prefix: String) -> [UInt8] {
        let text = JSONValue.object(members).serialized()
        return Array((prefix.isEmpty ? text : "{" + prefix + "," + text.dropFirst()).utf8)
    }

    private static func pad(_ text: String) -> String {
        text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// Base64URL of 64 or 256 bytes ends in a character with unused low bits.
    private static func settingUnusedBit(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = text.last, let index = alphabet.firstIndex(of: last), index + 1 < alphabet.count else {
            return text
        }
        return text.dropLast() + String(alphabet[index + 1])
    }
}
