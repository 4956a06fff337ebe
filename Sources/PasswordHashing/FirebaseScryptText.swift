import Cryptography

/// A password hash exported from Firebase, with the project's own parameters:
/// `$firebase-scrypt$ln=MEMCOST,r=ROUNDS,sk=SIGNERKEY,ss=SEPARATOR$SALT$HASH`, all texts in Base64.
///
/// Source: github.com/firebase/scrypt. The first 32 bytes that scrypt derives are the key under which the signer key
/// is encrypted; the ciphertext is the hash.
struct FirebaseScryptText: Sendable, Hashable {
    private let cost: Scrypt.Cost
    private let signerKey: [UInt8]
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// `fields` are the pieces between the `$`, without the empty first one.
    init(fields: [Substring]) throws(ImportedHashFault) {
        guard fields.count == 4, let values = HashText.fields(fields[1], ["ln", "r", "sk", "ss"]) else {
            throw .malformed(.layout)
        }
        cost = try ScryptText.cost(logN: values[0], blockSize: values[1], parallelism: "1")
        guard let signerKey = HashText.eitherBase64(values[2]), (16...256).contains(signerKey.count) else {
            throw .malformed(.signerKey)
        }
        guard let separator = HashText.eitherBase64(values[3]), separator.count <= 64 else {
            throw .malformed(.saltSeparator)
        }
        guard let salt = HashText.eitherBase64(fields[2]), (1...1024).contains(salt.count) else {
            throw .malformed(.salt)
        }
        guard let hash = HashText.eitherBase64(fields[3]), hash.count == signerKey.count else {
            throw .malformed(.hash)
        }
        self.signerKey = signerKey
        self.salt = salt + separator
        self.hash = hash
    }

    func compare(_ password: [UInt8]) -> HashMatch {
        guard let derived = Scrypt.derive(password: password, salt: salt, cost: cost, count: 64) else {
            return .outOfMemory
        }
        let counter = [UInt8](repeating: 0, count: 16)
        guard let sealed = AES256CTR.apply(key: Array(derived.prefix(32)), counter: counter, to: signerKey) else {
            return .outOfMemory
        }
        return HashMatch(ConstantTime.equal(sealed, hash))
    }
}
