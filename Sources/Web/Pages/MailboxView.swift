/// ``MailboxPage`` as its template sees it.
struct MailboxView: Sendable {
    struct Piece: Sendable {
        let words: String
        /// Set where the words are a link to this service; then always a path.
        let href: String?
    }

    struct Mail: Sendable {
        let anchor: String
        let when: TimeView
        let to: String
        let subject: String
        let pieces: [Piece]
    }

    let chrome: ChromeView
    let hasMails: Bool
    let mails: [Mail]

    /// How much of a mail is shown, in Unicode scalars.
    private static let bodyLimit = 20_000

    init(_ page: MailboxPage, service: String, stylesheet: String) {
        chrome = ChromeView(title: "Caught mail", service: service, stylesheet: stylesheet)
        mails = page.mails.enumerated().map { position, mail in
            Mail(
                anchor: "mail-\(position + 1)",
                when: TimeView(mail.when),
                to: PlainText.visibleLine(mail.to, limit: TextLimit.address) ?? "nobody",
                subject: PlainText.visibleLine(mail.subject, limit: TextLimit.address) ?? "(no subject)",
                pieces: Self.pieces(of: PlainText.block(mail.text, limit: Self.bodyLimit), origin: page.origin)
            )
        }
        hasMails = !mails.isEmpty
    }

    private init(specimenMail mail: Mail) {
        chrome = ChromeView(title: "title", service: "service", stylesheet: "/")
        hasMails = true
        mails = [mail]
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = MailboxView(
        specimenMail: Mail(
            anchor: "mail",
            when: TimeView(PageTime(unixSeconds: 0)),
            to: "address",
            subject: "subject",
            pieces: [Piece(words: "words", href: "/")]
        )
    )

    /// Cuts a text into words and links. A link is `origin` followed by a path, up to a blank or a bracket; the full stop
    /// of a sentence does not belong to it.
    static func pieces(of text: String, origin: String) -> [Piece] {
        var pieces: [Piece] = []
        var plain = ""
        var rest = Substring(text)
        while !origin.isEmpty, let start = rest.firstRange(of: origin)?.lowerBound {
            plain += rest[..<start]
            let afterOrigin = rest[start...].dropFirst(origin.count)
            let path = Self.path(at: afterOrigin)
            if let path, PageTarget.path(path) == path {
                if !plain.isEmpty { pieces.append(Piece(words: plain, href: nil)) }
                plain = ""
                pieces.append(Piece(words: origin + path, href: path))
                rest = afterOrigin.dropFirst(path.count)
            } else {
                plain += origin
                rest = afterOrigin
            }
        }
        plain += rest
        if !plain.isEmpty { pieces.append(Piece(words: plain, href: nil)) }
        return pieces
    }

    /// Nil when what follows the origin is not a path: `http://localhost:8080.evil.example`.
    private static func path(at text: Substring) -> String? {
        guard text.first == "/" else { return nil }
        var path = text.prefix { !$0.isWhitespace && !"<>\"()[]{}".contains($0) }
        while let last = path.last, ".,;:!?'".contains(last) { path.removeLast() }
        return String(path)
    }
}
