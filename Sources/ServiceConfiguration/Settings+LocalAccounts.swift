extension Settings {
    static let signInMailedLink = Setting(
        "sign_in.mailed_link",
        .boolean,
        default: false,
        example: "true",
        "Whether people can sign in with a link by mail, in the browser that asked for it."
    )
    static let signInMailedCode = Setting(
        "sign_in.mailed_code",
        .boolean,
        default: false,
        example: "true",
        "Whether people can sign in with a code by mail, in the browser that asked for it."
    )

    static let passwordEnabled = Setting(
        "password.enabled",
        .boolean,
        default: true,
        example: "false",
        "Whether people can sign up and sign in with an address and a password. Needs mail: without `mail.url` it is off."
    )
    static let passwordMinimumLength = Setting(
        "password.minimum_length",
        .integer(15...128),
        default: 15,
        example: "16",
        "Characters of a password that protects an account alone (NIST SP 800-63B-4: at least 15)."
    )
    static let passwordMinimumLengthWithSecondFactor = Setting(
        "password.minimum_length_with_second_factor",
        .integer(8...128),
        default: 15,
        example: "8",
        "Characters of a password beside a second factor; one that is too short to stand alone keeps the factor."
    )
    static let passwordBlockList = OptionalSetting(
        "password.block_list",
        .path,
        example: "/etc/latchkey/refused-passwords.txt",
        "A file of passwords to refuse, one a line, besides the common ones Latchkey knows."
    )
    static let passwordBreachCheck = Setting(
        "password.breach_check",
        .choice,
        default: ServiceConfiguration.Passwords.BreachCheck.off,
        example: "fail_open",
        "Whether new passwords are looked up among breached ones by five digits of their SHA-1: `fail_open` lets them pass "
            + "when the list cannot be asked, `fail_closed` does not."
    )
    static let passwordBreachURL = Setting(
        "password.breach_url",
        .origin,
        default: ServiceConfiguration.Passwords.haveIBeenPwned,
        example: "https://breaches.example.org",
        "Where `/range/ABCDE` of Have I Been Pwned's interface is."
    )
    static let passwordHashMemory = Setting(
        "password.hash_memory",
        .integer(7_168...262_144),
        default: 19_456,
        example: "65536",
        "Memory of one Argon2id hash in KiB. Older hashes follow at their owners' next sign-in; until then time tells such an "
            + "account from an unknown address."
    )
    static let passwordHashPasses = Setting(
        "password.hash_passes",
        .integer(1...20),
        default: 2,
        example: "3",
        "Passes of one Argon2id hash over its memory."
    )
    static let passwordHashThreads = Setting(
        "password.hash_threads",
        .integer(0...256),
        default: 0,
        example: "4",
        "Hashes at a time; 0 is one for each core. Each takes `password.hash_memory`."
    )
    static let passwordHashKeepMemory = Setting(
        "password.hash_keep_memory",
        .boolean,
        default: true,
        example: "false",
        "Whether each hashing thread keeps its memory from hash to hash, wiped while it waits and given back after 10 seconds, "
            + "which halves the time of a hash. Off, libsodium maps and unmaps it for each."
    )
    static let passwordQueueLimit = Setting(
        "password.queue_limit",
        .integer(1...10_000),
        default: 256,
        example: "64",
        "Hashes that wait; one more is answered with 503 and `Retry-After`."
    )
    static let passwordResetLifetime = Setting(
        "password.reset_lifetime",
        .duration(.minutes(5) ... .days(1)),
        default: .hours(1),
        example: "30m",
        "How long a mailed link to set a new password works."
    )

    static let accountSignUpLifetime = Setting(
        "account.sign_up_lifetime",
        .duration(.minutes(10) ... .days(14)),
        default: .hours(24),
        example: "2h",
        "How long a sign-up, or a change of address, waits for its mailbox."
    )
    static let accountUndoLifetime = Setting(
        "account.undo_lifetime",
        .duration(.hours(1) ... .days(90)),
        default: .days(7),
        example: "30d",
        "How long the former mailbox can take a change of address back."
    )
    static let accountIdentityUndoFor = Setting(
        "account.identity_undo_for",
        .duration(.hours(1) ... .days(90)),
        default: .days(7),
        example: "30d",
        "How long a way in that was added or removed can be undone, by mail and on the account page."
    )

    static let throttlePasswordsPerPair = Setting(
        "throttle.passwords_per_pair",
        .integer(1...100_000),
        default: 10,
        example: "20",
        "Passwords for one address from one client (a whole IPv4 address, or the /64 of an IPv6 address) in 10 minutes."
    )
    static let throttlePasswordsPerAddress = Setting(
        "throttle.passwords_per_address",
        .integer(1...100_000),
        default: 100,
        example: "50",
        "Passwords for one address in an hour, from everywhere but browsers its owner signed in with before."
    )
    static let throttleAttemptsPerClient = Setting(
        "throttle.attempts_per_client",
        .integer(1...1_000_000),
        default: 300,
        example: "1000",
        "Passwords and codes from one client in 10 minutes, whoever they are for."
    )
    static let throttleMailsPerAddress = Setting(
        "throttle.mails_per_address",
        .integer(1...100_000),
        default: 5,
        example: "10",
        "Mails of one purpose to one address that one client can ask for in an hour; four times as many from everywhere."
    )
    static let throttleMailsPerClient = Setting(
        "throttle.mails_per_client",
        .integer(1...1_000_000),
        default: 60,
        example: "200",
        "Mails that one client can ask for in an hour."
    )
    static let throttleStartsPerClient = Setting(
        "throttle.starts_per_client",
        .integer(1...1_000_000),
        default: 600,
        example: "3000",
        """
        Sign-ins with a provider that one client can begin, and callbacks it can bring back, in 10 minutes at one node. What apps \
        without a secret begin is counted apart.
        """
    )
}
