import Accounts
import Foundation
import OAuth
import Testing

// OAuth has one of that name as well: what we ask providers for.
import struct AuthorizationServer.AuthorizationRequest

@testable import AuthorizationServer

@Suite("Decisions at the authorization endpoint")
struct DecideAuthorizationTests {
    static let now = Instant(microseconds: 1_000_000_000_000)
    static let person = UserID(UUID())

    static func client(firstParty: Bool = true, providers: Set<ProviderID>? = nil) throws -> Client {
        Client(
            id: try #require(ClientID("app")),
            name: "App",
            secretHashes: [],
            redirectURIs: [try RedirectURI("https://app.example/")],
            postLogoutRedirectURIs: [],
            grants: [.authorizationCode],
            scopes: ["openid", "email"],
            providers: providers,
            isFirstParty: firstParty,
            accessTokens: .opaque,
            idTokenAlgorithm: .rs256,
            lifetimes: .init(accessToken: .seconds(60), idle: .seconds(60), absolute: .seconds(60))
        )
    }

    static func request(_ more: [(String, String)] = [], client: Client, hinted: UserID? = nil) throws
        -> AuthorizationRequest
    {
        let base = [
            ("client_id", "app"), ("redirect_uri", "https://app.example/"), ("response_type", "code"),
            ("scope", "openid email"), ("code_challenge", String(repeating: "A", count: 43)),
            ("code_challenge_method", "S256"),
        ]
        let query = FormURLEncoded.encode((base + more).map { (name: $0.0, value: $0.1) })
        return try AuthorizationRequest.read(
            try FormURLEncoded.parse(query),
            clients: ClientRegistry([client]),
            hintedUser: { _ in hinted }
        )
    }

    static func session(
        secondsAgo: Int64 = 0,
        provider: String? = nil,
        methods: [String] = ["pwd"],
        hasSecondFactor: Bool = false
    ) -> PresentSession {
        PresentSession(
            id: SessionID(UUID()),
            user: person,
            provider: provider,
            methods: methods,
            authenticatedAt: Instant(microseconds: now.microseconds - secondsAgo * 1_000_000),
            hasSecondFactor: hasSecondFactor
        )
    }

    static func decide(
        _ request: AuthorizationRequest,
        _ client: Client,
        _ session: PresentSession?,
        after: Instant? = nil,
        consented: Set<String> = [],
        justConsented: Bool = false
    ) -> AuthorizationDecision {
        request.decide(
            client: client,
            session: session,
            signedInAfter: after,
            consented: consented,
            hasJustConsented: justConsented,
            now: now
        )
    }

    @Test("a session is enough for an app of our own, and nothing else is")
    func sessions() throws {
        let client = try Self.client()
        let request = try Self.request(client: client)
        #expect(Self.decide(request, client, Self.session(secondsAgo: 100_000)) == .issueCode)
        #expect(Self.decide(request, client, nil) == .signIn(after: nil))
    }

    @Test("prompt=none never leads to a page, whatever is missing")
    func silent() throws {
        let google = try #require(ProviderID("google"))
        for client in [try Self.client(), try Self.client(firstParty: false), try Self.client(providers: [google])] {
            for more in [[], [("max_age", "1")], [("id_token_hint", "x")]] {
                let request = try Self.request(more + [("prompt", "none")], client: client, hinted: UserID(UUID()))
                for session in [nil, Self.session(secondsAgo: 5), Self.session(provider: "google")] {
                    switch Self.decide(request, client, session) {
                    case .issueCode, .refuse: break
                    case let other: Issue.record("\(other)")
                    }
                }
            }
        }
    }

    @Test("prompt=login wants a sign-in after the request, and is content with it")
    func login() throws {
        let client = try Self.client()
        for prompt in ["login", "select_account", "create", "login consent"] {
            let request = try Self.request([("prompt", prompt)], client: client)
            #expect(Self.decide(request, client, Self.session(secondsAgo: 1)) == .signIn(after: Self.now))
            // Signed out as well: whoever comes back has to have signed in since.
            #expect(Self.decide(request, client, nil) == .signIn(after: Self.now))
            let early = Instant(microseconds: Self.now.microseconds - 5_000_000)
            #expect(Self.decide(request, client, Self.session(secondsAgo: 1), after: early) == .issueCode)
            #expect(Self.decide(request, client, Self.session(secondsAgo: 9), after: early) == .signIn(after: early))
        }
    }

