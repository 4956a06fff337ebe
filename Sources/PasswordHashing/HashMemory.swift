import CHashRegion
import CSodium

/// Where the memory of an Argon2 hash comes from.
public enum HashMemory: Sendable, Hashable {
    /// Each thread keeps its own for some seconds, wiped while it has nothing to do.
    case kept
    /// libsodium maps and unmaps it for each hash.
    case mapped(Reason)

    /// Why it is not kept.
    public enum Reason: String, Sendable, CaseIterable {
        /// It is not wanted.
        case switchedOff = "switched_off"
        /// Neither x86-64 nor arm64.
        case unknownProcessor = "unknown_processor"
        /// libsodium is part of the program, or is not there.
        case libraryNotShared = "library_not_shared"
        /// This libsodium does not get its memory by mmap(2) and munmap(2).
        case noSuchCalls = "no_such_calls"
        /// The system does not let the program change what libsodium calls.
        case callsProtected = "calls_protected"
        /// A hash in kept memory was tried, and libsodium did not use it or came to another result.
        case trialFailed = "trial_failed"
    }

    /// A word or two for the log.
    public var label: String {
        switch self {
        case .kept: "kept"
        case .mapped(let reason): "mapped for each hash: \(reason.rawValue)"
        }
    }

    /// Found out once in the life of a process, when it is first wanted; until then nothing is touched.
    static let found: HashMemory = {
        guard Argon2id.isAvailable else { return .mapped(.libraryNotShared) }
        return HashMemory(unsafe hash_region_redirect("crypto_pwhash")) { trial() }
    }()

    /// What a status means; the trial is only made when everything else is as it has to be.
    init(_ status: hash_region_status, trial: () -> Bool) {
        switch status {
        case HASH_REGION_READY: self = trial() ? .kept : .mapped(.trialFailed)
        case HASH_REGION_UNKNOWN_PROCESSOR: self = .mapped(.unknownProcessor)
        case HASH_REGION_NOT_SHARED: self = .mapped(.libraryNotShared)
        case HASH_REGION_NO_SUCH_CALLS: self = .mapped(.noSuchCalls)
        default: self = .mapped(.callsProtected)
        }
    }

    /// The smallest hash there is, in libsodium's own memory and in kept memory full of what a hash never begins with:
    /// another release may want its memory zeroed, or get it in another way.
    private static func trial() -> Bool {
        let region = HashRegion(bytes: HashRegion.hugePage)
        guard let own = smallestHash() else { return false }
        // The first lending maps it.
        guard region.lend(to: smallestHash) == own, region.wasTaken else { return false }
        unsafe region.bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
        return region.lend(to: smallestHash) == own && region.wasTaken
    }

    private static func smallestHash() -> [UInt8]? {
        var hash = [UInt8](repeating: 0, count: 32)
        let salt = [UInt8](repeating: 1, count: crypto_pwhash_saltbytes())
        let result = unsafe crypto_pwhash(
            &hash,
            UInt64(hash.count),
            [],
            0,
            salt,
            2,
            crypto_pwhash_memlimit_min(),
            crypto_pwhash_alg_argon2id13()
        )
        return result == 0 ? hash : nil
    }
}
