public import Accounts

/// Why an app was not changed.
public enum ClientChangeFailure: Error, Sendable, Hashable {
    /// What was written about it is faulty: each fault with its place.
    case faulty([String])
    /// There is no such app.
    case unknown
    /// There is one of this id.
    case exists
    /// A file describes it.
    case inFile
    /// Somebody else changed it meanwhile.
    case moved(version: Int64)
    /// Nobody said which version is meant to be changed.
    case versionMissing
    /// It has two secrets.
    case secretsFull
    /// It is its only secret.
    case lastSecret
    /// It is a public client.
    case publicClient
    /// It has no such secret.
    case unknownSecret
    /// The store could not do it.
    case store(StoreFailure)

    /// Stable code.
    public var code: String {
        switch self {
        case .faulty: "client_faulty"
        case .unknown: "unknown_client"
        case .exists: "client_exists"
        case .inFile: "client_in_file"
        case .moved: "client_changed"
        case .versionMissing: "client_version_missing"
        case .secretsFull: "client_secrets_full"
        case .lastSecret: "last_client_secret"
        case .publicClient: "public_client"
        case .unknownSecret: "unknown_client_secret"
        case .store: "store_unavailable"
        }
    }

    /// One of each, for the check against docs/errors.md.
    public static let examples: [ClientChangeFailure] = [
        .faulty([]), .unknown, .exists, .inFile, .moved(version: 1), .versionMissing, .secretsFull, .lastSecret,
        .publicClient,
        .unknownSecret, .store(.unavailable),
    ]

    /// What happened, and what would help, in one or two sentences.
    public var sentence: String {
        switch self {
        case .faulty(let faults):
            "What is written about the app is faulty (\(faults.count) fault(s)); nothing was changed."
        case .unknown: "There is no such app."
        case .exists: "There is an app of this id already; change that one, or choose another id."
        case .inFile:
            "A file describes this app, or did: change clients/ID.yaml and start the nodes anew, or take the file away and register the app."
        case .moved(let version): "Meanwhile the app is at version \(version). Look at it, then decide again."
        case .versionMissing: "Say which version is changed: If-Match with the ETag that the app was read with."
        case .secretsFull: "The app has two secrets. Remove the one that is not used any more, then make another."
        case .lastSecret: "This is the app's only secret. Make another first, and give it to the app."
        case .publicClient: "A public client has no secret."
        case .unknownSecret: "The app has no secret with this fingerprint."
        case .store(let failure): "The database refused (\(failure.rawValue)); nothing was changed as far as is known."
        }
    }

    /// The single faults.
    public var details: [String] {
        if case .faulty(let faults) = self { faults } else { [] }
    }
}
