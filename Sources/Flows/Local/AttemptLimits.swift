public import Accounts

/// How often what may be tried. Counted in the database, so the limits hold over all nodes (I05, M06, O-1).
public struct AttemptLimits: Sendable, Hashable {
    /// Passwords for one address from one client.
    public var passwordPair: ThrottleRule
    /// Passwords for one address from everywhere but the owner's own browsers (NIST SP 800-63B-4 §3.2.2: at most 100).
    public var passwordAddress: ThrottleRule
    /// Passwords and codes from one client.
    public var client: ThrottleRule
    /// Passwords from a browser the account knows.
    public var knownDevice: ThrottleRule
    /// Mails of one purpose to one address that one client asks for.
    public var mailPair: ThrottleRule
    /// Mails of one purpose to one address from everywhere: four times as many, so that a stranger alone does not keep the owner
    /// from theirs.
    public var mailAddress: ThrottleRule
    /// Mails that one client asks for.
    public var mailClient: ThrottleRule
    /// Codes of a second factor for one user.
    public var secondFactor: ThrottleRule
    /// The same over a day: guessing on for weeks gets nowhere.
    public var secondFactorDaily: ThrottleRule
    /// Passwords typed for one pending registration, or by a user who is signed in.
    public var confirmation: ThrottleRule

    /// Limits with these allowances; the others are fixed.
    public init(
        passwordsPerPair: Int = 10,
        passwordsPerAddress: Int = 100,
        attemptsPerClient: Int = 300,
        mailsPerAddress: Int = 5,
        mailsPerClient: Int = 60
    ) {
        passwordPair = ThrottleRule("password_pair", limit: passwordsPerPair, per: .seconds(600))
        passwordAddress = ThrottleRule("password_address", limit: passwordsPerAddress, per: .seconds(3600))
        client = ThrottleRule("client", limit: attemptsPerClient, per: .seconds(600))
        knownDevice = ThrottleRule("known_device", limit: 20, per: .seconds(600))
        mailPair = ThrottleRule("mail_pair", limit: mailsPerAddress, per: .seconds(3600))
        mailAddress = ThrottleRule("mail_address", limit: mailsPerAddress * 4, per: .seconds(3600))
        mailClient = ThrottleRule("mail_client", limit: mailsPerClient, per: .seconds(3600))
        secondFactor = ThrottleRule("second_factor", limit: 10, per: .seconds(900))
        secondFactorDaily = ThrottleRule("second_factor_day", limit: 50, per: .seconds(86_400))
        confirmation = ThrottleRule("confirmation", limit: 10, per: .seconds(600))
    }

    /// What a request for a mail counts: the purpose is part of the key, so that sign-ups by a stranger leave the owner's reset
    /// alone (L-8).
    func mail(_ purpose: String, to address: EmailAddress, from client: String) -> [ThrottleKey] {
        [
            mailClient.key(client), mailPair.key(purpose, address.description, client),
            mailAddress.key(purpose, address.description),
        ]
    }

    /// What a code of a second factor counts.
    func secondFactor(of user: UserID) -> [ThrottleKey] {
        [secondFactor.key(user.description), secondFactorDaily.key(user.description)]
    }
}
