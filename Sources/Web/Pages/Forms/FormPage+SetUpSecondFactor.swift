extension FormPage {
    /// Setting up an authenticator app: shows the key, takes `code`, posted to ``FormPath/setUpSecondFactor``.
    ///
    /// - Parameters:
    ///   - picture: Path of the QR code: ``FormPath/secondFactorPicture``.
    ///   - secret: The secret in Base32; shown in groups of four.
    ///   - address: The `otpauth://totp/…` address for an app on this device. Anything else is left out.
    ///   - fault: About `code` or the whole form.
    public static func setUpSecondFactor(
        picture: String = FormPath.secondFactorPicture,
        secret: String,
        address: String,
        fault: FormFault? = nil
    ) -> FormPage {
        FormPage(
            title: "Set up the second step",
            notice: FormFault.notice(of: fault, fields: ["code"]),
            paragraphs: [
                "Scan the picture with an authenticator app, then type the code that the app shows.",
                "From then on you need a code at every sign-in.",
            ],
            exhibit: .authenticatorKey(picture: picture, secret: secret, address: address),
            form: Form(
                action: FormPath.setUpSecondFactor,
                fields: [.authenticatorCode(error: FormFault.sentence(of: fault, for: "code"))],
                submit: "Turn it on"
            ),
            links: [.account]
        )
    }

    /// Turning the second step off takes one last `code` (or a recovery code in the same field), posted to
    /// ``FormPath/removeSecondFactor``.
    ///
    /// - Parameter fault: About `code` or the whole form.
    public static func removeSecondFactor(fault: FormFault? = nil) -> FormPage {
        FormPage(
            title: "Turn the second step off?",
            notice: FormFault.notice(of: fault, fields: ["code"]),
            paragraphs: ["Afterwards your password or your provider alone is enough to sign in."],
            form: Form(
                action: FormPath.removeSecondFactor,
                fields: [
                    FormField(
                        .oneTimeCode,
                        name: "code",
                        label: "Code",
                        hint: "From your authenticator app, or one of your recovery codes.",
                        error: FormFault.sentence(of: fault, for: "code"),
                        maximumLength: 64,
                        inputMode: "text",
                        takesFocus: true
                    )
                ],
                submit: "Turn it off",
                tone: .danger
            ),
            links: [.account]
        )
    }
}
