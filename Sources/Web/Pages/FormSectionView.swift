/// A form as its template sees it.
struct FormSectionView: Sendable {
    let action: String
    let fields: [FormFieldView]
    let submit: String
    let danger: Bool
    /// What unfolds it, and whether it is unfolded because something in it is wrong.
    let summary: String?
    let isOpen: Bool

    /// - Parameters:
    ///   - firstField: how many fields the page has before this form; field ids are counted through the page.
    ///   - focus: the field of the page that takes the cursor, counted in the same way.
    init(_ form: FormPage.Form, summary: String?, firstField: Int, focus: Int?) {
        action = PageTarget.path(form.action)
        fields = form.fields.enumerated().map { position, field in
            FormFieldView(field, number: firstField + position, takesFocus: focus == firstField + position)
        }
        submit = PlainText.visibleLine(form.submit, limit: TextLimit.label) ?? "Continue"
        danger = form.tone == .danger
        self.summary = PlainText.visibleLine(summary, limit: TextLimit.label)
        isOpen = form.fields.contains { $0.visibleError != nil }
    }

    private init(specimenField: FormFieldView) {
        action = "/"
        fields = [specimenField]
        submit = "submit"
        danger = true
        summary = "summary"
        isOpen = true
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = FormSectionView(specimenField: .specimen)
}

/// The list of everything that is wrong, above the form, each line leading to its field.
struct FaultSummaryView: Sendable {
    struct Fault: Sendable {
        let href: String
        let sentence: String
    }

    let lines: [Fault]

    /// Nil when nothing is wrong.
    init?(_ fields: [FormFieldView]) {
        lines = fields.compactMap { field in field.error.map { Fault(href: "#\(field.id)", sentence: $0) } }
        if lines.isEmpty { return nil }
    }

    private init(lines: [Fault]) {
        self.lines = lines
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = FaultSummaryView(lines: [Fault(href: "#", sentence: "sentence")])
}
