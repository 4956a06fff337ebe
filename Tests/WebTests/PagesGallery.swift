@testable import Web

/// Every page in the states a person meets, by a name of its own.
enum PagesGallery {
    static let moment = PageTime(unixSeconds: 1_781_000_000)
    static let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    static let authenticator = "otpauth://totp/Latchkey:mia%40example.org?secret=\(secret)&issuer=Latchkey"
    static let codes = (1...10).map { "k7f\($0 % 10)-9mq2-x4tp" }
    static let wrong = FormFault("The code is wrong or was used already. Wait for the next one.", field: "code")
    static let taken = FormFault("This password is on a list of known ones. Choose another.", field: "password")

    static let pages = all.map(\.page)
    static let names = all.map(\.name)

    static let all: [(name: String, page: Page)] = signIn + signUp + reset + steps + email + password + factor + other

    static func buttons(_ prefix: String = "/sign-in/") -> [ProviderButton] {
        [
            ProviderButton(action: "\(prefix)google", label: "Sign in with Google", brand: .google),
            ProviderButton(action: "\(prefix)github", label: "Sign in with GitHub", brand: .github, lastUsed: true),
            ProviderButton(action: "\(prefix)twitter", label: "Sign in with X", brand: .x),
        ]
    }

    private static func signIn(_ buttons: [ProviderButton], _ password: SignInPage.PasswordForm?) -> Page {
        .signIn(
            SignInPage(serviceName: "Latchkey", buttons: buttons, password: password, returnTo: "/account?tab=1")
        )
    }

    static let refused = SignInPage.PasswordForm(
        email: "mia@example.org",
        notice: PageNotice(kind: .error, text: "The address and the password do not belong together."),
        offersMail: true
    )

    static let signIn: [(name: String, page: Page)] = [
        ("sign-in-providers", signIn(buttons(), nil)),
        ("sign-in-password", signIn([], SignInPage.PasswordForm())),
        ("sign-in-both", signIn(buttons(), SignInPage.PasswordForm(offersMail: true))),
        ("sign-in-refused", signIn(buttons(), refused)),
        (
            "sign-in-present",
            .signIn(
                SignInPage(
                    serviceName: "Latchkey",
                    buttons: buttons(),
                    password: SignInPage.PasswordForm(offersSignUp: false),
                    alreadySignedInAs: "Mia Okonkwo"
                )
            )
        ),
    ]

    static let signUp: [(name: String, page: Page)] = [
        ("sign-up", .form(.signUp(returnTo: "/account", minimumLength: 15))),
        (
            "sign-up-refused",
            .form(
                .signUp(
                    email: "mia@example.org",
                    minimumLength: 15,
                    fault: taken,
                    strength: "Easy to guess: it is a common word and a year."
                )
            )
        ),
        ("verify-same", .form(.verify(token: "t0k3n", address: "mia@example.org", needsPassword: false))),
        (
            "verify-other",
            .form(.verify(token: "t0k3n", address: "mia@example.org", needsPassword: true, returnTo: "/account"))
        ),
        (
            "verify-refused",
            .form(
                .verify(
                    token: "t0k3n",
                    address: "mia@example.org",
                    needsPassword: true,
                    fault: FormFault("That is not the password of this sign-up.", field: "password")
                )
            )
        ),
    ]

    static let reset: [(name: String, page: Page)] =
        FormPage.MailPurpose.allCases.map { purpose in
            let resend = purpose == .signUp ? FormPath.resendVerification : nil
            return (
                "check-mail-\(purpose.rawValue)",
                .form(.checkMail(address: "mia@example.org", purpose: purpose, resendAction: resend))
            )
        } + [
            ("reset", .form(.reset())),
            ("reset-refused", .form(.reset(email: "mia@", fault: FormFault("Not an address.", field: "email")))),
            ("reset-confirm", .form(.resetConfirm(token: "t0k3n", minimumLength: 15, account: "mia@example.org"))),
            ("reset-confirm-refused", .form(.resetConfirm(token: "t0k3n", minimumLength: 8, fault: taken))),
        ]

    static let steps: [(name: String, page: Page)] = [
        ("second-factor", .form(.secondFactor(returnTo: "/account", offersRecoveryCode: true))),
        ("second-factor-refused", .form(.secondFactor(fault: wrong, offersRecoveryCode: false))),
        (
            "second-factor-recovery",
            .form(
                .secondFactor(
                    fault: FormFault("This recovery code is not one of yours.", field: "recovery_code"),
                    offersRecoveryCode: true
                )
            )
        ),
        ("sign-in-by-mail", .form(.signInByMail(email: "mia@example.org", returnTo: "/account"))),
        ("mailed-code", .form(.mailedCode(returnTo: "/account", fault: wrong, address: "mia@example.org"))),
        (
            "confirm-identity",
            .form(
                .confirmIdentity(
                    hasPassword: true,
                    buttons: buttons(),
                    returnTo: "/account/email",
                    account: "mia@example.org"
                )
            )
        ),
        (
            "confirm-identity-providers",
            .form(.confirmIdentity(hasPassword: false, buttons: buttons(), returnTo: "/account/email"))
        ),
        (
            "confirm-identity-refused",
            .form(
                .confirmIdentity(
                    hasPassword: true,
                    buttons: [],
                    returnTo: "/account/email",
                    fault: FormFault("Too many attempts. Wait five minutes and try again.")
                )
            )
        ),
    ]

