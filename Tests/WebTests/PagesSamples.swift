import Foundation

@testable import Web

/// Pages and the pieces of HTML that the page tests look at.
enum PagesSamples {
    static let templates = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("templates").resolvingSymlinksInPath().path

    static func pages() throws -> Pages { try Pages(directory: templates, serviceName: "Latchkey") }

    static let buttons = [
        ProviderButton(action: "/sign-in/google", label: "Sign in with Google", brand: .google),
        ProviderButton(action: "/sign-in/github", label: "Sign in with GitHub", brand: .github, lastUsed: true),
        ProviderButton(action: "/sign-in/twitter", label: "Sign in with X", brand: .x),
        ProviderButton(action: "/sign-in/example", label: "Sign in with Example", brand: .generic),
    ]

    static func signIn(_ text: String = "Mia Okonkwo") -> Page {
        .signIn(
            SignInPage(
                serviceName: text,
                buttons: buttons + [ProviderButton(action: "/sign-in/other", label: text, brand: .generic)],
                returnTo: text,
                notice: PageNotice(kind: .error, text: text),
                alreadySignedInAs: text
            )
        )
    }

    static func signInWithPassword(_ text: String = "Mia Okonkwo") -> Page {
        .signIn(
            SignInPage(
                serviceName: text,
                buttons: buttons,
                password: SignInPage.PasswordForm(
                    email: text,
                    notice: PageNotice(kind: .error, text: text),
                    offersMail: true
                ),
                returnTo: text
            )
        )
    }

    static func account(_ text: String = "Mia Okonkwo", brand: ProviderBrand = .x) -> Page {
        let moment = PageTime(unixSeconds: 1_781_000_000)
        return .account(
            AccountPage(
                displayName: text,
                initials: text,
                primaryEmail: text,
                emailVerified: false,
                userID: text,
                roles: [text],
                methods: [
                    AccountPage.LinkedMethod(
                        providerName: text,
                        brand: brand,
                        username: text,
                        email: text,
                        linkedOn: moment,
                        lastUsedOn: nil,
                        isCurrent: true
                    )
                ],
                linkable: [ProviderButton(action: "/account/link/github", label: text, brand: .github)],
                email: AccountPage.Email(
                    pending: AccountPage.PendingEmail(address: text, expiresOn: moment),
                    change: .impossible(text)
                ),
                password: AccountPage.Password(isSet: true, changedOn: moment, removal: .impossible(text)),
                secondFactor: AccountPage.SecondFactor(since: moment, codesLeft: -1, renewal: .impossible(text)),
                session: AccountPage.Session(
                    signedInOn: moment,
                    authenticatedWith: text,
                    brand: brand,
                    username: text,
                    expiresOn: moment
                ),
                recentDecisions: [AccountPage.Decision(when: moment, sentence: text)],
                notice: PageNotice(kind: .success, text: text)
            )
        )
    }

    static func message(_ text: String = "Something", kind: MessagePage.Kind = .error) -> Page {
        .message(
            MessagePage(
                kind: kind,
                title: text,
                sentence: text,
                nextSteps: [
                    MessagePage.NextStep(label: text, target: .link(text), primary: true),
                    MessagePage.NextStep(label: text, target: .post(action: text, returnTo: text)),
                ],
                requestID: text
            )
        )
    }

    /// A form with this text in every place that takes one, once for each exhibit.
    static func forms(_ text: String = "Mia Okonkwo") -> [Page] {
        let fields = FormField.Kind.allCases.map { kind in
            FormField(
                kind,
                name: text,
                label: text,
                value: text,
                hint: text,
                strength: text,
                error: text,
                autocomplete: "off",
                minimumLength: .min,
                maximumLength: .min,
                inputMode: "text",
                takesFocus: true
            )
        }
        let form = FormPage.Form(action: text, fields: fields, submit: text, tone: .danger)
        let exhibits: [FormPage.Exhibit] = [
            .authenticatorKey(picture: text, secret: text, address: text), .recoveryCodes([text]),
        ]
        return exhibits.map { exhibit in
            .form(
                FormPage(
                    title: text,
                    context: text,
                    notice: PageNotice(kind: .warning, text: text),
                    paragraphs: [text],
                    facts: [FormPage.Fact(label: text, value: text)],
                    exhibit: exhibit,
                    form: form,
                    buttons: buttons,
                    buttonsReturnTo: text,
                    sideForms: [FormPage.SideForm(summary: text, form: form), FormPage.SideForm(form: form)],
                    links: [FormPage.Link(label: text, path: text)]
                )
            )
        }
    }

    static func mailbox(_ text: String = "Mia Okonkwo") -> Page {
        let mail = MailboxPage.Mail(when: PageTime(unixSeconds: 0), to: text, subject: text, text: text)
        return .mailbox(MailboxPage(origin: "http://localhost:8080", mails: [mail]))
    }

    /// Every page, every kind, with this text everywhere.
    static func all(_ text: String = "Mia Okonkwo") -> [Page] {
        [signIn(text), account(text)] + MessagePage.Kind.allCases.map { message(text, kind: $0) } + [
            .signIn(SignInPage(serviceName: text, buttons: [])), signInWithPassword(text), mailbox(text),
        ] + forms(text)
    }
}

/// The start tags of a page: names, attributes and their values, read the way a browser's tokenizer does.
struct StartTag: Hashable {
    let name: String
    let attributes: [String: String]

    static func all(in html: String) -> [StartTag] {
        var tags: [StartTag] = []
        let scalars = Array(html.unicodeScalars)
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "<", index + 1 < scalars.count, scalars[index + 1].properties.isAlphabetic else {
                index += 1
                continue
            }
            index += 1
            let name = read(scalars, &index) { !isBlank($0) && $0 != ">" && $0 != "/" }
            var attributes: [String: String] = [:]
            while index < scalars.count, scalars[index] != ">" {
                let attribute = read(scalars, &index) { !isBlank($0) && $0 != ">" && $0 != "=" && $0 != "/" }
                if attribute.isEmpty {
                    index += 1
                } else if index + 1 < scalars.count, scalars[index] == "=", scalars[index + 1] == "\"" {
                    index += 2
                    attributes[attribute] = read(scalars, &index) { $0 != "\"" }
                    index += 1
                } else {
                    attributes[attribute] = ""
                }
            }
            tags.append(StartTag(name: name, attributes: attributes))
        }
        return tags
    }

    /// Name and attribute names: what must not depend on the text of a page.
    var skeleton: String { "\(name) \(attributes.keys.sorted().joined(separator: " "))" }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func read(
        _ scalars: [Unicode.Scalar],
        _ index: inout Int,
        while condition: (Unicode.Scalar) -> Bool
    ) -> String {
        var text = String.UnicodeScalarView()
        while index < scalars.count, condition(scalars[index]) {
            text.append(scalars[index])
            index += 1
        }
        return String(text)
    }
}
