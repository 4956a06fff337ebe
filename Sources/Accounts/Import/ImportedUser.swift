/// A user brought along from another system: one line of an import file, read and within bounds.
public struct ImportedUser: Sendable, Hashable {
    /// Where it stands in its file, from 1.
    public let line: Int
    /// The id it had, if it is to keep it.
    public let id: UserID?
    /// The address, which the other system has proven.
    public let address: EmailAddress
    /// The hash in its own scheme; a sign-in replaces it by one of ours.
    public let password: StoredPassword
    /// A name to show.
    public let displayName: String?
    /// Roles.
    public let roles: [String]
    /// Since when there is the account; nil for now.
    public let createdAt: Instant?

    /// Creates a user from parts that were checked.
    public init(
        line: Int,
        id: UserID?,
        address: EmailAddress,
        password: StoredPassword,
        displayName: String?,
        roles: [String],
        createdAt: Instant?
    ) {
        self.line = line
        self.id = id
        self.address = address
        self.password = password
        self.displayName = displayName
        self.roles = roles
        self.createdAt = createdAt
    }
}

/// How far the import of a file has come.
public struct ImportProgress: Sendable, Hashable {
    /// Lines that need not be looked at again.
    public let linesDone: Int
    /// Whether that was all of them.
    public let isFinished: Bool

    /// Creates a progress.
    public init(linesDone: Int, isFinished: Bool) {
        self.linesDone = linesDone
        self.isFinished = isFinished
    }
}

/// A line that claims what belongs to somebody else.
public struct ImportCollision: Sendable, Hashable {
    /// What is claimed, and by whom it is held.
    public enum Claim: Sendable, Hashable {
        /// The address is proven for a user who is here.
        case addressHeld
        /// The id is that of a user who is here.
        case idHeld
        /// An earlier line has the same address.
        case addressOfLine(Int)
        /// An earlier line has the same id.
        case idOfLine(Int)
    }

    /// The line, from 1.
    public let line: Int
    /// What it claims.
    public let claim: Claim

    /// Creates a collision.
    public init(line: Int, claim: Claim) {
        self.line = line
        self.claim = claim
    }

    /// Whether the claim is held here already, not by the file itself.
    public var isHeldHere: Bool {
        switch claim {
        case .addressHeld, .idHeld: true
        case .addressOfLine, .idOfLine: false
        }
    }
}

/// A piece of an import file, taken over as a whole or not at all.
public struct ImportBatch: Sendable {
    /// The file, by a hash of its content.
    public let file: [UInt8]
    /// How many lines were done before.
    public let linesBefore: Int
    /// How many are done with this piece.
    public let linesAfter: Int
    /// Whether it is the last piece.
    public let isLast: Bool
    /// The users of these lines.
    public let users: [ImportedUser]

    /// Creates a piece.
    public init(file: [UInt8], linesBefore: Int, linesAfter: Int, isLast: Bool, users: [ImportedUser]) {
        self.file = file
        self.linesBefore = linesBefore
        self.linesAfter = linesAfter
        self.isLast = isLast
        self.users = users
    }
}

/// What became of a piece.
public enum ImportStep: Sendable, Hashable {
    /// So many users are here now.
    case imported(Int)
    /// Nothing was changed: these lines claim what is held here.
    case held([ImportCollision])
    /// Nothing was changed: somebody else imports the same file at this moment.
    case overtaken
}
