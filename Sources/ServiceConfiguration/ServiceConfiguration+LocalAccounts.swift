extension ServiceConfiguration {
    /// Whether people can have accounts with an address and a password: wanted, and with mail to prove addresses by.
    public var hasLocalAccounts: Bool { passwords.isEnabled && (mail.server != nil || mail.isCaught) }

    /// Settings of `password`.
    public struct Passwords: Sendable {
        /// What happens when the list of breached passwords cannot be asked.
        public enum BreachCheck: String, Sendable, CaseIterable {
            /// It is never asked.
            case off
            /// The password passes.
            case failOpen = "fail_open"
            /// The password is refused for now.
            case failClosed = "fail_closed"
        }

        /// Whether passwords are wanted; without mail there are none all the same.
        public let isEnabled: Bool
        /// Characters of a password that stands alone.
        public let minimumLength: Int
        /// Characters of a password beside a second factor.
        public let minimumLengthWithSecondFactor: Int
        /// File of further passwords to refuse.
        public let blockList: String?
        /// Whether new passwords are looked up among breached ones.
        public let breachCheck: BreachCheck
        /// Where.
        public let breachOrigin: WebOrigin
        /// KiB of memory of a hash.
        public let hashMemory: Int
        /// Passes of a hash.
        public let hashPasses: Int
        /// Hashes at a time; 0 is one for each core.
        public let hashThreads: Int
        /// Whether the threads keep the memory of their hashes.
        public let hashKeepsMemory: Bool
        /// Hashes that wait.
        public let queueLimit: Int
        /// How long a link to set a new password works.
        public let resetLifetime: Duration

        static let haveIBeenPwned = WebOrigin("https://api.pwnedpasswords.com") ?? .standIn
    }

    /// Settings of `account`.
    public struct Account: Sendable {
        /// How long a sign-up or a change of address waits for its mailbox.
        public let signUpLifetime: Duration
        /// How long the former mailbox can take a change of address back.
        public let undoLifetime: Duration
        /// How long a way in that was added or removed can be undone.
        public let identityUndoFor: Duration
    }

    /// Settings of `throttle`: attempts that are let through.
    public struct Throttle: Sendable {
        /// Passwords for one address from one client in 10 minutes.
        public let passwordsPerPair: Int
        /// Passwords for one address in an hour.
        public let passwordsPerAddress: Int
        /// Passwords and codes from one client in 10 minutes.
        public let attemptsPerClient: Int
        /// Mails to one address in an hour.
        public let mailsPerAddress: Int
        /// Mails one client asks for in an hour.
        public let mailsPerClient: Int
        /// Sign-ins with a provider from one client in 10 minutes, at one node.
        public let startsPerClient: Int
    }
}

extension ServiceConfiguration.Passwords {
    init(_ resolver: inout Resolver) {
        isEnabled = resolver.value(Settings.passwordEnabled)
        minimumLength = resolver.value(Settings.passwordMinimumLength)
        minimumLengthWithSecondFactor = resolver.value(Settings.passwordMinimumLengthWithSecondFactor)
        blockList = resolver.value(Settings.passwordBlockList)
        breachCheck = resolver.value(Settings.passwordBreachCheck)
        breachOrigin = resolver.value(Settings.passwordBreachURL)
        hashMemory = resolver.value(Settings.passwordHashMemory)
        hashPasses = resolver.value(Settings.passwordHashPasses)
        hashThreads = resolver.value(Settings.passwordHashThreads)
        hashKeepsMemory = resolver.value(Settings.passwordHashKeepMemory)
        queueLimit = resolver.value(Settings.passwordQueueLimit)
        resetLifetime = resolver.value(Settings.passwordResetLifetime)
    }

    func check(_ resolver: inout Resolver) {
        if minimumLengthWithSecondFactor > minimumLength {
            let message = "a password beside a second factor cannot have to be longer than one that stands alone"
            resolver.fail(
                .conflict,
                ["password.minimum_length_with_second_factor", "password.minimum_length"],
                message
            )
        }
    }
}

extension ServiceConfiguration.Account {
    init(_ resolver: inout Resolver) {
        signUpLifetime = resolver.value(Settings.accountSignUpLifetime)
        undoLifetime = resolver.value(Settings.accountUndoLifetime)
        identityUndoFor = resolver.value(Settings.accountIdentityUndoFor)
    }
}

extension ServiceConfiguration.Throttle {
    init(_ resolver: inout Resolver) {
        passwordsPerPair = resolver.value(Settings.throttlePasswordsPerPair)
        passwordsPerAddress = resolver.value(Settings.throttlePasswordsPerAddress)
        attemptsPerClient = resolver.value(Settings.throttleAttemptsPerClient)
        mailsPerAddress = resolver.value(Settings.throttleMailsPerAddress)
        mailsPerClient = resolver.value(Settings.throttleMailsPerClient)
        startsPerClient = resolver.value(Settings.throttleStartsPerClient)
    }
}
