public import Accounts
public import Jobs

/// Mails to a person about an app of theirs.
public enum AppNotice {
    /// A copy of an app's refresh token was used, and the app was signed out.
    /// - Parameter milliseconds: time since the Unix epoch, for the order of ids.
    public static func refreshTokenReplayed(_ user: UserID, app: String, milliseconds: UInt64) -> Job {
        MailWork.appSignedOut(user, app: app).job(id: ID<Never>.fresh(milliseconds: milliseconds).uuid)
    }
}
