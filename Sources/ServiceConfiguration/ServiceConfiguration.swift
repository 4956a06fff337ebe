public import Cryptography
public import InternetAddress

/// Everything Latchkey can be told, checked and typed. Made by ``load(file:environment:overrides:readFile:)`` only, so
/// that whoever holds one holds a sound one. It is deliberately not `Encodable`: settings are shown through
/// ``EffectiveValue``, which cannot hold a secret.
public struct ServiceConfiguration: Sendable {
    /// What the service is run for.
    public enum Mode: String, Sendable, CaseIterable {
        /// Real accounts.
        case production
        /// One person's machine: http on loopback, stand-ins.
        case development
    }

    /// `public_url`: the origin redirect URIs, cookies and origin checks follow from.
    public let publicURL: WebOrigin
    /// `service_name`.
    public let serviceName: String
    /// `mode`.
    public let mode: Mode
    /// `server`.
    public let server: Server
    /// `metrics`.
    public let metrics: Metrics
    /// `database`.
    public let database: Database
    /// `session`.
    public let session: Session
    /// `sign_in`.
    public let signIn: SignIn
    /// `password`.
    public let passwords: Passwords
    /// `account`.
    public let account: Account
    /// `throttle`.
    public let throttle: Throttle
    /// `linking`.
    public let linking: Linking
    /// `providers`.
    public let providers: Providers
    /// `outbound`.
    public let outbound: Outbound
    /// `mail`.
    public let mail: Mail
    /// `development`.
    public let development: Development
    /// `tokens`.
    public let tokens: Tokens
    /// `retention`.
    public let retention: Retention
    /// `templates`.
    public let templates: Templates
    /// `clients`.
    public let clients: Clients
    /// `log`.
    public let log: Log
    /// `encryption`.
    public let encryption: Encryption
    /// `administration`.
    public let administration: Administration
}

extension ServiceConfiguration {
    /// Settings of `server`: the listener people reach.
    public struct Server: Sendable {
        /// Address to listen on.
        public let host: String
        /// Port to listen on; 0 for a free one.
        public let port: Int
        /// Largest request body, in bytes.
        public let maximumBodyBytes: Int
        /// Connections open at a time.
        public let maximumConnections: Int
        /// Budget for one request.
        public let requestTimeout: Duration
        /// How long a connection may be silent.
        public let idleTimeout: Duration
        /// How long a stopping service lets requests finish.
        public let shutdownTimeout: Duration
        /// Proxies whose `X-Forwarded-For` is believed.
        public let trustedProxies: [AddressRange]
        /// Event-loop threads; 0 is one for each core.
        public let threads: Int
    }

    /// Settings of `metrics`: the listener of `/metrics`.
    public struct Metrics: Sendable {
        /// Address to listen on.
        public let host: String
        /// Port to listen on; nil turns the listener off.
        public let port: Int?
    }

    /// Settings of `database`.
    public struct Database: Sendable {
        /// libpq connection string.
        public let url: Secret
        /// Connections shared by single statements.
        public let sharedConnections: Int
        /// Connections lent to one transaction at a time.
        public let transactionConnections: Int
        /// Budget for one connection attempt, and for the wait for one while there is none.
        public let connectTimeout: Duration
        /// How long a transaction waits for one of its connections.
        public let leaseTimeout: Duration
        /// Budget for one statement.
        public let statementTimeout: Duration
    }

    /// Settings of `session`.
    public struct Session: Sendable {
        /// Values of the cookie's `SameSite`.
        public enum SameSite: String, Sendable, CaseIterable {
            /// Sent when a link from another site is followed.
            case lax
            /// Never sent from another site.
            case strict
        }

        /// End of a session without use.
        public let idleTimeout: Duration
        /// End of a session in any case.
        public let absoluteTimeout: Duration
        /// How long a sign-in counts as fresh.
        public let freshFor: Duration
        /// `SameSite` of the session cookie.
        public let cookieSameSite: SameSite
        /// Least time between two writes of the time of last use.
        public let touchInterval: Duration
    }

    /// Settings of `sign_in`.
    public struct SignIn: Sendable {
        /// How long a person may take at the provider; at most ten minutes.
        public let transactionLifetime: Duration
        /// Absolute URLs a sign-in may return to, besides paths of this origin.
        public let returnTo: Set<String>
        /// Path a sign-in returns to by default.
        public let defaultReturnTo: String
        /// Whether a mailed link signs in.
        public let mailedLink: Bool
        /// Whether a mailed code signs in.
        public let mailedCode: Bool
    }

    /// Settings of `linking`.
    public struct Linking: Sendable {
        /// Where the policy's file is when nothing says otherwise.
        public static let defaultPolicyFile = "providers/linking-policy.yaml"

        /// The file with the linking policy; nil for ``defaultPolicyFile``, which may be missing.
        public let policyFile: String?
        /// Roles whose accounts are never linked silently.
        public let privilegedRoles: Set<String>
        /// How long an arrival waits for an administrator.
        public let holdLifetime: Duration
    }

    /// Settings of `retention`: how long it is kept what nobody needs any more after a while.
    public struct Retention: Sendable {
        /// Linking decisions.
        public let decisions: Duration
        /// What happened to accounts.
        public let accountEvents: Duration
        /// What apps are told.
        public let appEvents: Duration
        /// Jobs that were given up.
        public let deadJobs: Duration
    }

    /// Settings of `templates`.
    public struct Templates: Sendable {
        /// Folder with the pages, relative to the working directory.
        public let directory: String
    }

    /// Settings of `clients`.
    public struct Clients: Sendable {
        /// Folder with the apps' files, relative to the working directory.
        public let directory: String
        /// How long the parent of the live refresh token gets the same successor again.
        public let refreshWindow: Duration
    }

    /// Settings of `log`.
    public struct Log: Sendable {
        /// Severities, least severe first.
        public enum Level: String, Sendable, CaseIterable {
            /// Everything.
            case trace
            /// For finding a fault.
            case debug
            /// What happens.
            case info
            /// What happens and deserves a look.
            case notice
            /// What may become a fault.
            case warning
            /// What failed.
            case error
            /// What stops the service.
            case critical
        }

        /// Forms of a line.
        public enum Format: String, Sendable, CaseIterable {
            /// One JSON object.
            case json
            /// Text for a person.
            case text
        }

        /// Least severe level that is written.
        public let level: Level
        /// Form of a line.
        public let format: Format
    }

    /// Settings of `encryption`.
    public struct Encryption: Sendable {
        /// Keys for secrets at rest, the current one first; empty when nothing is encrypted.
        public let keys: [EncryptionKey]
    }

    /// Settings of `administration`.
    public struct Administration: Sendable {
        /// Who may use the administration interface; empty when nobody may, and nothing answers there.
        public let keys: [AdministratorKey]
    }
}
