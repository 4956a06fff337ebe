// What templates see. Everything in these types is a string, a flag, or a list of such: the template library reads
// stored properties by name, and TemplateCheck holds every template to the names that exist here.

/// What every page needs for its frame.
struct ChromeView: Sendable {
    let title: String
    let service: String
    let stylesheet: String

    init(title: String, service: String, stylesheet: String) {
        self.title = "\(title) · \(service)"
        self.service = service
        self.stylesheet = stylesheet
    }
}

/// Which mark to draw: exactly one flag is set.
struct LogoView: Sendable {
    let google: Bool
    let github: Bool
    let x: Bool
    let generic: Bool

    init(_ brand: ProviderBrand) {
        google = brand == .google
        github = brand == .github
        x = brand == .x
        generic = brand == .generic
    }
}

/// A notice, with its class and whether assistive technology interrupts for it.
struct NoticeView: Sendable {
    let tone: String
    let urgent: Bool
    let text: String

    init(_ notice: PageNotice) {
        tone = notice.kind.rawValue
        urgent = notice.kind == .error
        text = PlainText.line(notice.text, limit: TextLimit.sentence)
    }
}

/// A form with one provider button.
struct ProviderButtonView: Sendable {
    let action: String
    let label: String
    let logo: LogoView
    let lastUsed: Bool
    let returnTo: String?

    init(_ button: ProviderButton, returnTo: String?) {
        action = PageTarget.path(button.action)
        label = PlainText.line(button.label, limit: TextLimit.label)
        logo = LogoView(button.brand)
        lastUsed = button.lastUsed
        self.returnTo = returnTo
    }
}

/// A moment in both forms.
struct TimeView: Sendable {
    let machine: String
    let readable: String
    let day: String

    init(_ time: PageTime) {
        machine = time.machineForm
        readable = time.readableForm
        day = time.dayForm
    }
}

extension ProviderBrand {
    /// The name at the provider as people write it: with an `@` where the provider's own pages do.
    func handle(of username: String?) -> String? {
        guard let name = PlainText.visibleLine(username, limit: TextLimit.name) else { return nil }
        let writesAt = self == .x || self == .github
        return writesAt && !name.hasPrefix("@") ? "@\(name)" : name
    }
}

/// How much of a text a page shows, in Unicode scalars.
enum TextLimit {
    /// Buttons, roles, provider names.
    static let label = 60
    /// Names of people.
    static let name = 80
    /// RFC 5321 section 4.5.3.1.3 leaves 254 octets for an address.
    static let address = 254
    /// Sentences.
    static let sentence = 600
}
