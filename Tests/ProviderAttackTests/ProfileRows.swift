/// One profile answer, at one provider.
struct ProfileRow: Sendable, CustomStringConvertible {
    let provider: Provider
    let row: AnswerRow
    /// Calls that are made all the same.
    let calls: [String: Int]

    var description: String { "\(row) at \(provider.id)" }

    init(_ provider: Provider, _ row: AnswerRow) {
        self.provider = provider
        self.row = row
        // GitHub's addresses are asked for before anything is made of the profile, but not after a profile that failed.
        let readsOn = provider == .github && row.refusal.step == "map_claims"
        calls = ["token": 1, "profile": 1, "emails": readsOn ? 1 : 0]
    }
}

extension ProfileRow {
    /// F02: userinfo has to be about the ID token's subject.
    static let userInfo: [ProfileRow] =
        [
            "other-sub", "missing-sub", "sub-null", "sub-empty", "sub-array", "sub-bool", "sub-number", "array",
            "empty-object", "error-with-200", "data-null",
        ].map { .init(.oidc, .init("F02", "profile:" + $0, .identity("userinfo_subject_mismatch"))) }
        + [.init(.oidc, .init("F02 L09", "profile:duplicate-json-key", .profileAnswer("malformed_body")))]

    /// F03: a GitHub account is its number.
    static let gitHub: [ProfileRow] =
        [
            ("missing-sub", "subject_missing"), ("sub-null", "subject_missing"), ("sub-empty", "subject_wrong_type"),
            ("sub-array", "subject_wrong_type"), ("sub-bool", "subject_wrong_type"),
            ("sub-string", "subject_wrong_type"),
            ("id-overflow", "subject_invalid"), ("id-negative", "subject_invalid"), ("id-zero", "subject_invalid"),
            ("id-fraction", "subject_invalid"), ("id-exponent", "subject_invalid"), ("array", "subject_missing"),
            ("empty-object", "subject_missing"), ("error-with-200", "subject_missing"),
            ("data-null", "subject_missing"),
        ].map { .init(.github, .init("F03", "profile:" + $0.0, .identity($0.1))) }
        + [.init(.github, .init("F03 L09", "profile:duplicate-json-key", .profileAnswer("malformed_body")))]

    /// F06: errors inside a 200 and other shapes of X's answer.
    static let x: [ProfileRow] = [
        ("errors-only", "subject_missing"), ("data-null", "subject_missing"), ("missing-sub", "subject_missing"),
        ("sub-null", "subject_missing"), ("sub-empty", "subject_invalid"), ("sub-array", "subject_wrong_type"),
        ("sub-bool", "subject_wrong_type"), ("sub-number", "subject_wrong_type"), ("array", "subject_missing"),
        ("empty-object", "subject_missing"), ("error-with-200", "subject_missing"), ("email-array", "claim_wrong_type"),
    ].map { .init(.twitter, .init("F06", "profile:" + $0.0, .identity($0.1))) }

    /// F10: each status, at each provider that has a profile to ask for.
    static let status: [ProfileRow] = [Provider.oidc, .github, .twitter].flatMap { provider in
        [
            ("status=401", Refusal.profileAnswer("unauthorized")), ("status=403", .profileAnswer("forbidden")),
            ("status=404", .profileAnswer("unexpected_status")), ("status=410", .profileAnswer("unexpected_status")),
            ("status=418", .profileAnswer("unexpected_status")), ("status=204", .profileAnswer("unexpected_status")),
            ("status=500", .unavailable("fetch_profile", "provider_unavailable")),
            ("status-429", .busy("fetch_profile")),
        ].map { .init(provider, .init("F10", "profile:" + $0.0, $0.1)) }
    }

    /// Everything that can happen to an answer on its way; the code that reads it is the same for all providers.
    static let delivery: [ProfileRow] = AnswerRow.delivery("fetch_profile", Refusal.profileAnswer).map {
        .init(.oidc, .init($0.ids, "profile:" + $0.misbehaviour, $0.refusal))
    }

