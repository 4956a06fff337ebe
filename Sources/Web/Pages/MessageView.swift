/// ``MessagePage`` as its template sees it.
struct MessageView: Sendable {
    struct Step: Sendable {
        let label: String
        let primary: Bool
        /// Exactly one of `href` and `action` is set.
        let href: String?
        let action: String?
        let returnTo: String?

        init(_ step: MessagePage.NextStep) {
            label = PlainText.line(step.label, limit: TextLimit.label)
            primary = step.primary
            switch step.target {
            case .link(let address):
                href = PageTarget.link(address)
                action = nil
                returnTo = nil
            case .contact(let address):
                href = PageTarget.contact(address)
                action = nil
                returnTo = nil
            case .post(let path, let returnTo):
                href = nil
                action = PageTarget.path(path)
                self.returnTo = returnTo
            }
        }

        private init(label: String, primary: Bool, href: String, action: String, returnTo: String) {
            self.label = label
            self.primary = primary
            self.href = href
            self.action = action
            self.returnTo = returnTo
        }

        static let specimen = Step(label: "label", primary: true, href: "/", action: "/", returnTo: "/")
    }

    /// Which sign to draw: exactly one flag is set.
    struct Sign: Sendable {
        let error: Bool
        let refused: Bool
        let waiting: Bool
        let info: Bool
        let signedOut: Bool

        init(_ kind: MessagePage.Kind) {
            error = kind == .error
            refused = kind == .refused
            waiting = kind == .waiting
            info = kind == .info
            signedOut = kind == .signedOut
        }
    }

    let chrome: ChromeView
    let tone: String
    let sign: Sign
    let heading: String
    let sentence: String
    let steps: [Step]
    let requestID: String?

    init(_ page: MessagePage, service: String, stylesheet: String) {
        let heading = PlainText.visibleLine(page.title, limit: TextLimit.name) ?? "Something happened"
        let steps = page.nextSteps.isEmpty ? [Self.wayOut] : page.nextSteps
        chrome = ChromeView(title: heading, service: service, stylesheet: stylesheet)
        tone = page.kind.rawValue
        sign = Sign(page.kind)
        self.heading = heading
        sentence = PlainText.line(page.sentence, limit: TextLimit.sentence)
        self.steps = steps.map(Step.init)
        requestID = Self.showsRequestID(page.kind) ? PlainText.visibleLine(page.requestID, limit: TextLimit.name) : nil
    }

    private init(specimenStep: Step) {
        chrome = ChromeView(title: "title", service: "service", stylesheet: "/")
        tone = MessagePage.Kind.error.rawValue
        sign = Sign(.error)
        heading = "heading"
        sentence = "sentence"
        steps = [specimenStep]
        requestID = "id"
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = MessageView(specimenStep: .specimen)

    private static let wayOut = MessagePage.NextStep(
        label: "Go to the sign-in page",
        target: .link("/sign-in"),
        primary: true
    )

    private static func showsRequestID(_ kind: MessagePage.Kind) -> Bool {
        switch kind {
        case .error, .refused, .waiting: true
        case .info, .signedOut: false
        }
    }
}
