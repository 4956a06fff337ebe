/// The ways of hashing that can be compared with. Only the first is used for new hashes; all others are replaced by it
/// when their owner signs in.
public enum PasswordScheme: String, Sendable, CaseIterable {
    /// `$argon2id$v=19$m=…,t=…,p=…$salt$hash`
    case argon2id
    /// `$argon2i$v=19$m=…,t=…,p=…$salt$hash`
    case argon2i
    /// `$2a$`, `$2b$` or `$2y$`, cost 4 to 15
    case bcrypt
    /// `$y$parameters$salt$hash` of crypt(5)
    case yescrypt
    /// `$6$salt$hash` or `$6$rounds=…$salt$hash` of crypt(5)
    case sha512Crypt = "sha512_crypt"
    /// `$scrypt$ln=…,r=…,p=…$salt$hash`
    case scrypt
    /// `pbkdf2_sha256$…` of Django or `$pbkdf2-sha256$…` of passlib
    case pbkdf2SHA256 = "pbkdf2_sha256"
    /// `pbkdf2_sha512$…` of Django or `$pbkdf2-sha512$…` of passlib
    case pbkdf2SHA512 = "pbkdf2_sha512"
    /// `$firebase-scrypt$ln=…,r=…,sk=…,ss=…$salt$hash`
    case firebaseScrypt = "firebase_scrypt"
}
