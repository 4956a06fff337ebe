import Foundation
import Testing

@testable import Web

@Suite("Pages: forms")
struct PagesFormTests {
    private func html(_ name: String) throws -> String {
        try PagesSamples.pages().render(try #require(PagesGallery.all.first { $0.name == name }).page)
    }

    private func tags(_ name: String) throws -> [StartTag] {
        StartTag.all(in: try html(name))
    }

    /// The values of hidden fields by name.
    private func hidden(_ name: String) throws -> [String: String] {
        let fields = try tags(name).filter { $0.attributes["type"] == "hidden" }
        return Dictionary(
            fields.map { ($0.attributes["name"] ?? "", $0.attributes["value"] ?? "") },
            uniquingKeysWith: { first, second in first == second ? first : "two values" }
        )
    }

    @Test("the pages of the gallery have names of their own")
    func names() {
        #expect(Set(PagesGallery.names).count == PagesGallery.names.count)
    }

    @Test("every field a person sees has one label, and what describes it exists", arguments: PagesGallery.names)
    func labels(name: String) throws {
        let tags = try tags(name)
        let ids = tags.compactMap { $0.attributes["id"] }
        #expect(ids.count == Set(ids).count)
        for input in tags
        where input.name == "input" && input.attributes["type"] != "hidden" && input.attributes["hidden"] == nil {
            let id = try #require(input.attributes["id"])
            #expect(tags.count { $0.name == "label" && $0.attributes["for"] == id } == 1)
            let described = input.attributes["aria-describedby"]?.split(separator: " ").map(String.init) ?? []
            #expect(described.allSatisfy(ids.contains))
            #expect((input.attributes["aria-invalid"] != nil) == described.contains("\(id)-error"))
        }
        #expect(tags.count { $0.attributes["autofocus"] != nil } <= 1)
        #expect(tags.filter { $0.name == "img" }.allSatisfy { $0.attributes["alt"]?.isEmpty == false })
    }

    @Test("I10 password fields hide what is typed, are known to password stores and block nothing")
    func passwordFields() throws {
        var seen: [String: Set<String>] = [:]
        for page in PagesGallery.pages {
            for input in StartTag.all(in: try PagesSamples.pages().render(page)) where input.name == "input" {
                let field = input.attributes["name"] ?? ""
                guard input.attributes["type"] == "password" else {
                    #expect(!field.hasSuffix("password"))
                    continue
                }
                seen[field, default: []].insert(input.attributes["autocomplete"] ?? "none")
                for forbidden in ["value", "maxlength", "readonly", "onpaste", "pattern"] {
                    #expect(input.attributes[forbidden] == nil)
                }
                let isNew = input.attributes["autocomplete"] == "new-password"
                #expect((input.attributes["minlength"] != nil) == isNew)
                #expect(input.attributes["passwordrules"] == input.attributes["minlength"].map { "minlength: \($0);" })
            }
        }
        // `password` is new where an account or a reset asks for one, and the present one everywhere else.
        #expect(
            seen == [
                "password": ["current-password", "new-password"], "current_password": ["current-password"],
                "new_password": ["new-password"],
            ]
        )
    }

    @Test(
        "I10 each page's password has the token that fits",
        arguments: [
            ("sign-in-both", "current-password"), ("sign-up", "new-password"), ("verify-other", "current-password"),
            ("reset-confirm", "new-password"), ("confirm-identity", "current-password"),
        ]
    )
    func passwordToken(name: String, token: String) throws {
        let input = try #require(try tags(name).first { $0.attributes["name"] == "password" })
        #expect(input.attributes["autocomplete"] == token)
    }

    @Test("addresses and codes have the token and the keyboard that fit")
    func otherTokens() throws {
        for (page, field, token, keyboard) in [
            ("sign-in-both", "email", "username", "email"), ("sign-up", "email", "username", "email"),
            ("reset", "email", "username", "email"), ("change-email", "email", "email", "email"),
            ("second-factor", "code", "one-time-code", "numeric"), ("second-factor", "recovery_code", "off", nil),
            ("mailed-code", "code", "one-time-code", "numeric"),
            ("remove-second-factor", "code", "one-time-code", "text"),
        ] as [(String, String, String, String?)] {
            let input = try #require(try tags(page).first { $0.attributes["name"] == field })
            #expect(input.attributes["autocomplete"] == token)
            #expect(input.attributes["inputmode"] == keyboard)
            #expect(input.attributes["required"] != nil)
        }
    }

    @Test("password stores learn whose password it is, where the page knows")
    func username() throws {
        for page in ["verify-other", "reset-confirm", "change-password", "confirm-identity"] {
            let input = try #require(try tags(page).first { $0.attributes["autocomplete"] == "username" })
            // They pass over `type=hidden`: it has to be a text field that is not shown.
            #expect(input.attributes["type"] == "text" && input.attributes["hidden"] != nil)
            #expect(input.attributes["value"] == "mia@example.org")
        }
    }

    @Test("a password never comes back, whatever is given")
    func noPasswordComesBack() throws {
        for kind in [FormField.Kind.currentPassword, .newPassword] {
            let field = FormField(kind, name: "password", label: "Password", value: "correct horse", maximumLength: 3)
            #expect(field.value == nil && field.maximumLength == nil)
            let form = FormPage.Form(action: "/", fields: [field], submit: "Go")
            let html = try PagesSamples.pages().render(.form(FormPage(title: "T", form: form)))
            #expect(!html.contains("correct horse"))
        }
    }

