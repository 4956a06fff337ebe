extension MailEvent {
    /// Values every letter's templates see.
    static let commonNames: Set<String> = ["service", "address", "origin"]

    /// Values a letter has to bring; without one of them it is not sent.
    var requiredNames: Set<String> {
        switch self {
        case .verifyAddress, .passwordReset: ["link"]
        case .alreadyRegistered: ["sign_in_link", "reset_link"]
        case .noPasswordHere: ["providers", "sign_in_link"]
        case .confirmNewAddress: ["link"]
        case .addressChanged: ["new_address", "undo_link"]
        case .addressInUse: ["sign_in_link"]
        case .newDevice: ["when", "account_link"]
        case .identityLinked, .identityUnlinked: ["provider", "undo_link", "account_link"]
        case .accountsMerged: ["account_link"]
        case .accountRestored: ["change", "provider", "reset_link", "account_link"]
        case .passwordChanged: ["change", "reset_link", "account_link"]
        case .secondFactorChanged: ["change", "account_link"]
        case .appSignedOut: ["app", "account_link"]
        case .signInByMail: []
        case .confirmLink: ["code", "provider", "change"]
        case .addressClaimed: ["removed", "account_link"]
        case .requestDecided: ["provider", "change", "sign_in_link"]
        }
    }

    /// Values a letter may bring; templates ask with a section.
    var optionalNames: Set<String> {
        switch self {
        case .confirmNewAddress: ["old_address"]
        case .newDevice: ["agent", "app", "network"]
        case .signInByMail: ["link", "code"]
        case .confirmLink: ["handle"]
        default: []
        }
    }

    /// What `change` may say. Templates see the word as a flag, `change_<word>`, and put it into a sentence of their own.
    public var changes: Set<String> {
        switch self {
        case .passwordChanged: ["set", "changed", "reset", "removed"]
        case .accountRestored: ["linked", "unlinked"]
        case .secondFactorChanged: ["on", "off", "recovery_code"]
        case .confirmLink: ["link", "claim", "lapsed"]
        case .requestDecided: ["approved", "denied"]
        default: []
        }
    }

    /// Every name that may stand in the templates.
    var names: Set<String> {
        Self.commonNames.union(requiredNames).union(optionalNames).union(changes.map { "change_\($0)" })
    }
}
