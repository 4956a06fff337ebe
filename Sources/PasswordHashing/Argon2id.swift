import CSodium
import Cryptography
import Glibc

/// Argon2id and Argon2i through libsodium.
enum Argon2id {
    /// libsodium, started once; false when it could not be.
    static let isAvailable = sodium_init() >= 0

    /// Whether the system would map so many bytes now. They are given back without having been touched.
    static func canMap(bytes: Int) -> Bool {
        let mapping = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return false }
        unsafe munmap(mapping, bytes)
        return true
    }

    /// A fresh hash with 16 random bytes of salt, as `$argon2id$v=19$m=…,t=…,p=1$salt$hash`; nil without enough memory.
    static func hash(_ password: [UInt8], _ parameters: Argon2Parameters) -> String? {
        guard isAvailable, parameters.areWithinBounds else { return nil }
        var output = [CChar](repeating: 0, count: crypto_pwhash_strbytes())
        let result = unsafe crypto_pwhash_str_alg(
            &output,
            password.map(CChar.init(bitPattern:)),
            UInt64(password.count),
            UInt64(parameters.passes),
            parameters.memoryKiB * 1024,
            crypto_pwhash_alg_argon2id13()
        )
        guard result == 0 else { return nil }
        return String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Compares with a text that ``Argon2Text`` has read, whose cost is therefore bounded.
    static func compare(_ password: [UInt8], with text: String) -> HashMatch {
        guard isAvailable else { return .outOfMemory }
        errno = 0
        let result = unsafe crypto_pwhash_str_verify(
            text,
            password.map(CChar.init(bitPattern:)),
            UInt64(password.count)
        )
        // -1 stands for a wrong password and for want of memory alike; errno tells them apart.
        return result == 0 ? .same : errno == ENOMEM ? .outOfMemory : .different
    }
}
