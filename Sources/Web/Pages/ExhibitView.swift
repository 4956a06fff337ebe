/// The secret of an authenticator app as its template sees it.
struct AuthenticatorKeyView: Sendable {
    let picture: String
    /// In groups of four, the way people read it aloud; apps ignore the blanks.
    let secret: String
    /// Nil when the address is not one that only an authenticator app opens.
    let opener: String?

    /// Nil when the page shows something else.
    init?(_ exhibit: FormPage.Exhibit?) {
        guard case .authenticatorKey(let picture, let secret, let address) = exhibit else { return nil }
        self.picture = PageTarget.path(picture)
        self.secret = Self.grouped(PlainText.line(secret, limit: TextLimit.address))
        opener = PageTarget.authenticator(address)
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = AuthenticatorKeyView(
        .authenticatorKey(picture: "/", secret: "ABCD", address: "otpauth://totp/x")
    )

    static func grouped(_ secret: String) -> String {
        var groups: [Substring] = []
        var rest = Substring(secret.filter { $0 != " " })
        while !rest.isEmpty {
            groups.append(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }
}

/// Recovery codes as their template sees them.
struct RecoveryCodesView: Sendable {
    let values: [String]

    /// Nil when the page shows something else.
    init?(_ exhibit: FormPage.Exhibit?) {
        guard case .recoveryCodes(let codes) = exhibit else { return nil }
        values = codes.map { PlainText.line($0, limit: TextLimit.label) }
    }
}
