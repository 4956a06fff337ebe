import Accounts
import AuthorizationServer
import Flows
import Foundation
import Hummingbird
import OAuth
import OpenIDConnect
import Testing

@testable import Web

@Suite("HTTP contract")
struct ContractTests {
    static let root: URL = {
        var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url
    }()

    /// `METHOD /path` of everything openapi.yaml describes.
    static func described() throws -> Set<String> {
        let text = try String(contentsOf: root.appendingPathComponent("openapi.yaml"), encoding: .utf8)
        var operations: Set<String> = []
        var path: String?
        var inPaths = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("paths:") {
                inPaths = true
            } else if let first = line.first, first != " " {
                inPaths = line == "paths:"
            }
            guard inPaths else { continue }
            if line.hasPrefix("  /"), line.hasSuffix(":") {
                path = String(line.dropFirst(2).dropLast())
            } else if let path, line.hasPrefix("    "), !line.hasPrefix("     "), line.hasSuffix(":") {
                operations.insert(line.dropFirst(4).dropLast().uppercased() + " " + path)
            }
        }
        return operations
    }

    static func router() throws -> Router<RequestScope> { buildRouter(try services(sessions: NoStore())) }

    /// An edge without anything behind it but these sessions.
    static func services(sessions: any SessionStore, apps: AuthorizationServer? = nil) throws -> WebServices {
        let lifetime = SessionLifetime(
            idleTimeout: .seconds(1),
            absoluteTimeout: .seconds(1),
            freshFor: .seconds(1),
            touchInterval: .seconds(1)
        )
        let transport = NoTransport()
        let signIn = SignInServices(
            providers: [:],
            policy: LivePolicy(PolicyInForce(.standard, version: 1)),
            accounts: NoStore(),
            sessions: NoStore(),
            transactions: NoStore(),
            pendingLinks: NoPendingLinks(),
            heldArrivals: NoPendingLinks(),
            merges: NoLocalAccounts(),
            transport: transport,
            metadata: MetadataCache(transport: transport),
            keySets: KeySetCache(transport: transport),
            settings: .init(
                transactionLifetime: .seconds(1),
                sessionLifetime: lifetime,
                privilegedRoles: []
            ),
            unixTime: { 0 }
        )
        return WebServices(
            settings: .init(
                publicOrigin: "https://login.example",
                serviceName: "Test",
                strictSameSite: false,
                returnAddresses: [],
                defaultReturnAddress: "/account",
                trustedProxies: [],
                maximumBodyBytes: 1024,
                requestTimeout: .seconds(1),
                formTargets: [],
                lifetime: lifetime,
                transactionLifetime: .seconds(1),
                startsPerClient: 1
            ),
            pages: try Pages(directory: root.appendingPathComponent("templates").path),
            buttons: [],
            beginSignIn: BeginSignIn(signIn),
            completeSignIn: CompleteSignIn(signIn),
            confirmLink: ConfirmLink(signIn, NoLocalAccounts.services(lifetime)),
            receipts: NoPendingLinks(),
            holds: DecideHold(store: NoPendingLinks(), providerNames: [:], unixTime: { 0 }),
            users: AdministerUsers(store: NoUsers(), sessions: NoLocalAccounts(), unixTime: { 0 }),
            clients: NoApps.clients,
            checkSession: CheckSession(sessions: sessions, lifetime: lifetime),
            endSession: EndSession(sessions: NoStore()),
            accounts: NoStore(),
            local: LocalAccounts(NoLocalAccounts.services(lifetime)),
            caughtMail: nil,
            administration: NoAdministration.services,
            authorizationServer: try apps ?? NoApps.server,
            signingKeys: NoSigningKeys.live,
            readiness: { [] }
        )
    }

    @Test("openapi.yaml describes every route, and no other")
    func openAPI() throws {
        let router = try Self.router()
        try router.validate()
        // The stylesheet's path is its own fingerprint: an asset, not a contract.
        let routes = Set(router.routes.map { "\($0.method.rawValue) \($0.path)" }.filter { !$0.contains("/assets/") })
        let described = try Self.described()
        #expect(routes.subtracting(described) == [])
        #expect(described.subtracting(routes) == [])
    }

    @Test("F-1 no route that answers GET changes anything, except the callback, which consumes what began by POST")
    func noStateChangingGET() throws {
        let reading: Set<String> = [
            "/", "/sign-in", "/signed-in", "/account", "/v1/session", "/v1/sessions", "/v1/forward-auth",
            "/admin/v1/administrator", "/admin/v1/clients", "/admin/v1/clients/{id}", "/admin/v1/policy",
            "/admin/v1/policy/versions", "/admin/v1/policy/versions/{number}", "/admin/v1/policy/plans/{id}",
            "/admin/v1/policy/shadow", "/admin/v1/decisions", "/admin/v1/decisions/{id}", "/healthz", "/readyz",
            "/favicon.ico",
            "/robots.txt",
            "/callback/{provider}",
            // Forms, and what mailed links ask: each only shows what a POST would do.
            "/sign-up", "/verify", "/reset", "/reset/confirm", "/sign-in/mail", "/sign-in/mail/confirm",
            "/sign-in/second-factor", "/account/confirm", "/account/password", "/account/password/remove",
            "/account/email", "/account/email/confirm", "/account/email/undo", "/account/second-factor/remove",
            "/account/second-factor/recovery-codes",
            "/v1/account/identities", "/oauth/jwks", "/account/identities/{id}/remove",
            "/account/identity-changes/{id}/undo",
            "/account/merge", "/account/blocked/{id}/allow", "/account/identity-undo", "/account/link/{provider}",
            // These two make a secret that protects nothing until it is confirmed by POST.
            "/account/second-factor", "/account/second-factor/qr.svg",
            // What waits for a proof, and what a claim removed.
            "/confirm", "/v1/confirm", "/account/receipts/{id}",
            // The first two give an app a code, which is nothing without its secrets, and only to where it is registered. The last
            // ends a session for an app that has the person's own ID token; anybody else's link only asks.
            "/oauth/authorize", "/oauth/authorize/resume", "/oauth/logout", "/oauth/userinfo",
            "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
            "/admin/v1/holds", "/admin/v1/holds/{id}", "/admin/v1/events", "/admin/v1/users", "/admin/v1/users/{id}",
            "/admin/v1/users/{id}/sessions",
        ]
        let gets = try Self.router().routes.filter { $0.method == .get }.map { "\($0.path)" }
        #expect(Set(gets.filter { !$0.hasPrefix("/assets/") }).subtracting(reading) == [])
    }
}

