public import Accounts

/// What the browser's session says at the authorization endpoint.
public struct PresentSession: Sendable, Hashable {
    /// The session.
    public let id: SessionID
    /// Whose it is.
    public let user: UserID
    /// The provider it was begun with, if any.
    public let provider: String?
    /// How the person proved who they are (RFC 8176).
    public let methods: [String]
    /// When they last did.
    public let authenticatedAt: Instant
    /// Whether signing in again would ask them for a second step.
    public let hasSecondFactor: Bool

    /// Creates it.
    public init(
        id: SessionID,
        user: UserID,
        provider: String?,
        methods: [String],
        authenticatedAt: Instant,
        hasSecondFactor: Bool = false
    ) {
        self.hasSecondFactor = hasSecondFactor
        self.id = id
        self.user = user
        self.provider = provider
        self.methods = methods
        self.authenticatedAt = authenticatedAt
    }

    /// What a live session says.
    public init(_ session: LiveSession) {
        self.init(
            id: session.id,
            user: session.user.id,
            provider: session.provider,
            methods: session.methods,
            authenticatedAt: session.authenticatedAt,
            hasSecondFactor: session.user.hasSecondFactor
        )
    }
}

/// What has to happen at the authorization endpoint.
public enum AuthorizationDecision: Sendable, Hashable {
    /// Everything is there: a code.
    case issueCode
    /// The person signs in (again) first; only an authentication after the given time counts.
    case signIn(after: Instant?)
    /// The session is another's, or of a way in that this app does not take: the person has to change that.
    case signInDifferently(Reason)
    /// The person is asked whether the app may.
    case askConsent
    /// The app is told.
    case refuse(OAuthFailure)

    /// Why the present session does not do.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The app takes only people of certain providers (S-4).
        case provider
        /// The app asked for somebody else (`id_token_hint`).
        case user
        /// The app asked for two factors (`acr_values`), and the person has set up one.
        case level
    }
}

extension AuthorizationRequest {
    /// Decides about a request, for the session of the browser that sent it.
    ///
    /// - Parameters:
    ///   - signedInAfter: since when an authentication counts, for a request that has been through the sign-in once.
    ///   - consented: the scopes this person has allowed this app before.
    ///   - hasJustConsented: whether this very request has been allowed on the consent page.
    public func decide(
        client: Client,
        session: PresentSession?,
        signedInAfter: Instant?,
        consented: Set<String>,
        hasJustConsented: Bool = false,
        now: Instant
    ) -> AuthorizationDecision {
        let mayShowPages = !prompt.contains(.none)
        guard let session else {
            let after = neededAuthentication(signedInAfter, now: now)
            return mayShowPages ? .signIn(after: after) : .refuse(Self.loginRequired)
        }
        if let needed = neededAuthentication(signedInAfter, now: now), session.authenticatedAt < needed {
            return mayShowPages ? .signIn(after: needed) : .refuse(Self.loginRequired)
        }
        if let expectedUser, expectedUser != session.user {
            return mayShowPages ? .signInDifferently(.user) : .refuse(Self.loginRequired)
        }
        guard client.admits(provider: session.provider) else {
            return mayShowPages ? .signInDifferently(.provider) : .refuse(Self.loginRequired)
        }
        if let level, AuthenticationLevel(methods: session.methods) < level {
            // Signing in again takes the second step along, where there is one; where there is none, it would come back here for ever.
            guard mayShowPages else { return .refuse(Self.unmetAuthenticationRequirements) }
            return session.hasSecondFactor ? .signIn(after: now) : .signInDifferently(.level)
        }
        guard !hasJustConsented, isQuestionNeeded(client, consented) else { return .issueCode }
        return mayShowPages
            ? .askConsent : .refuse(OAuthFailure(.consentRequired, "the person has not allowed this yet"))
    }

    private func isQuestionNeeded(_ client: Client, _ consented: Set<String>) -> Bool {
        // Whoever claims an app's scheme, or listens on a port of this machine, gets what is sent there: nothing goes there without
        // a person who wants it, however often it was allowed before (RFC 8252 §8.6).
        if client.isPublic, !redirectURI.hasPrefix("https:") { return true }
        guard !client.isFirstParty else { return false }
        // Nothing allowed yet is never enough, not even for a request that asks for nothing (J14).
        return consented.isEmpty || !consented.isSuperset(of: scope) || prompt.contains(.consent)
    }

    private var wantsNewSignIn: Bool { !prompt.isDisjoint(with: [.login, .selectAccount, .create]) }

    /// Since when an authentication counts: `prompt=login` from the moment of the request, `max_age` from so long ago.
    private func neededAuthentication(_ signedInAfter: Instant?, now: Instant) -> Instant? {
        // Having been sent to sign in once, whoever comes back after that has done it, however long it took.
        if let signedInAfter { return signedInAfter }
        if wantsNewSignIn { return now }
        guard let maximumAge else { return nil }
        return Instant(microseconds: now.microseconds - maximumAge * 1_000_000)
    }

    private static let unmetAuthenticationRequirements = OAuthFailure(
        .unmetAuthenticationRequirements,
        "the present sign-in has fewer factors than acr_values asks for"
    )

    private static let loginRequired = OAuthFailure(.loginRequired, "the person has to sign in")
}
