import Cryptography
import JSON
import Testing

@testable import JOSE

@Suite("Keys that sign tokens")
struct SigningKeyTests {
    private static let claims: JSONObject = ["sub": "1", "exp": 1_800_000_000]

    @Test("what a key signs is verified with the JWK it publishes", arguments: SignatureAlgorithm.allCases)
    func roundTrip(_ algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm)
        let token = try key.sign(Self.claims, type: "at+jwt")
        // As a relying party gets it: through JSON.
        let published = try JWKSet.parse(JSONValue.parse(JWKSet([key.jwk]).json.serializedBytes()))
        #expect(published.skipped == [])
        let verified = try JWS.verify(token, keys: published, allowing: [algorithm])
        #expect(try JSONValue.parse(verified.payload).object == Self.claims)
        #expect(verified.header.raw.names == ["alg", "typ", "kid"])
        #expect(verified.header.typ == "at+jwt")
        #expect(verified.header.kid == JWK.thumbprint(of: key.privateKey.publicKey))
        #expect(fault(token, published, allowing: Set(SignatureAlgorithm.allCases).subtracting([algorithm])) != nil)
    }

    @Test("a published key has its public members and no other (RFC 7518 section 6)")
    func published() throws {
        let ec = try SigningKey.generate(.es256).jwk.json.object
        #expect(ec.map { Set($0.names) } == ["kty", "crv", "x", "y", "use", "alg", "kid"])
        let rsa = try SigningKey.generate(.rs256).jwk.json.object
        #expect(rsa.map { Set($0.names) } == ["kty", "n", "e", "use", "alg", "kid"])
        #expect(rsa?["n"]?.string.flatMap { Base64URL.decode($0) }?.count == 256)
    }

    @Test("a key is used with the one algorithm it is for")
    func mismatch() throws {
        let key = try PrivateKey.generate(.p256)
        #expect(throws: KeyFault.algorithmMismatch) { try SigningKey(key, algorithm: .rs256) }
        #expect(throws: KeyFault.algorithmMismatch) { try SigningKey(key, algorithm: .es384) }
    }

    @Test("no way of printing a key shows its private half")
    func unprintable() throws {
        let key = try SigningKey.generate(.es256)
        var dumped = ""
        dump(key, to: &dumped)
        dump([key.privateKey], to: &dumped)
        let texts = [dumped, "\(key)", String(reflecting: key), String(describing: [key]), "\(key.privateKey)"]
        let pem = key.privateKey.pkcs8PEM.reveal()
        let lines = pem.split(separator: "\n").map(String.init)
        #expect(lines.count > 2)
        for text in texts {
            for line in lines { #expect(!text.contains(line)) }
        }
    }
}
