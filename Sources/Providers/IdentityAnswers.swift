import JSON
import OAuth
import OpenIDConnect

/// The answers claim paths look into: the profile answers by name, and for OpenID Connect the verified claims.
struct IdentityAnswers {
    let values: [String: JSONValue]

    /// Puts the answers together; an answer can never take the place of the verified ID token.
    init(
        idToken: IDTokenClaims?,
        answers: [String: JSONValue],
        isOpenIDConnect: Bool
    ) throws(ClaimFault) {
        var values = answers
        values[ClaimPath.idToken] = nil
        values[ClaimPath.claims] = nil
        if isOpenIDConnect {
            guard let idToken else { throw .idTokenMissing }
            var claims = idToken.all
            if let userInfo = answers[ClaimPath.userInfo] {
                try Self.checkSubject(userInfo, idToken)
                claims = Self.complete(claims, with: userInfo.object ?? [:])
            }
            values[ClaimPath.idToken] = .object(idToken.all)
            values[ClaimPath.claims] = .object(claims)
        }
        self.values = values
    }

    // OpenID Connect Core §5.3.2: otherwise a swapped access token would mix two people (F02).
    private static func checkSubject(_ userInfo: JSONValue, _ idToken: IDTokenClaims) throws(ClaimFault) {
        guard let subject = userInfo["sub"]?.string, subject.isExactly(idToken.subject) else {
            throw .userInfoSubjectMismatch
        }
    }

    // The ID token wins. A flag about an address comes from where the address comes from: userinfo's `email_verified` says
    // nothing about another address in the ID token.
    private static func complete(_ claims: JSONObject, with userInfo: JSONObject) -> JSONObject {
        var completed = claims
        let sameAddress = claims["email"] == nil || claims["email"] == userInfo["email"]
        for (name, value) in userInfo.members where claims[name] == nil {
            if name == "email_verified", !sameAddress { continue }
            completed[name] = value
        }
        // The other way round: a flag of the ID token says nothing about an address that only userinfo has.
        if claims["email"] == nil, claims["email_verified"] != nil {
            completed["email_verified"] = userInfo["email_verified"]
        }
        return completed
    }
}
