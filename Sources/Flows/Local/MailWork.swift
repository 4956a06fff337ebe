import Accounts
import Cryptography
import JSON
import Jobs
import Mail

import struct Foundation.Date
import struct Foundation.UUID

/// What a mail job is to do, as its payload says it: ids and addresses, never a token. Tokens are made when the mail is.
enum MailWork: Sendable, Hashable {
    /// The mail that a sign-up waits for, or the one that tells the address' owner about it.
    case verifyRegistration(RegistrationID)
    /// The same once more, for a sign-up that this browser began.
    case verifyAgain(EmailAddress, browser: TokenHash)
    /// A link to set a new password, if the address has an account.
    case passwordReset(EmailAddress)
    /// A link or a code to sign in, if the address has an account.
    case signInByMail(EmailAddress, browser: TokenHash, returnTo: String)
    /// The mail a change of address waits for.
    case confirmNewAddress(EmailChangeID)
    /// To the former address, with a way to take it back.
    case addressChanged(UserID, old: EmailAddress, new: EmailAddress)
    /// A code that proves the mailbox for a pending link.
    case confirmLink(PendingLinkID)
    /// What a claim removed, to whoever claimed.
    case addressClaimed(ClaimReceiptID)
    /// What an administrator said, to whoever waited for it.
    case requestDecided(EmailAddress, provider: String, isApproved: Bool)
    /// To the address an account had when a way in was linked or removed, with a way to take that back.
    case identityChanged(IdentityChangeID, provider: String)
    /// To an address of one of two accounts that were merged: it may be nobody's primary address by now.
    case accountsMerged(to: EmailAddress)
    /// A notice to a user's proven address; the values are words and names only.
    case notice(MailEvent, UserID, [String: String])

    static let queue = "mail"

    /// - Parameter app: the name of the app that somebody signed in to without a browser; nil for a browser.
    static func newDevice(_ user: UserID, _ device: Device, app: String? = nil, unixTime: Int64) -> MailWork {
        var values = ["when": Date(timeIntervalSince1970: Double(unixTime)).ISO8601Format()]
        values["agent"] = device.userAgent
        values["app"] = app
        values["network"] = device.network
        return .notice(.newDevice, user, values)
    }

    static func passwordChanged(_ user: UserID, _ change: String) -> MailWork {
        .notice(.passwordChanged, user, ["change": change])
    }

    /// To the owner, after a copy of an app's refresh token was used.
    static func appSignedOut(_ user: UserID, app: String) -> MailWork { .notice(.appSignedOut, user, ["app": app]) }

    static func secondFactorChanged(_ user: UserID, _ change: String) -> MailWork {
        .notice(.secondFactorChanged, user, ["change": change])
    }

    static func accountRestored(_ user: UserID, _ kind: IdentityChange.Kind, provider: String) -> MailWork {
        .notice(.accountRestored, user, ["change": kind.rawValue, "provider": provider])
    }

    /// Stable word; also what limits count by.
    var kind: String {
        switch self {
        case .verifyRegistration: "verify_registration"
        case .verifyAgain: "verify_again"
        case .passwordReset: "password_reset"
        case .signInByMail: "sign_in_by_mail"
        case .confirmNewAddress: "confirm_new_address"
        case .addressChanged: "address_changed"
        case .confirmLink: "confirm_link"
        case .addressClaimed: "address_claimed"
        case .requestDecided: "request_decided"
        case .identityChanged: "identity_changed"
        case .accountsMerged: "accounts_merged"
        case .notice: "notice"
        }
    }

    private var payload: [String: String] {
        switch self {
        case .verifyRegistration(let id): ["registration": id.description]
        case .verifyAgain(let address, let browser):
            ["address": address.description, "browser": Hex.encode(browser.bytes)]
        case .passwordReset(let address): ["address": address.description]
        case .signInByMail(let address, let browser, let returnTo):
            ["address": address.description, "browser": Hex.encode(browser.bytes), "return_to": returnTo]
        case .confirmNewAddress(let id): ["change": id.description]
        case .addressChanged(let user, let old, let new):
            ["user": user.description, "old": old.description, "new": new.description]
        case .confirmLink(let id): ["link": id.description]
        case .addressClaimed(let id): ["receipt": id.description]
        case .requestDecided(let address, let provider, let isApproved):
            [
                "address": address.description, "provider": provider,
                "change": isApproved ? "approved" : "denied",
            ]
        case .identityChanged(let id, let provider): ["change": id.description, "provider": provider]
        case .accountsMerged(let address): ["address": address.description]
        case .notice(let event, let user, let values):
            values.merging(["user": user.description, "event": event.rawValue]) { $1 }
        }
    }

    func job(id: UUID) -> Job {
        Job(
            id: id,
            queue: Self.queue,
            kind: kind,
            payload: .object(JSONObject(payload.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        )
    }

    /// Nil for a job of another release that this one does not know.
    init?(_ job: Job) {
        func text(_ name: String) -> String? { job.payload[name]?.string }
        switch job.kind {
        case "verify_registration":
            guard let id = text("registration").flatMap({ RegistrationID($0) }) else { return nil }
            self = .verifyRegistration(id)
        case "verify_again":
            guard let address = text("address").flatMap({ EmailAddress($0) }),
                let browser = text("browser").flatMap({ Hex.decode($0) }).flatMap({ TokenHash(stored: $0) })
            else { return nil }
            self = .verifyAgain(address, browser: browser)
        case "password_reset":
            guard let address = text("address").flatMap({ EmailAddress($0) }) else { return nil }
            self = .passwordReset(address)
        case "sign_in_by_mail":
            guard let address = text("address").flatMap({ EmailAddress($0) }),
                let browser = text("browser").flatMap({ Hex.decode($0) }).flatMap({ TokenHash(stored: $0) }),
                let returnTo = text("return_to")
            else { return nil }
            self = .signInByMail(address, browser: browser, returnTo: returnTo)
        case "confirm_new_address":
            guard let id = text("change").flatMap({ EmailChangeID($0) }) else { return nil }
            self = .confirmNewAddress(id)
        case "address_changed":
            guard let user = text("user").flatMap({ UserID($0) }), let old = text("old").flatMap({ EmailAddress($0) }),
                let new = text("new").flatMap({ EmailAddress($0) })
            else { return nil }
            self = .addressChanged(user, old: old, new: new)
        case "confirm_link":
            guard let id = text("link").flatMap({ PendingLinkID($0) }) else { return nil }
            self = .confirmLink(id)
        case "address_claimed":
            guard let id = text("receipt").flatMap({ ClaimReceiptID($0) }) else { return nil }
            self = .addressClaimed(id)
        case "request_decided":
            guard let address = text("address").flatMap({ EmailAddress($0) }), let provider = text("provider"),
                let change = text("change")
            else { return nil }
            self = .requestDecided(address, provider: provider, isApproved: change == "approved")
        case "identity_changed":
            guard let id = text("change").flatMap({ IdentityChangeID($0) }), let provider = text("provider") else {
                return nil
            }
            self = .identityChanged(id, provider: provider)
        case "accounts_merged":
            guard let address = text("address").flatMap({ EmailAddress($0) }) else { return nil }
            self = .accountsMerged(to: address)
        case "notice":
            guard let user = text("user").flatMap({ UserID($0) }),
                let event = text("event").flatMap({ MailEvent(rawValue: $0) })
            else { return nil }
            var values: [String: String] = [:]
            for (name, value) in job.payload.object?.members ?? [] where name != "user" && name != "event" {
                values[name] = value.string
            }
            self = .notice(event, user, values)
        default: return nil
        }
    }
}
