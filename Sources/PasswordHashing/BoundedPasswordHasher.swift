public import Accounts
import Cryptography

/// Argon2id on a fixed number of threads of low priority, with a queue of a fixed length in front of them.
///
/// The threads are the memory budget: each hash in work takes ``Argon2Parameters/memoryKiB``, and comparing with an
/// imported hash up to 256 MiB. They are also the processor budget: session checks go first.
///
/// A thread keeps the memory of its hashes (``HashMemory``) where that is possible and wanted.
public final class BoundedPasswordHasher: PasswordHasher {
    private let parameters: Argon2Parameters
    private let pool: HashingPool
    /// Where the memory of a hash comes from; for the log.
    public let memory: HashMemory
    /// A hash that nobody's password has. Comparing with it costs what comparing with a real one does.
    let nobody: ReadableHash
    private let skipsDummyHash: Bool

    /// Starts the threads. No password is hashed yet: one hash takes as long as a tenth of a node's start.
    ///
    /// - Parameters:
    ///   - threads: how many hashes are in work at most, 1 to 256.
    ///   - queueLimit: how many more may wait, 0 to 100,000.
    ///   - niceness: by how much the threads lower their priority (setpriority(2)), 0 to 19.
    ///   - keepsMemory: whether threads keep the memory of their hashes, which takes half of a hash's time off. Without it
    ///     nothing of libsodium is touched.
    ///   - skipsDummyHash: answers at once when there is no stored hash. Only for the enumeration benchmark, which
    ///   has to prove that it would notice; in service it tells everybody which addresses are unknown.
    public convenience init(
        parameters: Argon2Parameters = .standard,
        threads: Int,
        queueLimit: Int,
        niceness: Int32 = 10,
        keepsMemory: Bool = true,
        skipsDummyHash: Bool = false
    ) throws(PasswordHasherFault) {
        try self.init(
            parameters: parameters,
            threads: threads,
            queueLimit: queueLimit,
            niceness: niceness,
            keepsMemory: keepsMemory,
            skipsDummyHash: skipsDummyHash,
            metrics: .instruments()
        )
    }

    init(
        parameters: Argon2Parameters,
        threads: Int,
        queueLimit: Int,
        niceness: Int32,
        keepsMemory: Bool = true,
        skipsDummyHash: Bool,
        metrics: HashingMetrics
    ) throws(PasswordHasherFault) {
        guard parameters.areWithinBounds else { throw .parametersOutOfBounds }
        guard (0...19).contains(niceness) else { throw .limitsOutOfBounds }
        guard Argon2id.isAvailable else { throw .libraryUnavailable }
        guard Argon2id.canMap(bytes: parameters.memoryKiB * 1024) else { throw .outOfMemory }
        // Within the bounds that were checked above, so it can be read.
        guard let nobody = try? ReadableHash(Argon2Text.ofNobody(parameters)) else { throw .parametersOutOfBounds }
        self.nobody = nobody
        self.parameters = parameters
        self.skipsDummyHash = skipsDummyHash
        memory = keepsMemory ? .found : .mapped(.switchedOff)
        pool = try HashingPool(
            threads: threads,
            queueLimit: queueLimit,
            niceness: niceness,
            keepsMemory: memory == .kept ? HashingPool.KeepsMemory(bytes: parameters.memoryKiB * 1024) : nil,
            metrics: metrics
        )
    }

    deinit { pool.close() }

    /// A fresh hash: `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
    public func hash(_ password: Password) async throws(HashingFailure) -> StoredPassword {
        let parameters = parameters
        return try await pool.perform {
            guard let text = Argon2id.hash(Array(password.text.reveal().utf8), parameters) else {
                return .failure(.outOfMemory)
            }
            return .success(StoredPassword(text))
        }
    }

    /// Compares with a hash of any ``PasswordScheme``. A text that is none, or is beyond the bounds, equals no
    /// password, and costs what having none costs.
    public func verify(
        _ password: Password,
        against stored: StoredPassword?
    ) async throws(HashingFailure) -> PasswordVerdict {
        let parameters = parameters
        let nobody = nobody
        let known = stored.flatMap { try? ReadableHash($0.text.reveal()) }
        if stored == nil, skipsDummyHash { return .wrong }
        return try await pool.perform {
            let match = (known ?? nobody).compare(Array(password.text.reveal().utf8))
            switch (match, known) {
            case (.outOfMemory, _): return .failure(.outOfMemory)
            case (.same, let known?): return .success(.right(needsRehash: known.needsRehash(under: parameters)))
            case (.same, nil), (.different, _): return .success(.wrong)
            }
        }
    }

    /// Finishes what is in work, answers `stopped` to what waits and to whoever comes later, and returns when the last
    /// thread has ended.
    public func shutdown() async {
        pool.close()
        await pool.waitForEnd()
    }
}
