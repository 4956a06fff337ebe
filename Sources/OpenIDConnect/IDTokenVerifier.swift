public import Cryptography
public import JOSE
import JSON
import OAuth

/// Decides whether an ID token is one for us, from the issuer we asked, for the sign-in under way (OpenID Connect Core
/// §3.1.3.7). Pure: keys, expectation and time come in, claims or a fault go out.
public enum IDTokenVerifier {
    /// Largest accepted token, in bytes (D19).
    public static let maximumBytes = 16_384

    /// Verifies a token.
    ///
    /// - Parameters:
    ///   - token: The compact serialization.
    ///   - keys: The issuer's key set.
    ///   - expectation: What it has to say.
    ///   - now: Unix seconds.
    /// - Throws: The first check that fails. Nothing of the token may be used then (D21).
    public static func verify(
        _ token: Secret,
        keys: JWKSet,
        expecting expectation: IDTokenExpectation,
        now: Int64
    ) throws(IDTokenFault) -> IDTokenClaims {
        // Also on the back channel: TLS to the token endpoint says who answered, not who issued (D05).
        let jws: VerifiedJWS
        do {
            jws = try JWS.verify(
                token.reveal(),
                keys: keys,
                allowing: expectation.algorithms,
                maximumBytes: maximumBytes
            )
        } catch { throw .signature(error) }
        // RFC 8725 §3.11: other tokens of the same issuer are signed by the same keys.
        if let type = jws.header.typ, type.lowercased() != "jwt" { throw .notAnIDToken }
        guard let value = try? JSONValue.parse(jws.payload, limits: JSONLimits(bytes: maximumBytes, depth: 16)),
            let object = value.object
        else { throw .malformedClaims }
        guard object["events"] == nil else { throw .notAnIDToken }
        let claims = ClaimReader(object)
        try checkIssuer(claims, expectation)
        try checkAudience(claims, expectation)
        let (issuedAt, expiresAt) = try checkTimes(claims, expectation, now)
        try checkNonce(claims, expectation)
        try checkAccessTokenHash(claims, expectation, jws.header.alg)
        let authenticatedAt = try checkAuthenticationTime(claims, expectation, now)
        return IDTokenClaims(
            issuer: try claims.required("iss"),
            subject: try subject(claims),
            issuedAt: issuedAt,
            expiresAt: expiresAt,
            authenticatedAt: authenticatedAt,
            all: object
        )
    }

    private static func checkIssuer(_ claims: ClaimReader, _ expectation: IDTokenExpectation) throws(IDTokenFault) {
        let issuer = try claims.required("iss")
        guard expectation.issuers.contains(where: { $0.isExactly(issuer) }) else { throw .issuerMismatch }
    }

    // A second audience could replay the token to us: only tokens for us alone are accepted, stricter than
    // Core §3.1.3.7 steps 3 to 5 (D02 to D04, X-2).
    private static func checkAudience(_ claims: ClaimReader, _ expectation: IDTokenExpectation) throws(IDTokenFault) {
        let audiences = try claims.audiences()
        guard audiences.contains(where: expectation.isOurs) else { throw .audienceMismatch }
        guard audiences.allSatisfy(expectation.isOurs) else { throw .additionalAudience }
        let party = try claims.string("azp")
        guard party != nil || audiences.count == 1 else { throw .missing(claim: "azp") }
        guard party.map(expectation.isOurs) ?? true else { throw .authorizedPartyMismatch }
    }

    private static func checkTimes(
        _ claims: ClaimReader,
        _ expectation: IDTokenExpectation,
        _ now: Int64
    ) throws(IDTokenFault) -> (issuedAt: Int64, expiresAt: Int64) {
        guard let expiresAt = try claims.time("exp") else { throw .missing(claim: "exp") }
        guard let issuedAt = try claims.time("iat") else { throw .missing(claim: "iat") }
        guard now < expiresAt + expectation.skew else { throw .expired }
        guard issuedAt <= now + expectation.skew else { throw .notYetValid }
        guard now - issuedAt <= expectation.maximumAge + expectation.skew else { throw .tooOld }
        if let notBefore = try claims.time("nbf"), notBefore > now + expectation.skew { throw .notYetValid }
        return (issuedAt, expiresAt)
    }

    private static func checkNonce(_ claims: ClaimReader, _ expectation: IDTokenExpectation) throws(IDTokenFault) {
        let nonce = try claims.string("nonce")
        guard let expected = expectation.nonce else { return }
        guard let nonce else { throw .missing(claim: "nonce") }
        // Secret compares in constant time.
        guard Secret(nonce) == expected else { throw .nonceMismatch }
    }

    private static func subject(_ claims: ClaimReader) throws(IDTokenFault) -> String {
        let subject = try claims.required("sub")
        guard (1...255).contains(subject.utf8.count), subject.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalidSubject
        }
        return subject
    }

    // Core §3.1.3.8: optional in the code flow (Entra leaves it out), but never wrong.
    private static func checkAccessTokenHash(
        _ claims: ClaimReader,
        _ expectation: IDTokenExpectation,
        _ algorithm: String
    ) throws(IDTokenFault) {
        guard let hash = try claims.string("at_hash"), let accessToken = expectation.accessToken else { return }
        // The signature was valid under this name, so it is one of ours.
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm) else { throw .accessTokenMismatch }
        let digest = AccessTokenHash.compute(accessToken, algorithm: algorithm)
        guard hash.isExactly(digest) else { throw .accessTokenMismatch }
    }

    private static func checkAuthenticationTime(
        _ claims: ClaimReader,
        _ expectation: IDTokenExpectation,
        _ now: Int64
    ) throws(IDTokenFault) -> Int64? {
        let time = try claims.time("auth_time")
        guard let maximum = expectation.maximumAuthenticationAge else { return time }
        guard let time else { throw .missing(claim: "auth_time") }
        guard now - time <= maximum + expectation.skew else { throw .authenticationTooOld }
        return time
    }
}
