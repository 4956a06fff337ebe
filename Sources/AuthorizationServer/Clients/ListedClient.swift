import Cryptography
public import JSON

/// An app as administrators see it.
public struct ListedClient: Sendable {
    /// Its id.
    public let id: ClientID
    /// What is written about it: the members of an app's file.
    public let definition: JSONObject
    /// Its row; nil for an app of a file.
    public let stored: StoredClient?
    /// Why this node does not use it; empty when it does.
    public let faults: [String]

    init(_ file: RegisteredClient) {
        id = file.client.id
        definition = file.definition
        stored = nil
        faults = []
    }

    init(_ stored: StoredClient, under rules: ClientRules, isShadowed: Bool) {
        id = stored.id
        definition = stored.members
        self.stored = stored
        faults =
            switch RegisteredClient.read(stored, under: rules) {
            case .success where isShadowed || stored.isInFile:
                ["a file describes an app of this id, or did: this one is not used; remove it, or register it again"]
            case .success: []
            case .failure(let faults): faults.sentences
            }
    }

    /// How its secrets are named: the first 16 hexadecimal digits of each one's SHA-256.
    public var fingerprints: [String] {
        (definition["secret_hashes"]?.array ?? []).compactMap(\.string).map(Self.fingerprint)
    }

    static func fingerprint(_ written: String) -> String {
        String(written.dropFirst(written.hasPrefix("sha256:") ? 7 : 0).prefix(16)).lowercased()
    }
}

extension StoredClient {
    /// The definition, read.
    var members: JSONObject {
        definition.flatMap { try? JSONValue.parse(Array($0.utf8)).object } ?? [:]
    }
}