struct NoTransport: HTTPTransport {
    func send(_ request: OutboundRequest) async throws(TransportFailure) -> OutboundResponse { throw .stopped }
}

/// A store that is always away.
struct NoStore: AccountStore, SessionStore, SignInTransactionStore {
    func situation(of question: LinkingQuestion) async throws(StoreFailure) -> LinkingSituation { throw .unavailable }
    func carryOut(_ change: AccountChange) async throws(StoreFailure) -> ChangeResult { throw .unavailable }
    func overview(of user: UserID) async throws(StoreFailure) -> AccountOverview? { throw .unavailable }
    func session(
        _ token: TokenHash,
        lifetime: SessionLifetime,
        then completion: @escaping @Sendable (Result<LiveSession?, StoreFailure>) -> Void
    ) { completion(.failure(.unavailable)) }
    func touch(_ session: SessionID) {}
    func end(_ token: TokenHash) async throws(StoreFailure) -> Bool { throw .unavailable }
    func endAll(ofUserBehind token: TokenHash) async throws(StoreFailure) -> Int { throw .unavailable }
    func removeExpired(limit: Int) async throws(StoreFailure) -> Int { throw .unavailable }
    func begin(_ transaction: SignInTransaction, state: TokenHash, browser: TokenHash, lifetime: Duration)
        async throws(StoreFailure)
    { throw .unavailable }
    func consume(state: TokenHash, browser: TokenHash) async throws(StoreFailure) -> ConsumedTransaction {
        throw .unavailable
    }
    func park(_ parameters: String, provider: ProviderID, handle: TokenHash) async throws(StoreFailure) {
        throw .unavailable
    }
    func unpark(_ handle: TokenHash, provider: ProviderID) async throws(StoreFailure) -> String? { throw .unavailable }
}
