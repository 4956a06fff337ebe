import JSON

/// GitHub's list of addresses before it is cut into pages.
struct EmailsDraft: Sendable {
    /// All entries.
    var entries: [JSONValue]
    /// Where links to other pages point.
    var linkOrigin: String
    /// Links go on for ever.
    var isEndless = false
    /// This value instead of every page.
    var replacement: JSONValue?

    /// One entry as GitHub writes it.
    static func entry(_ email: String, primary: Bool, verified: JSONValue, visibility: JSONValue = .null) -> JSONValue {
        [
            "email": .string(email), "primary": .bool(primary), "verified": verified, "visibility": visibility,
        ]
    }
}

/// Lists of addresses that an attacker, or an unlucky owner, can have (F04, L-10, L-13).
enum EmailTwists {
    static let all: [Twist<EmailsDraft>] = [
        Twist("unverified-primary", "the primary address is not verified, another one is") { emails, _ in
            emails.entries = [
                EmailsDraft.entry("primary@example.com", primary: true, verified: false),
                EmailsDraft.entry("secondary@example.com", primary: false, verified: true),
            ]
        },
        Twist("no-primary", "verified addresses, none primary") { emails, _ in
            emails.entries = [EmailsDraft.entry("secondary@example.com", primary: false, verified: true)]
        },
        Twist("two-primaries", "two primary addresses, both verified") { emails, _ in
            emails.entries = [
                EmailsDraft.entry("one@example.com", primary: true, verified: true),
                EmailsDraft.entry("two@example.com", primary: true, verified: true),
            ]
        },
        Twist("verified-string", "verified is the string true") { emails, _ in
            emails.entries = [EmailsDraft.entry("victim@example.com", primary: true, verified: "true")]
        },
        Twist("verified-one", "verified is 1") { emails, _ in
            emails.entries = [EmailsDraft.entry("victim@example.com", primary: true, verified: 1)]
        },
        Twist("verified-null", "verified is null") { emails, _ in
            emails.entries = [EmailsDraft.entry("victim@example.com", primary: true, verified: .null)]
        },
        Twist("verified-absent", "no verified member") { emails, _ in
            emails.entries = [["email": "victim@example.com", "primary": true]]
        },
        Twist("noreply-only", "only the no-reply address, primary and verified") { emails, _ in
            let address = "583231+octocat@users.noreply.github.com"
            emails.entries = [EmailsDraft.entry(address, primary: true, verified: true)]
        },
        Twist("mixed-case", "the primary address in mixed case") { emails, _ in
            emails.entries = [EmailsDraft.entry("OctoCat@Example.COM", primary: true, verified: true)]
        },
        Twist("odd-addresses", "a comma list, a homoglyph of @, a non-ASCII local part") { emails, _ in
            emails.entries = [
                EmailsDraft.entry("victim@example.com,evil@example.org", primary: true, verified: true),
                EmailsDraft.entry("victim\u{ff20}example.com", primary: true, verified: true),
                EmailsDraft.entry("v\u{ed}ctim@example.com", primary: true, verified: true),
            ]
        },
        Twist("forty-five", "45 entries; the verified primary is the 40th") { emails, _ in
            let primary = emails.entries.first { $0["primary"]?.bool == true }
            emails.entries = (1...45).map { number in
                if number == 40, let primary { return primary }
                return EmailsDraft.entry(
                    "extra\(number)@example.org",
                    primary: false,
                    verified: number % 2 == 0 ? true : false
                )
            }
        },
        Twist("empty-list", "no entries") { emails, _ in emails.entries = [] },
        Twist("not-an-array", "an object instead of an array") { emails, _ in emails.replacement = ["emails": []] },
        Twist("strings", "an array of strings instead of objects") { emails, _ in
            emails.replacement = ["victim@example.com"]
        },
        Twist("one-broken-entry", "an entry without email before a good one") { emails, _ in
            emails.entries.insert(["primary": true, "verified": true], at: 0)
        },
        Twist("link-elsewhere", "the next page is on another origin") { emails, context in
            emails.linkOrigin = context.argument ?? "https://evil.example"
            emails.isEndless = true
        },
        Twist("link-metadata", "the next page is on 169.254.169.254") { emails, _ in
            emails.linkOrigin = "http://169.254.169.254"
            emails.isEndless = true
        },
        Twist("link-endless", "there is always a next page") { emails, _ in emails.isEndless = true },
    ]
}