    static let all = userInfo + gitHub + x + status + delivery
}

/// What becomes of an address: attack cases L-10 and L-13, one row for each thing an adapter could get wrong.
struct AddressRow: Sendable, CustomStringConvertible {
    enum Outcome: String, Sendable {
        case verified
        case unverified
        case none
    }

    let provider: Provider
    let misbehaviours: [String]
    let outcome: Outcome

    var description: String { "\(provider.id) \(misbehaviours.joined(separator: " ")): \(outcome.rawValue)" }

    init(_ provider: Provider, _ misbehaviours: [String], _ outcome: Outcome) {
        self.provider = provider
        self.misbehaviours = misbehaviours
        self.outcome = outcome
    }
}

extension AddressRow {
    /// L-10, D20: only the boolean counts. Both the ID token and userinfo say it at the generic provider.
    static let spellings: [AddressRow] = [
        ("true", Outcome.verified), ("false", .unverified), ("string-true", .unverified), ("string-false", .unverified),
        ("upper", .unverified), ("one", .unverified), ("string-one", .unverified), ("null", .unverified),
        ("array", .unverified), ("absent", .unverified),
    ].flatMap { name, outcome in
        [
            AddressRow(.google, ["id_token:email-verified-" + name], outcome),
            AddressRow(.oidc, ["id_token:email-verified-" + name, "profile:email-verified-" + name], outcome),
        ]
    }

    /// L-13: flags about one address never speak for another.
    static let generic: [AddressRow] = [
        .init(.oidc, ["profile:missing-email"], .verified),
        .init(.oidc, ["profile:email=other@people.example"], .verified),
        .init(.oidc, ["id_token:claim=email:", "id_token:email-verified-absent"], .verified),
        // The flag is the ID token's, the address userinfo's, which says nothing of it.
        .init(.oidc, ["id_token:claim=email:", "profile:email-verified-absent"], .unverified),
        // The address is the ID token's, the flag userinfo's about another one.
        .init(.oidc, ["id_token:email-verified-absent", "profile:email=other@people.example"], .unverified),
        .init(.oidc, ["id_token:claim=email:", "profile:missing-email"], .none),
        .init(.google, ["id_token:claim=email:"], .none),
        .init(.google, ["id_token:claim=email:null"], .none),
    ]

    /// F04: the one primary address, verified or not, and nothing else.
    static let gitHub: [AddressRow] = [
        .init(.github, ["emails:unverified-primary"], .unverified),
        .init(.github, ["emails:no-primary"], .none),
        .init(.github, ["emails:two-primaries"], .none),
        .init(.github, ["emails:verified-string"], .unverified),
        .init(.github, ["emails:verified-one"], .unverified),
        .init(.github, ["emails:verified-null"], .unverified),
        .init(.github, ["emails:verified-absent"], .unverified),
        .init(.github, ["emails:noreply-only"], .none),
        .init(.github, ["emails:mixed-case"], .verified),
        .init(.github, ["emails:odd-addresses"], .none),
        .init(.github, ["emails:forty-five"], .verified),
        .init(.github, ["emails:empty-list"], .none),
        .init(.github, ["emails:not-an-array"], .none),
        .init(.github, ["emails:strings"], .none),
        .init(.github, ["emails:one-broken-entry"], .none),
        .init(.github, ["emails:status-403"], .none),
        .init(.github, ["emails:status-404"], .none),
        // The public profile address is whatever its owner wrote there.
        .init(.github, ["profile:email=victim@people.example", "emails:empty-list"], .none),
    ]

    /// F06: X's word about an address is the address itself.
    static let x: [AddressRow] = [
        .init(.twitter, ["profile:partial-error"], .none),
        .init(.twitter, ["profile:missing-email"], .none),
        .init(.twitter, ["profile:email-null"], .none),
        .init(.twitter, ["profile:blue-check"], .none),
        .init(.twitter, ["profile:email-list"], .none),
        .init(.twitter, ["profile:email-verified-false"], .verified),
    ]

    static let all = spellings + generic + gitHub + x
}
