import Accounts
import JSON
import OpenIDConnect
import Providers
import Testing

/// Claims as if a token with them had passed verification.
func verified(_ json: String) throws -> IDTokenClaims {
    let object = try #require(try JSONValue.parse(Array(json.utf8)).object)
    return IDTokenClaims(
        issuer: "https://accounts.google.com",
        subject: object["sub"]?.string ?? "",
        issuedAt: 0,
        expiresAt: 0,
        authenticatedAt: nil,
        all: object
    )
}

private func parsed(_ json: String) throws -> JSONValue { try JSONValue.parse(Array(json.utf8)) }

@Suite("From answers to a person")
struct MapClaimsTests {
    private func google(_ json: String) throws -> AssertedIdentity {
        try ProviderFiles.provider("google").mapClaims(idToken: try verified(json), answers: [:])
    }

    private func github(_ user: String, _ emails: String = "[]") throws -> AssertedIdentity {
        try ProviderFiles.provider("github").mapClaims(
            idToken: nil,
            answers: ["user": parsed(user), "emails": parsed(emails)]
        )
    }

    private func twitter(_ json: String) throws -> AssertedIdentity {
        try ProviderFiles.provider("twitter").mapClaims(idToken: nil, answers: ["me": parsed(json)])
    }

    private func code(_ body: () throws -> AssertedIdentity) -> String {
        do {
            return "accepted \(try body().key.subject)"
        } catch let fault as ClaimFault {
            return fault.code
        } catch { return "\(error)" }
    }

