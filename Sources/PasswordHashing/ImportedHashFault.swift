/// Why a hash from elsewhere cannot be used. It never holds a piece of the hash itself.
public enum ImportedHashFault: Error, Sendable, Hashable {
    /// A part of a hash that can be malformed or out of bounds.
    public enum Part: String, Sendable, CaseIterable {
        /// How often or over how much memory the function runs.
        case cost
        /// Memory in KiB (`m=`).
        case memory
        /// Passes (`t=`), rounds (`rounds=`) or iterations.
        case iterations
        /// Lanes (`p=`).
        case parallelism
        /// The block size (`r=`).
        case blockSize = "block_size"
        /// Number or order of the fields.
        case layout
        /// The salt.
        case salt
        /// The hash.
        case hash
        /// Firebase's signer key (`sk=`).
        case signerKey = "signer_key"
        /// Firebase's salt separator (`ss=`).
        case saltSeparator = "salt_separator"

        var words: String {
            switch self {
            case .blockSize: "block size"
            case .signerKey: "signer key"
            case .saltSeparator: "salt separator"
            default: rawValue
            }
        }
    }

    /// Schemes that are recognised and not supported.
    public enum Variant: String, Sendable, CaseIterable {
        /// Argon2d, which gives secrets away through its memory access pattern.
        case argon2d = "argon2d"
        /// Argon2 before version 1.3.
        case argon2Version = "argon2 before version 19"
        /// MD5-crypt.
        case md5Crypt = "md5-crypt ($1$)"
        /// SHA-256-crypt.
        case sha256Crypt = "sha256-crypt ($5$)"
        /// bcrypt with a known fault or of its first version.
        case brokenBcrypt = "bcrypt $2$ or $2x$"
        /// scrypt in the spelling of crypt(5).
        case cryptScrypt = "scrypt in crypt form ($7$)"
        /// yescrypt wrapped in a GOST hash.
        case gostYescrypt = "gost-yescrypt ($gy$)"
        /// yescrypt with other flags than its defaults.
        case unusualYescrypt = "yescrypt with unusual parameters"
        /// PBKDF2 with SHA-1.
        case pbkdf2SHA1 = "pbkdf2 with SHA-1"
    }

    /// Not the form of any scheme known here.
    case unknownFormat
    /// A scheme or version that is recognised and not supported.
    case unsupportedVariant(Variant)
    /// A part that cannot be read.
    case malformed(Part)
    /// A comparison would take more time or memory than is allowed for one.
    case costTooHigh(Part)
    /// So cheap that it hides nothing.
    case costTooLow(Part)

    /// A stable name.
    public var code: String {
        switch self {
        case .unknownFormat: "unknown_format"
        case .unsupportedVariant: "unsupported_variant"
        case .malformed: "malformed"
        case .costTooHigh: "cost_too_high"
        case .costTooLow: "cost_too_low"
        }
    }

    /// One sentence for whoever runs the import.
    public var sentence: String {
        switch self {
        case .unknownFormat: "The password hash has no known format."
        case .unsupportedVariant(let variant): "Password hashes of the kind \(variant.rawValue) are not supported."
        case .malformed(let part): "The \(part.words) of the password hash is malformed."
        case .costTooHigh(let part): "The \(part.words) of the password hash is higher than allowed."
        case .costTooLow(let part): "The \(part.words) of the password hash is too low to protect anybody."
        }
    }
}
