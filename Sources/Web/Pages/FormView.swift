/// ``FormPage`` as its template sees it.
struct FormView: Sendable {
    struct Link: Sendable {
        let href: String
        let label: String

        init(_ link: FormPage.Link) {
            href = PageTarget.path(link.path)
            label = PlainText.line(link.label, limit: TextLimit.label)
        }
    }

    struct Fact: Sendable {
        let label: String
        let value: String

        init(_ fact: FormPage.Fact) {
            label = PlainText.line(fact.label, limit: TextLimit.label)
            value = PlainText.visibleLine(fact.value, limit: TextLimit.address) ?? "—"
        }
    }

    let chrome: ChromeView
    let heading: String
    let context: String?
    let notice: NoticeView?
    let faults: FaultSummaryView?
    let hasParagraphs: Bool
    let paragraphs: [String]
    let hasFacts: Bool
    let facts: [Fact]
    let key: AuthenticatorKeyView?
    let codes: RecoveryCodesView?
    let form: FormSectionView?
    let hasBoth: Bool
    let hasButtons: Bool
    let buttons: [ProviderButtonView]
    let sideForms: [FormSectionView]
    let hasLinks: Bool
    let links: [Link]

    init(_ page: FormPage, service: String, stylesheet: String) {
        let title = PlainText.visibleLine(page.title, limit: TextLimit.name) ?? "One more step"
        let all = (page.form?.fields ?? []) + page.sideForms.flatMap(\.form.fields)
        let failed = all.contains { $0.visibleError != nil }
        heading = title
        // The title is what a screen reader says first, and role=alert is not reliably said for a page as it opens.
        let isError = failed || page.notice?.kind == .error
        chrome = ChromeView(title: isError ? "Error: \(title)" : title, service: service, stylesheet: stylesheet)
        context = PlainText.visibleLine(page.context, limit: TextLimit.sentence)
        notice = page.notice.map(NoticeView.init)
        paragraphs = page.paragraphs.compactMap { PlainText.visibleLine($0, limit: TextLimit.sentence) }
        hasParagraphs = !paragraphs.isEmpty
        facts = page.facts.map(Fact.init)
        hasFacts = !facts.isEmpty
        key = AuthenticatorKeyView(page.exhibit)
        codes = RecoveryCodesView(page.exhibit)
        // One field of the page takes the cursor: the first that is wrong, else the first that asks for it.
        let focus = all.firstIndex { $0.visibleError != nil } ?? all.firstIndex { $0.takesFocus }
        let form = page.form.map { FormSectionView($0, summary: nil, firstField: 0, focus: focus) }
        var next = page.form?.fields.count ?? 0
        sideForms = page.sideForms.map { side in
            defer { next += side.form.fields.count }
            return FormSectionView(side.form, summary: side.summary, firstField: next, focus: focus)
        }
        self.form = form
        faults = FaultSummaryView((form?.fields ?? []) + sideForms.flatMap(\.fields))
        buttons = page.buttons.map { ProviderButtonView($0, returnTo: page.buttonsReturnTo) }
        hasButtons = !buttons.isEmpty
        hasBoth = hasButtons && form != nil
        links = page.links.map(Link.init)
        hasLinks = !links.isEmpty
    }

    private init(specimenForm form: FormSectionView) {
        chrome = ChromeView(title: "title", service: "service", stylesheet: "/")
        heading = "heading"
        context = "context"
        notice = NoticeView(PageNotice(kind: .info, text: "text"))
        faults = .specimen
        hasParagraphs = true
        paragraphs = ["sentence"]
        hasFacts = true
        facts = [Fact(FormPage.Fact(label: "label", value: "value"))]
        key = .specimen
        codes = RecoveryCodesView(.recoveryCodes(["code"]))
        self.form = form
        hasBoth = true
        hasButtons = true
        let button = ProviderButton(action: "/", label: "label", brand: .generic)
        buttons = [ProviderButtonView(button, returnTo: "/")]
        sideForms = [form]
        hasLinks = true
        links = [Link(FormPage.Link(label: "label", path: "/"))]
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = FormView(specimenForm: .specimen)
}