    static let email: [(name: String, page: Page)] = [
        ("change-email", .form(.changeEmail(current: "mia@example.org"))),
        ("add-email", .form(.changeEmail(current: nil))),
        (
            "confirm-new-email",
            .form(.confirmNewEmail(token: "t0k3n", newAddress: "mia@new.example", oldAddress: "mia@example.org"))
        ),
        (
            "undo-email-change",
            .form(.undoEmailChange(token: "t0k3n", oldAddress: "mia@example.org", newAddress: "mia@new.example"))
        ),
    ]

    static let password: [(name: String, page: Page)] = [
        (
            "change-password",
            .form(.changePassword(hasPassword: true, minimumLength: 15, account: "mia@example.org"))
        ),
        (
            "set-password",
            .form(
                .changePassword(
                    hasPassword: false,
                    minimumLength: 8,
                    fault: FormFault("Too short: 8 characters at least.", field: "new_password"),
                    strength: "Very easy to guess."
                )
            )
        ),
        ("remove-password", .form(.removePassword())),
        (
            "remove-password-refused",
            .form(.removePassword(fault: FormFault("It is your last way in. Add another one first.")))
        ),
    ]

    static let factor: [(name: String, page: Page)] = [
        ("set-up-second-factor", .form(.setUpSecondFactor(secret: secret, address: authenticator))),
        (
            "set-up-second-factor-refused",
            .form(.setUpSecondFactor(secret: secret, address: authenticator, fault: wrong))
        ),
        ("recovery-codes", .form(.recoveryCodes(codes))),
        ("renew-recovery-codes", .form(.renewRecoveryCodes(codesLeft: 3))),
        ("remove-second-factor", .form(.removeSecondFactor())),
        ("remove-second-factor-refused", .form(.removeSecondFactor(fault: wrong))),
    ]

    static let other: [(name: String, page: Page)] = [
        ("account-full", account(full: true)),
        ("account-bare", account(full: false)),
        ("account-elsewhere", PagesSamples.account()),
        ("mailbox", .mailbox(mailbox)),
        ("mailbox-empty", .mailbox(MailboxPage(origin: "http://localhost:8080", mails: []))),
    ]

    static let mailbox = MailboxPage(
        origin: "http://localhost:8080",
        mails: [
            MailboxPage.Mail(
                when: moment,
                to: "mia@example.org",
                subject: "Confirm your address",
                text: """
                    Hello,

                    open this link in the browser in which you signed up:

                    http://localhost:8080/verify?token=lk_v_2f7Qx9pB3mZkT0wYc5aR8uEoJ6hLsNdG1iXvKqP4

                    It works for one hour. Read more at https://elsewhere.example/help.
                    """
            ),
            MailboxPage.Mail(when: moment, to: "mia@example.org", subject: "Your code", text: "Your code: 493 205"),
        ]
    )

    static func account(full: Bool) -> Page {
        let last = "The password is your last way in. Add another way before you remove it."
        return .account(
            AccountPage(
                displayName: "Mia Okonkwo",
                initials: "MO",
                primaryEmail: full ? "mia@example.org" : nil,
                emailVerified: full,
                userID: "01997b2c-7f0e-7cc3-9a54-5f1c2c3d4e5f",
                roles: [],
                methods: [
                    AccountPage.LinkedMethod(
                        providerName: "GitHub",
                        brand: .github,
                        username: "mia",
                        email: "mia@example.org",
                        linkedOn: moment,
                        lastUsedOn: moment,
                        isCurrent: true
                    )
                ],
                linkable: [ProviderButton(action: "/account/link/google", label: "Add Google", brand: .google)],
                email: full
                    ? AccountPage.Email(pending: .init(address: "mia@new.example", expiresOn: moment))
                    : AccountPage.Email(),
                password: full
                    ? AccountPage.Password(isSet: true, changedOn: moment, removal: .impossible(last))
                    : AccountPage.Password(
                        isSet: false,
                        changedOn: nil,
                        change: .impossible("A password needs a proven e-mail address. Add one first.")
                    ),
                secondFactor: full
                    ? AccountPage.SecondFactor(since: moment, codesLeft: 2)
                    : AccountPage.SecondFactor(
                        since: nil,
                        setUp: .impossible("A second step needs a proven e-mail address. Add one first.")
                    ),
                session: AccountPage.Session(
                    signedInOn: moment,
                    authenticatedWith: "GitHub",
                    brand: .github,
                    username: "mia",
                    expiresOn: moment
                ),
                recentDecisions: [AccountPage.Decision(when: moment, sentence: "You signed in with GitHub.")]
            )
        )
    }
}
