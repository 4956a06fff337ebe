public import Cryptography

/// The port through which passwords are hashed and compared. The adapter (`PasswordHashing`) works on threads of its
/// own, a fixed number of them, with a queue of a fixed length: a storm of sign-ins waits and sheds there, and slows
/// nothing else.
public protocol PasswordHasher: Sendable {
    /// A fresh hash under the present parameters.
    func hash(_ password: Password) async throws(HashingFailure) -> StoredPassword

    /// Whether the password is the one behind a stored hash. Without a stored hash, one is computed all the same, for
    /// nobody, and the answer is ``PasswordVerdict/wrong``: an unknown address costs what a wrong password costs (I06).
    func verify(_ password: Password, against stored: StoredPassword?) async throws(HashingFailure) -> PasswordVerdict
}

/// A password hash as it is stored: a text that names its own scheme and parameters. Never shown, never logged.
public struct StoredPassword: Sendable, Hashable {
    /// The text.
    public let text: Secret

    /// Wraps a text from the hasher, the database or an import that was checked.
    public init(_ text: String) { self.text = Secret(text) }
}

/// What a comparison found.
public enum PasswordVerdict: Sendable, Hashable {
    /// Another password, or no hash to compare with.
    case wrong
    /// The password. `needsRehash`: the hash is of another scheme or of weaker parameters than new ones get.
    case right(needsRehash: Bool)
}

/// Why nothing was hashed.
public enum HashingFailure: String, Error, Sendable, CaseIterable {
    /// The queue is full: try again in a second.
    case overloaded
    /// The process is stopping, or the caller went away.
    case stopped
    /// There was not enough memory for it.
    case outOfMemory = "out_of_memory"
}
