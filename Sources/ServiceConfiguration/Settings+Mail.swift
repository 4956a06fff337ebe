extension Settings {
    static let mailURL = OptionalSetting(
        "mail.url",
        .mailServer,
        example: "smtp://mail.example.org:587",
        "The mail server: `smtp://` speaks in clear until STARTTLS (port 587 unless written), `smtps://` is encrypted from "
            + "the first byte (port 465). It may be on a private network."
    )
    static let mailUsername = OptionalSetting(
        "mail.username",
        .line(upTo: 256),
        example: "latchkey",
        "The user name at the mail server."
    )
    static let mailPassword = OptionalSetting(
        "mail.password",
        .secret,
        example: "password-at-the-mail-server",
        "The password at the mail server."
    )
    static let mailFrom = OptionalSetting(
        "mail.from",
        .mailAddress,
        example: "accounts@example.org",
        "The address mails come from, and bounces go to."
    )
    static let mailFromName = OptionalSetting(
        "mail.from_name",
        .line(upTo: 64),
        example: "Example Accounts",
        "The name beside that address; `service_name` unless written."
    )
    static let mailTLS = Setting(
        "mail.tls",
        .choice,
        default: ServiceConfiguration.Mail.TLS.required,
        example: "none",
        "`required`: no word about a person and no password in clear, and the server's certificate is verified. `none` is for "
            + "a server on this machine or a private network; every other address is refused when it is connected to."
    )
    static let mailCAFile = OptionalSetting(
        "mail.ca_file",
        .path,
        example: "/etc/ssl/certs/company-ca.pem",
        "Certificate authorities to trust besides the system's."
    )
    static let mailCatch = Setting(
        "mail.catch",
        .boolean,
        default: false,
        example: "true",
        "Whether mails are kept and shown at `/development/mail` instead of sent. Only in development mode."
    )
    static let mailTimeout = Setting(
        "mail.timeout",
        .duration(.seconds(1) ... .seconds(50)),
        default: .seconds(30),
        example: "20s",
        "Budget for handing over one mail. No request waits for it."
    )
}
