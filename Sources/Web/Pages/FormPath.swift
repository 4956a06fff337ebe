/// Where the forms of local accounts live. Each path shows its form on GET and takes it on POST, unless it says so.
public enum FormPath {
    /// Creating an account.
    public static let signUp = "/sign-up"
    /// A new mail for a sign-up; POST only.
    public static let resendVerification = "/sign-up/resend"
    /// Proving the address of a sign-up.
    public static let verify = "/verify"
    /// The password form of the sign-in page; POST only.
    public static let signInWithPassword = "/sign-in/password"
    /// Asking for a code or link by mail.
    public static let signInByMail = "/sign-in/mail"
    /// The code from that mail.
    public static let mailedCode = "/sign-in/mail/code"
    /// The second step of a sign-in.
    public static let secondFactor = "/sign-in/second-factor"
    /// Asking for a mail that resets the password.
    public static let reset = "/reset"
    /// The new password.
    public static let resetConfirm = "/reset/confirm"
    /// The account page; GET only.
    public static let account = "/account"
    /// Step-up: signing in again before something sensitive.
    public static let confirmIdentity = "/account/confirm"
    /// Setting or changing the password.
    public static let password = "/account/password"
    /// Removing the password.
    public static let removePassword = "/account/password/remove"
    /// Asking for another address.
    public static let email = "/account/email"
    /// Taking that back while it waits; POST only.
    public static let cancelEmailChange = "/account/email/cancel"
    /// The new mailbox proves itself.
    public static let confirmEmailChange = "/account/email/confirm"
    /// The old mailbox takes it back.
    public static let undoEmailChange = "/account/email/undo"
    /// Setting up the second step.
    public static let setUpSecondFactor = "/account/second-factor"
    /// The picture of that page; GET only.
    public static let secondFactorPicture = "/account/second-factor/qr.svg"
    /// Taking the second step away.
    public static let removeSecondFactor = "/account/second-factor/remove"
    /// New recovery codes.
    public static let recoveryCodes = "/account/second-factor/recovery-codes"
    /// What waits for a proof; GET only.
    public static let confirmLink = "/confirm"
    /// The account's password as the proof; POST only.
    public static let confirmPassword = "/confirm/password"
    /// Asking for a code by mail; POST only.
    public static let sendConfirmCode = "/confirm/code/send"
    /// That code as the proof; POST only.
    public static let confirmCode = "/confirm/code"
    /// The account's second step after the proof; POST only.
    public static let confirmSecondStep = "/confirm/second-step"
    /// Carrying out what was proven; POST only.
    public static let confirmFinish = "/confirm/finish"
    /// Asking an administrator instead; POST only.
    public static let confirmHold = "/confirm/hold"
    /// Leaving it; POST only.
    public static let confirmLeave = "/confirm/leave"
    /// Taking a link or an unlink back, from the mailbox.
    public static let undoIdentityChange = "/account/identity-undo"
    /// Merging another account into this one.
    public static let merge = "/account/merge"
    /// Proving that account by its password; POST only.
    public static let proveMerge = "/account/merge/prove"
    /// Its second step; POST only.
    public static let mergeSecondFactor = "/account/merge/second-factor"
    /// Forgetting a merge that waits; POST only.
    public static let cancelMerge = "/account/merge/cancel"
    /// Ending every session but the present one; POST only.
    public static let endOtherSessions = "/account/sessions/end-others"
    /// Ending one session; POST only.
    public static func endSession(_ id: String) -> String { "/account/sessions/\(id)/end" }
    /// Removing a way in.
    public static func removeIdentity(_ id: String) -> String { "/account/identities/\(id)/remove" }
    /// Taking a link or an unlink back, from the account page.
    public static func undoChange(_ id: String) -> String { "/account/identity-changes/\(id)/undo" }
    /// Allowing a blocked way in again.
    public static func allow(_ id: String) -> String { "/account/blocked/\(id)/allow" }
    /// Adding a way in; GET asks once more, for whoever had to sign in again on the way.
    public static func link(_ provider: String) -> String { "/account/link/\(provider)" }
    /// Mail that was caught instead of sent; GET only.
    public static let mailbox = "/development/mail"
}
