public import Accounts
public import Cryptography
public import InternetAddress

extension ServiceConfiguration {
    /// Settings of `providers`.
    public struct Providers: Sendable {
        /// Folder with one file for each provider, relative to the working directory.
        public let directory: String
        /// What is set for each provider any layer mentions.
        public let byID: [ProviderID: Provider]

        /// Ids of the providers people can sign in with, in alphabetical order.
        public var enabled: [ProviderID] {
            byID.filter(\.value.isEnabled).keys.sorted { $0.description < $1.description }
        }
    }

    /// Settings of one provider.
    public struct Provider: Sendable {
        /// Whether people can sign in with it; if so, there is a client id.
        public let isEnabled: Bool
        /// Whether it signs nobody in and can only be added to accounts (L-17).
        public let isLinkOnly: Bool
        /// Client id.
        public let clientID: String?
        /// Client secret; nil for a public client.
        public let clientSecret: Secret?
        /// The secret before, while it is being replaced.
        public let previousClientSecret: Secret?
        /// Issuer, for files that say `issuer: configured`.
        public let issuer: String?
        /// Name on the button, when it is not the file's.
        public let name: String?
        /// Client ids of native apps, besides ``clientID``.
        public let nativeClientIDs: Set<String>
        /// Mail domains the provider runs, in canonical form.
        public let authoritativeFor: Set<String>
        /// Whether its tokens are kept for apps.
        public let keepsTokens: Bool
        /// Scopes to ask for beyond those of signing in, for those tokens.
        public let additionalScopes: [String]

        /// The secrets to try, the current one first.
        public var clientSecrets: [Secret] { [clientSecret, previousClientSecret].compactMap { $0 } }
    }

    /// Settings of `outbound`: calls to providers.
    public struct Outbound: Sendable {
        /// Whether http on loopback is allowed; only in development mode.
        public let allowLoopbackHTTP: Bool
        /// Private networks in which providers may be.
        public let allowedNetworks: [AddressRange]
        /// Certificate authorities to trust instead of the system's.
        public let caFile: String?
        /// Proxy for all calls.
        public let proxy: WebOrigin?
        /// Budget for one call.
        public let timeout: Duration
        /// Calls to one provider at a time.
        public let maximumConcurrentPerProvider: Int
    }

    /// Settings of `development`; empty in production.
    public struct Development: Sendable {
        /// Stand-ins on loopback, by the origin they stand in for.
        public let origins: [WebOrigin: WebOrigin]
        /// Whether an unknown address is answered without the work a known one costs: only for the benchmark that has to show
        /// that it would notice.
        public let skipsDummyHash: Bool
    }
}
