import Accounts
import Flows
import OAuth

/// Where a person goes who is not signed in, or not well enough, so that they are afterwards.
struct SignInTarget: Sendable {
    let publicOrigin: String
    let registered: RegisteredAddresses

    /// Signing in.
    func signIn(returnTo: String?) -> String { url("/sign-in", returnTo) }

    /// Signing in again, with the second step where there is one; setting one up first where it is needed and missing.
    func stepUp(_ session: LiveSession, to demand: SessionDemand, returnTo: String?) -> String {
        let isMissing = demand.level == .twoFactors && !session.user.hasSecondFactor
        return isMissing ? publicOrigin + FormPath.setUpSecondFactor : url(FormPath.confirmIdentity, returnTo)
    }

    /// An address that may not be returned to is left out: the person lands on the usual page, and nobody's link leads elsewhere.
    private func url(_ path: String, _ returnTo: String?) -> String {
        guard let address = returnTo.flatMap({ ReturnAddress($0, registered: registered) }) else {
            return publicOrigin + path
        }
        return publicOrigin + path + "?" + FormURLEncoded.encode([("return_to", address.value)])
    }
}

extension Refusal {
    /// The session is live and not good enough: RFC 9470 §3 has the words for it.
    static func insufficientAuthentication(_ demand: SessionDemand, signIn: String) -> Refusal {
        var challenge = "error=\"insufficient_user_authentication\""
        if let level = demand.level { challenge += ", acr_values=\"\(level.acr)\"" }
        if let age = demand.maximumAge { challenge += ", max_age=\"\(age)\"" }
        return Refusal(
            401,
            "insufficient_user_authentication",
            "The session is live, but the person has to sign in again for this.",
            challenge: challenge,
            signIn: signIn
        )
    }

    static let roleRequired = Refusal(403, "role_required", "The person is signed in, and has no role that opens this.")
}
