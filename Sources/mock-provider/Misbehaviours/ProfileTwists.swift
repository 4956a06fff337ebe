import JSON

/// Bodies of userinfo, `/user` and `/2/users/me` (F02 to F06, F11, F12, L-13).
enum ProfileTwists {
    static let all: [Twist<ProfileDraft>] = subject + address + EmailVerifiedTwists.profile + text + shape

    private static let subject: [Twist<ProfileDraft>] = [
        Twist("other-sub", "somebody else's identifier, or the argument") { profile, context in
            let other = context.argument ?? (profile.subjectName == "sub" ? "somebody-else" : "424242")
            let isNumber = profile.person[profile.subjectName]?.number != nil
            profile.subject = isNumber ? .raw(other) : .string(other)
        },
        subject("missing-sub", "no identifier", nil),
        subject("sub-null", "the identifier is null", .null),
        subject("sub-empty", "the identifier is empty", ""),
        subject("sub-array", "the identifier is an array", ["583231"]),
        subject("sub-bool", "the identifier is true", true),
        Twist("sub-number", "the identifier is a number") { profile, _ in
            let text = profile.person[profile.subjectName]?.string ?? ""
            profile.subject = Int64(text).map(JSONValue.seconds) ?? 583_231
        },
        Twist("sub-string", "the identifier is a string") { profile, _ in
            guard let number = profile.person[profile.subjectName]?.number else { return }
            profile.subject = .string(number.text)
        },
        subject("big-id", "2147483648: beyond 32 bits", 2_147_483_648),
        subject("bigger-id", "9007199254740993: beyond what a double holds", 9_007_199_254_740_993),
        subject("id-overflow", "9223372036854775808: beyond 64 bits", .raw("9223372036854775808")),
        subject("id-fraction", "583231.0", .raw("583231.0")),
        subject("id-exponent", "5.83231e5", .raw("5.83231e5")),
        subject("id-negative", "-1", -1),
        subject("id-zero", "0", 0),
        Twist("login-renamed", "another login for the same id") { profile, context in
            let name = profile.person["login"] == nil ? "username" : "login"
            profile.person[name] = .string(context.argument ?? "renamed")
        },
    ]

    private static let address: [Twist<ProfileDraft>] = [
        Twist("missing-email", "no email") { profile, _ in
            for name in ["email", "confirmed_email"] { profile.person[name] = nil }
        },
        Twist("email", "any email: the argument") { profile, context in
            let name = profile.isWrapped ? "confirmed_email" : "email"
            profile.person[name] = .string(context.argument ?? "victim@example.com")
        },
        Twist("email-null", "email is null") { profile, _ in
            profile.person[profile.isWrapped ? "confirmed_email" : "email"] = .null
        },
        Twist("email-array", "email is an array") { profile, _ in
            let name = profile.isWrapped ? "confirmed_email" : "email"
            profile.person[name] = ["victim@example.com", "attacker@example.com"]
        },
        Twist("email-list", "two addresses in one string") { profile, _ in
            let name = profile.isWrapped ? "confirmed_email" : "email"
            profile.person[name] = "victim@example.com,attacker@example.com"
        },
        Twist("blue-check", "X: verified true and no confirmed_email") { profile, _ in
            profile.person["verified"] = true
            profile.person["confirmed_email"] = nil
        },
    ]

    private static let text: [Twist<ProfileDraft>] = [
        Twist("nasty-name", "a name with markup, bidi, zero-width and control characters") { profile, _ in
            let name = "\"\u{301} onfocus=alert(1) <script>x</script>\u{202e}evil\u{200b}\u{0}\r\n{{7*7}}"
            profile.person["name"] = .string(name)
        },
        Twist("long-name", "a name of 10,000 characters, or the argument") { profile, context in
            let size = Int(clamping: min(max(context.number(or: 10_000), 1), 1 << 20))
            profile.person["name"] = .string(String(repeating: "n", count: size))
        },
        Twist("name-number", "the name is a number") { profile, _ in profile.person["name"] = 7 },
        Twist("missing-name", "no name") { profile, _ in profile.person["name"] = nil },
        Twist("javascript-avatar", "an avatar with a javascript: address") { profile, _ in
            profile.setPicture("javascript:alert(document.domain)")
        },
        Twist("local-avatar", "an avatar on the reader's own machine") { profile, _ in
            profile.setPicture("http://169.254.169.254/latest/meta-data/")
        },
    ]

    private static let shape: [Twist<ProfileDraft>] = [
        Twist("partial-error", "X: 200 with data and errors, confirmed_email not among the data") { profile, _ in
            profile.person["confirmed_email"] = nil
            profile.errors = [XUser.fieldError(id: profile.person["id"]?.string ?? "")]
        },
        Twist("errors-only", "X: 200 with errors and no data") { profile, _ in
            profile.withoutData = true
            profile.errors = [XUser.fieldError(id: profile.person["id"]?.string ?? "")]
        },
        Twist("data-null", "data is null") { profile, _ in profile.replacement = ["data": .null] },
        Twist("array", "an array instead of an object") { profile, _ in
            profile.replacement = .array([.object(profile.person)])
        },
        Twist("empty-object", "an empty object") { profile, _ in profile.replacement = [:] },
        Twist("error-with-200", "an error with status 200") { profile, _ in
            profile.replacement = ["error": "invalid_token", "error_description": "no"]
        },
        Twist("duplicate-json-key", "the identifier twice, an attacker's first") { profile, _ in
            profile.prefix = "\"\(profile.subjectName)\":\"attacker\""
        },
        Twist("blocked", "the account is blocked (GitLab's state)") { profile, _ in
            profile.person["state"] = "blocked"
        },
        Twist("organization", "GitHub: the account is an organization") { profile, _ in
            profile.person["type"] = "Organization"
        },
    ]

    private static func subject(_ name: String, _ summary: String, _ value: JSONValue?) -> Twist<ProfileDraft> {
        Twist(name, summary) { profile, _ in profile.subject = value }
    }
}

extension ProfileDraft {
    /// The identifying member.
    var subject: JSONValue? {
        get { person[subjectName] }
        set { person[subjectName] = newValue }
    }

    /// The avatar, under whatever name the provider uses.
    mutating func setPicture(_ address: String) {
        for name in ["picture", "avatar_url", "profile_image_url"] where person[name] != nil || name == "picture" {
            person[name] = .string(address)
        }
    }
}
