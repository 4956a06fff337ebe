public import Accounts
import OAuth

/// What an app has to agree with besides itself: this installation's settings.
public struct ClientRules: Sendable {
    private let providers: Set<ProviderID>
    private let keptProviders: Set<ProviderID>
    private let longestJWT: Duration
    private let allowsLoopbackHTTP: Bool
    /// Whether there are keys that requests and signing keys are sealed with. Without them nothing is issued to anybody.
    public let hasKeys: Bool

    /// Creates rules.
    /// - Parameters:
    ///   - providers: the enabled ones.
    ///   - keptProviders: those whose tokens are kept for apps.
    ///   - longestJWT: how long a key is published after it stopped signing.
    ///   - allowsLoopbackHTTP: whether anything may be sent to this machine in the clear.
    public init(
        providers: Set<ProviderID>,
        keptProviders: Set<ProviderID> = [],
        longestJWT: Duration,
        allowsLoopbackHTTP: Bool,
        hasKeys: Bool
    ) {
        self.keptProviders = keptProviders
        self.providers = providers
        self.longestJWT = longestJWT
        self.allowsLoopbackHTTP = allowsLoopbackHTTP
        self.hasKeys = hasKeys
    }

    /// What is wrong with an app here, each with the member that says it.
    public func faults(of client: Client) -> [(member: String, sentence: String)] {
        var faults: [(String, String)] = []
        for unknown in (client.providers ?? []).subtracting(providers).map(\.description).sorted() {
            faults.append(("providers", "provider \"\(unknown)\" is not configured"))
        }
        for dropped in Set(client.upstreamTokens.keys).subtracting(keptProviders).map(\.description).sorted() {
            faults.append(("upstream_tokens", "tokens of \"\(dropped)\" need providers.\(dropped).keep_tokens: true"))
        }
        // What is signed may not outlive the key that verifies it.
        if client.accessTokens == .jwt, client.lifetimes.accessToken > longestJWT {
            faults.append(("lifetimes", "access tokens live longer than tokens.keys.overlap"))
        }
        if !allowsLoopbackHTTP, client.backchannelLogout?.uri.scheme == .http {
            faults.append(("backchannel_logout_uri", "http needs outbound.allow_loopback_http: true"))
        }
        return faults
    }
}