    @Test("max_age counts to the second, and a person who just signed in is not sent round again")
    func maximumAge() throws {
        let client = try Self.client()
        let request = try Self.request([("max_age", "60")], client: client)
        #expect(Self.decide(request, client, Self.session(secondsAgo: 60)) == .issueCode)
        let needed = Instant(microseconds: Self.now.microseconds - 60_000_000)
        #expect(Self.decide(request, client, Self.session(secondsAgo: 61)) == .signIn(after: needed))
        let zero = try Self.request([("max_age", "0")], client: client)
        #expect(Self.decide(zero, client, Self.session(secondsAgo: 3), after: needed) == .issueCode)
        // The largest number that is accepted is no reason to trap.
        let huge = try Self.request([("max_age", "9999999999")], client: client)
        #expect(Self.decide(huge, client, Self.session(secondsAgo: 1_000_000)) == .issueCode)
    }

    @Test("S-4 the session's provider has to be one of the app's; a password is none")
    func providers() throws {
        let client = try Self.client(providers: [try #require(ProviderID("google"))])
        let request = try Self.request(client: client)
        #expect(Self.decide(request, client, Self.session(provider: "google")) == .issueCode)
        #expect(Self.decide(request, client, Self.session(provider: "github")) == .signInDifferently(.provider))
        #expect(Self.decide(request, client, Self.session(provider: nil)) == .signInDifferently(.provider))
    }

    @Test("id_token_hint: nobody but that person")
    func hint() throws {
        let client = try Self.client()
        let same = try Self.request([("id_token_hint", "x")], client: client, hinted: Self.person)
        #expect(Self.decide(same, client, Self.session()) == .issueCode)
        let other = try Self.request([("id_token_hint", "x")], client: client, hinted: UserID(UUID()))
        #expect(Self.decide(other, client, Self.session()) == .signInDifferently(.user))
    }

    @Test("acr_values: the second step where there is one, a page where it is set up, never fewer factors")
    func level() throws {
        let client = try Self.client()
        let both = Self.session(methods: ["pwd", "otp", "mfa"], hasSecondFactor: true)
        let one = Self.session()
        let later = Self.session(hasSecondFactor: true)
        for values in ["urn:latchkey:acr:2", "urn:example:gold urn:latchkey:acr:2"] {
            let request = try Self.request([("acr_values", values)], client: client)
            #expect(Self.decide(request, client, both) == .issueCode)
            #expect(Self.decide(request, client, one) == .signInDifferently(.level))
            #expect(Self.decide(request, client, later) == .signIn(after: Self.now))
            let silent = try Self.request([("acr_values", values), ("prompt", "none")], client: client)
            for session in [one, later] {
                guard case .refuse(let failure) = Self.decide(silent, client, session) else {
                    Issue.record("a silent request with fewer factors was not refused")
                    continue
                }
                #expect(failure.code == .unmetAuthenticationRequirements)
            }
        }
        for values in ["urn:latchkey:acr:2 urn:latchkey:acr:1", "urn:latchkey:acr:1", "urn:example:gold", "2"] {
            let request = try Self.request([("acr_values", values)], client: client)
            #expect(Self.decide(request, client, one) == .issueCode, "\(values)")
        }
    }

    @Test("J14 somebody else's app asks, once, and for more again")
    func consent() throws {
        let client = try Self.client(firstParty: false)
        let request = try Self.request(client: client)
        #expect(Self.decide(request, client, Self.session()) == .askConsent)
        #expect(Self.decide(request, client, Self.session(), consented: ["openid"]) == .askConsent)
        #expect(Self.decide(request, client, Self.session(), consented: ["openid", "email", "profile"]) == .issueCode)
        #expect(Self.decide(request, client, Self.session(), justConsented: true) == .issueCode)
        let again = try Self.request([("prompt", "consent")], client: client)
        #expect(Self.decide(again, client, Self.session(), consented: ["openid", "email"]) == .askConsent)
        let own = try Self.client()
        #expect(Self.decide(try Self.request([("prompt", "consent")], client: own), own, Self.session()) == .issueCode)
    }
}