    @Test(
        "L-10 D20 only the boolean true verifies",
        arguments: [
            ("true", EmailEvidence.authoritative), ("false", .unverified), ("\"true\"", .unverified),
            ("\"false\"", .unverified),
            ("\"TRUE\"", .unverified), ("1", .unverified), ("\"1\"", .unverified), ("null", .unverified),
            ("[]", .unverified), ("{}", .unverified),
        ]
    )
    func booleans(value: String, evidence: EmailEvidence) throws {
        let identity = try google(#"{"sub":"1","email":"a@gmail.com","email_verified":\#(value)}"#)
        #expect(identity.email?.evidence == evidence)
    }

    @Test("L-10 an absent flag verifies nothing")
    func absentFlag() throws {
        #expect(try google(#"{"sub":"1","email":"a@gmail.com","hd":"gmail.com"}"#).email?.evidence == .unverified)
    }

    @Test("L-10 a file can declare further spellings, and then exactly these count")
    func spellings() throws {
        let text = try ProviderFiles.text("google").replacing(
            "  hosted_domain:",
            with: "  true_spellings: [\"true\"]\n  hosted_domain:"
        )
        .replacing(
            "email: frank@gmail.com, evidence: unverified",
            with: "email: frank@gmail.com, evidence: authoritative"
        )
        let (catalog, diagnostics) = ProviderCatalog.load(files: [(name: "google.yaml", text: text)])
        #expect(diagnostics.isEmpty)
        let provider = try #require(catalog.providers.first)
        for (value, evidence) in [
            ("\"true\"", EmailEvidence.authoritative), ("\"TRUE\"", .unverified), ("1", .unverified),
            ("true", .authoritative),
        ] {
            let claims = try verified(#"{"sub":"1","email":"a@gmail.com","email_verified":\#(value)}"#)
            #expect(try provider.mapClaims(idToken: claims, answers: [:]).email?.evidence == evidence)
        }
    }

    @Test(
        "L-11 what a provider cannot assert is said in its file: never, always, or where the flag is, and nothing it sends changes that",
        arguments: [
            ("never", EmailEvidence.unverified, EmailEvidence.unverified), ("always", .verified, .verified),
            ("claims.email_verified", .verified, .unverified),
        ]
    )
    func unableToAssert(verification: String, flagged: EmailEvidence, silent: EmailEvidence) throws {
        let whole = try ProviderFiles.text("oidc-example")
        let rules = whole[..<(try #require(whole.firstRange(of: "examples:\n"))).lowerBound]
        func text(_ word: String, _ more: String = "") -> String {
            String(rules).replacing("issuer: configured", with: "issuer: https://issuer.example")
                .replacing("userinfo: true\n", with: "")
                .replacing("  verified: claims.email_verified\n", with: word + more)
                    + """
                    examples:
                      - name: flagged
                        id_token: '{"sub":"1","email":"a@example.com","email_verified":true}'
                        expect: { subject: "1", email: a@example.com, evidence: \(flagged.rawValue) }
                    """
        }
        let (catalog, diagnostics) = ProviderCatalog.load(
            files: [(name: "oidc-example.yaml", text: text("  verified: \(verification)\n"))]
        )
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        let provider = try #require(catalog.providers.first)
        for (flag, evidence) in [(#","email_verified":true"#, flagged), ("", silent)] {
            let claims = try verified(#"{"sub":"1","email":"a@example.com"\#(flag),"hd":"example.com"}"#)
            #expect(try provider.mapClaims(idToken: claims, answers: [:]).email?.evidence == evidence)
        }
        // Nor is there a default: a file says one of the three, and "never" runs no mailbox.
        #expect(!ProviderCatalog.load(files: [(name: "oidc-example.yaml", text: text(""))]).diagnostics.isEmpty)
        let mailbox = "  authoritative_for: [example.com]\n"
        let claimed = text("  verified: \(verification)\n", mailbox).replacing(
            "evidence: verified",
            with: "evidence: authoritative"
        )
        let authoritative = ProviderCatalog.load(files: [(name: "oidc-example.yaml", text: claimed)])
        #expect(authoritative.diagnostics.isEmpty == (verification != "never"))
    }

    @Test(
        "G06 when Google runs the mailbox",
        arguments: [
            ("a@gmail.com", nil, EmailEvidence.authoritative), ("a@GMAIL.com", nil, .authoritative),
            ("a@googlemail.com", nil, .authoritative),
            ("a@example.com", "example.com", .authoritative), ("a@example.com", "Example.COM", .authoritative),
            ("a@example.com", nil, .verified), ("a@example.com", "example.org", .verified),
            ("a@sub.example.com", "example.com", .verified),
            ("a@gmail.com.evil.example", nil, .verified), ("a@notgmail.com", nil, .verified),
            ("a@example.com", "", .verified),
        ] as [(String, String?, EmailEvidence)]
    )
    func authority(address: String, hosted: String?, evidence: EmailEvidence) throws {
        let hd = hosted.map { #","hd":"\#($0)""# } ?? ""
        #expect(
            try google(#"{"sub":"1","email":"\#(address)","email_verified":true\#(hd)}"#).email?.evidence == evidence
        )
    }

    @Test(
        "F03 GitHub's numeric id is the subject, beyond 31 bits too",
        arguments: [
            (#"{"id":583231,"login":"a"}"#, "accepted 583231"),
            (#"{"id":2147483648,"login":"a"}"#, "accepted 2147483648"),
            (#"{"id":9223372036854775807}"#, "accepted 9223372036854775807"),
            (#"{"id":9223372036854775808}"#, "subject_invalid"),
            (#"{"id":583231.0}"#, "subject_invalid"), (#"{"id":5e5}"#, "subject_invalid"),
            (#"{"id":0}"#, "subject_invalid"),
            (#"{"id":-1}"#, "subject_invalid"), (#"{"id":"583231"}"#, "subject_wrong_type"),
            (#"{"id":true}"#, "subject_wrong_type"),
            (#"{"id":null}"#, "subject_missing"), (#"{"login":"a"}"#, "subject_missing"), ("[]", "subject_missing"),
            ("null", "subject_missing"),
            ("\"x\"", "subject_missing"), (#"{"id":[1]}"#, "subject_wrong_type"),
        ]
    )
    func numericSubjects(user: String, expected: String) { #expect(code { try github(user) } == expected) }

    @Test("L-14 G01 neither a renamed login nor another address changes the key")
    func keys() throws {
        let before = try github(
            #"{"id":1,"login":"old"}"#,
            #"[{"email":"a@example.com","primary":true,"verified":true}]"#
        )
        let after = try github(
            #"{"id":1,"login":"new"}"#,
            #"[{"email":"b@example.com","primary":true,"verified":true}]"#
        )
        let other = try github(
            #"{"id":2,"login":"old"}"#,
            #"[{"email":"a@example.com","primary":true,"verified":true}]"#
        )
        #expect(before.key == after.key && before.key != other.key)
        #expect(before.key == FederatedIdentityKey(issuer: "https://github.com/login/oauth", subject: "1"))
        let x = try twitter(#"{"data":{"id":"1"}}"#)
        #expect(x.key.issuer == "https://x.com" && x.key != before.key)
    }

    @Test("F03 F04 L-13 GitHub's public profile address is never used")
    func publicAddress() throws {
        #expect(try github(#"{"id":1,"email":"victim@example.com"}"#).email == nil)
        let both = try github(
            #"{"id":1,"email":"victim@example.com"}"#,
            #"[{"email":"own@example.com","primary":true,"verified":true}]"#
        )
        #expect(both.email?.address.description == "own@example.com")
    }

    @Test(
        "F04 L-13 which of GitHub's addresses",
        arguments: [
            (#"[{"email":"a@example.com","primary":true,"verified":true}]"#, "a@example.com verified"),
            (#"[{"email":"A@Example.COM","primary":true,"verified":true}]"#, "a@example.com verified"),
            (
                #"[{"email":"a@example.com","primary":true,"verified":false},{"email":"b@example.com","primary":false,"verified":true}]"#,
                "a@example.com unverified"
            ),
            (#"[{"email":"a@example.com","primary":true}]"#, "a@example.com unverified"),
            (#"[{"email":"a@example.com","primary":true,"verified":"true"}]"#, "a@example.com unverified"),
            (#"[{"email":"a@example.com","primary":"true","verified":true}]"#, "none"),
            (#"[{"email":"a@example.com","primary":1,"verified":true}]"#, "none"),
            (#"[{"email":"a@example.com","primary":false,"verified":true}]"#, "none"),
            (
                #"[{"email":"a@example.com","primary":true,"verified":true},{"email":"b@example.com","primary":true,"verified":true}]"#,
                "none"
            ),
            (#"[{"email":"1+a@users.noreply.github.com","primary":true,"verified":true}]"#, "none"),
            (#"[{"email":"a@users.noreply.github.com","primary":true,"verified":true}]"#, "none"),
            (#"[{"email":"a@x.users.noreply.github.com","primary":true,"verified":true}]"#, "none"),
            (#"[{"email":null,"primary":true,"verified":true}]"#, "none"),
            (#"[{"primary":true,"verified":true}]"#, "none"),
            (#"[{"email":"","primary":true,"verified":true}]"#, "none"),
            (#"[{"email":"not an address","primary":true,"verified":true}]"#, "none"),
            (#"[{"email":"a@b@example.com","primary":true,"verified":true}]"#, "none"),
            (#"["a@example.com",null,1,[]]"#, "none"), ("{}", "none"), ("null", "none"), ("[]", "none"),
        ]
    )
    func addresses(emails: String, expected: String) throws {
        let email = try github(#"{"id":1}"#, emails).email
        #expect((email.map { "\($0.address) \($0.evidence.rawValue)" } ?? "none") == expected)
    }

    @Test("D20 an address of another type is refused", arguments: ["1", "true", "[\"a@example.com\"]", "{}"])
    func addressTypes(value: String) {
        #expect(code { try google(#"{"sub":"1","email":\#(value),"email_verified":true}"#) } == "claim_wrong_type")
    }

    @Test(
        "F06 X: verified is the blue check and verifies nothing; errors beside data are no failure",
        arguments: [
            (#"{"data":{"id":"1","verified":true}}"#, nil),
            (#"{"data":{"id":"1","verified":false,"confirmed_email":"a@example.com"}}"#, "a@example.com"),
            (#"{"data":{"id":"1","email":"a@example.com","verified":true}}"#, nil),
            (#"{"data":{"id":"1"},"errors":[{"title":"Field Authorization Error"}]}"#, nil),
        ] as [(String, String?)]
    )
    func blueCheck(json: String, address: String?) throws {
        let identity = try twitter(json)
        #expect(identity.email?.address.description == address)
        #expect(identity.email?.evidence ?? .verified == .verified)
    }

    @Test("F06 X: a number is not a subject, and errors alone are nobody")
    func subjects() {
        #expect(code { try twitter(#"{"data":{"id":1}}"#) } == "subject_wrong_type")
        #expect(code { try twitter(#"{"errors":[{}]}"#) } == "subject_missing")
        #expect(code { try twitter(#"{"data":{"id":""}}"#) } == "subject_invalid")
        #expect(code { try twitter(#"{"data":{"id":"é"}}"#) } == "subject_invalid")
    }

    @Test("C10 an OpenID Provider without an ID token is nobody, whatever the answers claim")
    func missingIDToken() throws {
        let provider = try ProviderFiles.provider("oidc-example")
        let forged: [String: JSONValue] = ["id_token": ["sub": "1"], "claims": ["sub": "1"], "userinfo": ["sub": "1"]]
        #expect(code { try provider.mapClaims(idToken: nil, answers: forged) } == "id_token_missing")
    }

    @Test(
        "F02 userinfo has to be about the same subject",
        arguments: [
            (#"{"sub":"1","name":"A"}"#, "accepted 1"), (#"{"sub":"2","name":"A"}"#, "userinfo_subject_mismatch"),
            (#"{"name":"A"}"#, "userinfo_subject_mismatch"), (#"{"sub":1}"#, "userinfo_subject_mismatch"),
            ("[]", "userinfo_subject_mismatch"), ("null", "userinfo_subject_mismatch"),
            (#"{"sub":"1 "}"#, "userinfo_subject_mismatch"),
        ]
    )
    func userInfo(json: String, expected: String) throws {
        let provider = try ProviderFiles.provider("oidc-example")
        let claims = try verified(#"{"sub":"1"}"#)
        #expect(code { try provider.mapClaims(idToken: claims, answers: ["userinfo": try parsed(json)]) } == expected)
    }

    @Test(
        "L-13 a flag and an address from two places never meet",
        arguments: [
            (
                #"{"sub":"1","email":"v@example.com"}"#, #"{"sub":"1","email":"o@example.com","email_verified":true}"#,
                "v@example.com unverified"
            ),
            (
                #"{"sub":"1","email":"v@example.com"}"#, #"{"sub":"1","email_verified":true}"#,
                "v@example.com unverified"
            ),
            (
                #"{"sub":"1","email_verified":true}"#, #"{"sub":"1","email":"v@example.com"}"#,
                "v@example.com unverified"
            ),
            (
                #"{"sub":"1","email_verified":true}"#, #"{"sub":"1","email":"v@example.com","email_verified":false}"#,
                "v@example.com unverified"
            ),
            (
                #"{"sub":"1","email":"v@example.com"}"#, #"{"sub":"1","email":"v@example.com","email_verified":true}"#,
                "v@example.com verified"
            ),
            (
                #"{"sub":"1","email":"v@example.com","email_verified":false}"#,
                #"{"sub":"1","email":"v@example.com","email_verified":true}"#, "v@example.com unverified"
            ),
            (#"{"sub":"1"}"#, #"{"sub":"1","email":"v@example.com","email_verified":true}"#, "v@example.com verified"),
        ]
    )
    func mixing(token: String, userInfo: String, expected: String) throws {
        let provider = try ProviderFiles.provider("oidc-example")
        let email = try provider.mapClaims(idToken: verified(token), answers: ["userinfo": parsed(userInfo)]).email
        #expect(email.map { "\($0.address) \($0.evidence.rawValue)" } == expected)
    }

    @Test(
        "F12 names are untrusted text",
        arguments: [
            ("Ada", "Ada"), ("  Ada \\t\\n Lovelace ", "Ada Lovelace"), ("a\\u0000b\\u001b[31m", "ab[31m"),
            ("a\\u202Eb\\u2066c", "abc"),
            ("a\\u200Bb\\uFEFFc\\u00ADd", "abcd"), ("\\u0301x", "x"), ("\\u200B\\u0301x", "x"), ("a \\u0301b", "a b"),
            ("e\\u0301", "e\u{301}"),
            ("\\u200B", nil), ("", nil), ("   ", nil), ("\\u3164", nil), ("\\u2800", nil), ("\\uE000", nil),
            ("<b>\\\"&", "<b>\"&"),
            ("\\u2028a\\u2029", "a"), ("\\uD83D\\uDE00", "\u{1F600}"),
        ] as [(String, String?)]
    )
    func names(text: String, expected: String?) throws {
        let name = try twitter(#"{"data":{"id":"1","name":"\#(text)"}}"#).displayName
        #expect(name.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
    }

    @Test("F12 long names are cut, marks included")
    func longNames() throws {
        for unit in ["a", "é", "\u{1F600}", "a\u{301}\u{301}\u{301}"] {
            let name = try twitter(#"{"data":{"id":"1","name":"\#(String(repeating: unit, count: 10_000))"}}"#)
                .displayName
            #expect(name?.unicodeScalars.count == 200)
        }
        #expect(try twitter(#"{"data":{"id":"1","name":5,"username":[]}}"#).displayName == nil)
    }

    @Test(
        "F11 pictures are https URLs of bounded length",
        arguments: [
            ("https://h/p.png", true), ("http://h/p.png", false), ("javascript:alert(1)", false),
            ("data:image/png;base64,AAAA", false),
            ("//h/p.png", false), ("https://h/\\\"onerror=x", false),
            ("https://h/" + String(repeating: "a", count: 3000), false), ("", false),
        ]
    )
    func pictures(url: String, kept: Bool) throws {
        let picture = try twitter(#"{"data":{"id":"1","profile_image_url":"\#(url)"}}"#).pictureURL
        #expect((picture != nil) == kept)
    }

    @Test(
        "F09 an account has to be in the required state",
        arguments: [
            (#"{"id":1,"state":"active","two":true}"#, "accepted 1"),
            (#"{"id":1,"state":"blocked","two":true}"#, "account_state"),
            (#"{"id":1,"two":true}"#, "account_state"), (#"{"id":1,"state":"active","two":"true"}"#, "account_state"),
        ]
    )
    func accountState(user: String, expected: String) throws {
        let text = try ProviderFiles.text("github").replacing(
            "  subject_type: integer",
            with:
                "  subject_type: integer\n  require: [{ path: user.state, equals: active }, { path: user.two, equals: true }]"
        )
        let provider = try #require(
            ProviderCatalog.load(files: [(name: "github.yaml", text: text)]).catalog.providers.first
        )
        #expect(code { try provider.mapClaims(idToken: nil, answers: ["user": try parsed(user)]) } == expected)
    }

    @Test("an operator's own domains and name, and F-7 the provider itself stays as it was")
    func configured() throws {
        let provider = try ProviderFiles.provider("oidc-example")
        let staff = provider.configured(name: "Staff", authoritativeFor: ["example.com"])
        #expect(staff.button.label == "Sign in with Staff" && staff.name == "Staff")
        for (flag, evidence) in [("true", EmailEvidence.authoritative), ("false", .unverified), ("null", .unverified)] {
            let claims = try verified(#"{"sub":"1","email":"a@example.com","email_verified":\#(flag)}"#)
            #expect(try staff.mapClaims(idToken: claims, answers: [:]).email?.evidence == evidence)
        }
        let claims = try verified(#"{"sub":"1","email":"a@example.com","email_verified":true}"#)
        #expect(try provider.mapClaims(idToken: claims, answers: [:]).email?.evidence == .verified)
        #expect(provider.button.label == "Sign in with OpenID Connect")
    }
}
