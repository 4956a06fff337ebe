import JSON

/// Spellings of `email_verified` that are not the JSON `true` (D20, L-10, L-13).
enum EmailVerifiedTwists {
    private static let spellings: [(name: String, summary: String, value: JSONValue?)] = [
        ("email-verified-true", "email_verified is true", true),
        ("email-verified-false", "email_verified is false", false),
        ("email-verified-string-true", "email_verified is the string true", "true"),
        ("email-verified-string-false", "email_verified is the string false", "false"),
        ("email-verified-upper", "email_verified is the string TRUE", "TRUE"),
        ("email-verified-one", "email_verified is 1", 1),
        ("email-verified-string-one", "email_verified is the string 1", "1"),
        ("email-verified-null", "email_verified is null", .null),
        ("email-verified-array", "email_verified is [true]", [true]),
        ("email-verified-absent", "no email_verified", nil),
    ]

    /// In the ID token.
    static let idToken: [Twist<IDTokenDraft>] = spellings.map { spelling in
        Twist(spelling.name, spelling.summary) { token, _ in token.claims["email_verified"] = spelling.value }
    }

    /// In the profile.
    static let profile: [Twist<ProfileDraft>] = spellings.map { spelling in
        Twist(spelling.name, spelling.summary) { profile, _ in profile.person["email_verified"] = spelling.value }
    }
}