    @Test("a fault stands above the form, leads to its field, and the field has the cursor")
    func faults() throws {
        let html = try html("sign-up-refused")
        #expect(html.contains("<title>Error: Create an account · Latchkey</title>"))
        #expect(html.contains("<li><a href=\"#field-2\">This password is on a list of known ones."))
        let tags = StartTag.all(in: html)
        #expect(tags.contains { $0.attributes["role"] == "alert" })
        let input = try #require(tags.first { $0.attributes["id"] == "field-2" })
        #expect(input.attributes["aria-describedby"] == "field-2-error field-2-hint field-2-strength")
        #expect(input.attributes["autofocus"] != nil)
        let email = try #require(tags.first { $0.attributes["id"] == "field-1" })
        #expect(email.attributes["value"] == "mia@example.org" && email.attributes["autofocus"] == nil)
    }

    @Test("a fault that no field of the page has is said above the form, never swallowed")
    func faultWithoutField() throws {
        let fault = FormFault("Something is wrong.", field: "no_such_field")
        let pages: [FormPage] = [
            .signUp(minimumLength: 8, fault: fault), .reset(fault: fault),
            .secondFactor(fault: fault, offersRecoveryCode: true),
            .verify(
                token: "t",
                address: "a",
                needsPassword: false,
                fault: FormFault(fault.sentence, field: "password")
            ),
            .secondFactor(fault: FormFault(fault.sentence, field: "recovery_code"), offersRecoveryCode: false),
            .changePassword(
                hasPassword: false,
                minimumLength: 8,
                fault: FormFault(fault.sentence, field: "current_password")
            ),
            .confirmIdentity(
                hasPassword: false,
                buttons: [],
                returnTo: nil,
                fault: FormFault(fault.sentence, field: "password")
            ),
            .removePassword(fault: fault), .removeSecondFactor(fault: fault),
            .renewRecoveryCodes(codesLeft: 1, fault: fault),
            .confirmNewEmail(token: "t", newAddress: "a", oldAddress: nil, fault: fault),
            .undoEmailChange(token: "t", oldAddress: "a", newAddress: "b", fault: fault),
            .changeEmail(current: nil, fault: fault), .signInByMail(fault: fault), .mailedCode(fault: fault),
            .resetConfirm(token: "t", minimumLength: 8, fault: fault),
            .setUpSecondFactor(secret: "A", address: "", fault: fault),
        ]
        for page in pages {
            let html = try PagesSamples.pages().render(.form(page))
            #expect(html.contains("<p class=\"notice error\" role=\"alert\">Something is wrong.</p>"))
        }
    }

    @Test("the length rule is said before anything is typed, and the server's opinion after")
    func passwordHints() throws {
        #expect(try html("sign-up").contains("At least 15 characters."))
        #expect(try html("set-password").contains("<p class=\"hint\" id=\"field-1-strength\">Very easy to guess.</p>"))
    }

    @Test("token and return_to travel with the forms that were given them")
    func carried() throws {
        #expect(try hidden("verify-same") == ["token": "t0k3n"])
        #expect(try hidden("verify-other") == ["token": "t0k3n", "return_to": "/account"])
        #expect(try hidden("sign-up") == ["return_to": "/account"])
        #expect(try hidden("confirm-new-email") == ["token": "t0k3n"])
        #expect(try hidden("undo-email-change") == ["token": "t0k3n"])
        #expect(try hidden("mailed-code") == ["return_to": "/account", "email": "mia@example.org"])
        let both = try tags("second-factor").filter { $0.attributes["name"] == "return_to" }
        #expect(both.count == 2)
    }

    @Test("a token stands in no address and no text of the page")
    func tokenOnlyInItsField() throws {
        for page in ["verify-same", "verify-other", "reset-confirm", "confirm-new-email", "undo-email-change"] {
            #expect(try html(page).components(separatedBy: "t0k3n").count == 2)
        }
    }

    @Test("every form is posted to where its route is")
    func actions() throws {
        for (page, path) in [
            ("sign-up", "/sign-up"), ("verify-same", "/verify"), ("reset", "/reset"),
            ("reset-confirm", "/reset/confirm"), ("second-factor", "/sign-in/second-factor"),
            ("sign-in-by-mail", "/sign-in/mail"), ("mailed-code", "/sign-in/mail/code"),
            ("check-mail-sign_up", "/sign-up/resend"), ("confirm-identity-refused", "/account/confirm"),
            ("change-email", "/account/email"), ("confirm-new-email", "/account/email/confirm"),
            ("undo-email-change", "/account/email/undo"), ("change-password", "/account/password"),
            ("remove-password", "/account/password/remove"), ("set-up-second-factor", "/account/second-factor"),
            ("remove-second-factor", "/account/second-factor/remove"),
            ("renew-recovery-codes", "/account/second-factor/recovery-codes"),
        ] {
            #expect(try tags(page).first { $0.name == "form" }?.attributes["action"] == path)
        }
    }

    @Test("I06 \"check your mail\" says the same for every address")
    func checkMail() throws {
        let pages = try PagesSamples.pages()
        for purpose in FormPage.MailPurpose.allCases {
            let rendered = ["known@example.org", "nobody@example.org"].map { address in
                pages.render(.form(.checkMail(address: address, purpose: purpose, resendAction: "/reset")))
                    .replacing(address, with: "ADDRESS")
            }
            #expect(rendered[0] == rendered[1])
        }
    }
}
