import Cryptography
import JSON
import Testing

@testable import JOSE

@Suite("JWK thumbprints")
struct ThumbprintTests {
    private static let rsaModulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
        + "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
        + "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

    @Test("RFC 7638 section 3.1: the RSA example")
    func rsa() throws {
        let key = try PublicKey.rsa(
            modulus: try #require(Base64URL.decode(Self.rsaModulus)),
            exponent: try #require(Base64URL.decode("AQAB"))
        )
        #expect(JWK.thumbprint(of: key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test("RFC 8037 appendix A.3: the Ed25519 example")
    func ed25519() throws {
        let bytes = try #require(Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        #expect(
            JWK.thumbprint(of: try PublicKey.ed25519(bytes)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        )
    }

    @Test("an elliptic key: SHA-256 of crv, kty, x and y as RFC 7638 section 3.2 writes them")
    func ellipticCurve() throws {
        // The key of RFC 7517 appendix A.1.
        let (x, y) = ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")
        let key = try PublicKey.ellipticCurve(
            .p256,
            x: try #require(Base64URL.decode(x)),
            y: try #require(Base64URL.decode(y))
        )
        let written = #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
        #expect(JWK.thumbprint(of: key) == Base64URL.encode(SHA2.sha256(Array(written.utf8))))
    }
}
