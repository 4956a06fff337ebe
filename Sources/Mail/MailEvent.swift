/// What a mail is about. The raw value is the folder of its templates: `templates/email/<event>/`.
public enum MailEvent: String, Sendable, CaseIterable {
    /// Somebody signed up with this address: prove it. `link`.
    case verifyAddress = "verify-address"
    /// Somebody signed up with an address that has an account. `sign_in_link`, `reset_link`.
    case alreadyRegistered = "already-registered"
    /// Set a new password. `link`.
    case passwordReset = "password-reset"
    /// A reset was asked for, but this account signs in elsewhere. `providers` (text), `sign_in_link`.
    case noPasswordHere = "no-password-here"
    /// To the new mailbox: confirm the change of address. `link`, `old_address` (may be absent).
    case confirmNewAddress = "confirm-new-address"
    /// To the old mailbox: the address was changed. `new_address`, `undo_link`.
    case addressChanged = "address-changed"
    /// Somebody wanted to move an account to an address that has one of its own. `sign_in_link`.
    case addressInUse = "address-in-use"
    /// A sign-in from a browser not seen before. `when`, `agent`, `network`, `account_link`.
    case newDevice = "new-device"
    /// A way in was linked. `provider`, `undo_link`, `account_link`.
    case identityLinked = "identity-linked"
    /// A way in was unlinked. `provider`, `undo_link`, `account_link`.
    case identityUnlinked = "identity-unlinked"
    /// A change was taken back from the mailbox, and everybody is signed out. `change` (linked or unlinked), `provider`,
    /// `reset_link`, `account_link`.
    case accountRestored = "account-restored"
    /// Two accounts were merged; to the address of each. `account_link`.
    case accountsMerged = "accounts-merged"
    /// The password was set, changed, reset or removed. `change` (one of those words), `reset_link`, `account_link`.
    case passwordChanged = "password-changed"
    /// The second factor was switched on or off, or a recovery code was used. `change`, `account_link`.
    case secondFactorChanged = "second-factor-changed"
    /// A copy of an app's refresh token was used, and the app was signed out. `app`, `account_link`.
    case appSignedOut = "app-signed-out"
    /// A way in by mail. `link` (absent when switched off), `code` (absent when switched off).
    case signInByMail = "sign-in-by-mail"
    /// A code that proves the mailbox before something is joined to it. `code`, `provider`, `change` (`link`, `claim` or
    /// `lapsed`), `handle` (may be absent).
    case confirmLink = "confirm-link"
    /// An address was claimed from a registration that never proved it. `removed`, `account_link`.
    case addressClaimed = "address-claimed"
    /// An administrator decided about a sign-in that waited. `provider`, `change` (`approved` or `denied`), `sign_in_link`.
    case requestDecided = "request-decided"
}
