/// ``FormField`` as its template sees it.
struct FormFieldView: Sendable {
    /// Whether it is seen at all.
    let isHidden: Bool
    /// Made from the field's place on the page, so that it is unique whatever the names are.
    let id: String
    let type: String
    let name: String
    let label: String
    /// Nil for passwords: what was typed never comes back.
    let value: String?
    let hint: String?
    let strength: String?
    let error: String?
    /// Ids of what explains the field, in the order in which it is read out.
    let describedBy: String?
    let autocomplete: String?
    let required: Bool
    let minimumLength: String?
    let passwordRules: String?
    let maximumLength: String?
    let inputMode: String?
    let isCode: Bool
    let takesFocus: Bool

    init(_ field: FormField, number: Int, takesFocus: Bool) {
        let id = "field-\(number + 1)"
        let isNew = field.kind == .newPassword
        let minimum = isNew ? field.minimumLength.map { String(max(1, $0)) } : nil
        let hint = PlainText.visibleLine(field.hint, limit: TextLimit.sentence)
        let strength = isNew ? PlainText.visibleLine(field.strength, limit: TextLimit.sentence) : nil
        let error = field.visibleError
        self.id = id
        isHidden = field.kind == .hidden
        type = field.kind.isPassword ? "password" : field.kind == .email ? "email" : "text"
        name = field.name
        label = PlainText.visibleLine(field.label, limit: TextLimit.label) ?? field.kind.fallbackLabel
        value = field.kind.isPassword ? nil : field.kind == .hidden ? field.value ?? "" : field.typedValue
        self.hint = hint
        self.strength = strength
        self.error = error
        let descriptions = [
            error.map { _ in "\(id)-error" }, hint.map { _ in "\(id)-hint" }, strength.map { _ in "\(id)-strength" },
        ]
        .compactMap { $0 }
        describedBy = descriptions.isEmpty ? nil : descriptions.joined(separator: " ")
        autocomplete = field.autocomplete
        required = field.isRequired
        minimumLength = minimum
        passwordRules = minimum.map { "minlength: \($0);" }
        maximumLength = field.kind.isPassword ? nil : field.maximumLength.map { String(max(1, $0)) }
        inputMode = field.inputMode
        isCode = field.kind == .oneTimeCode
        self.takesFocus = takesFocus && field.kind != .hidden
    }

    private init() {
        isHidden = true
        id = "field"
        type = "text"
        name = "name"
        label = "label"
        value = "value"
        hint = "hint"
        strength = "strength"
        error = "error"
        describedBy = "field-hint"
        autocomplete = "off"
        required = true
        minimumLength = "15"
        passwordRules = "minlength: 15;"
        maximumLength = "254"
        inputMode = "text"
        isCode = true
        takesFocus = true
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = FormFieldView()
}

extension FormField {
    /// What is wrong, when there is something to read.
    var visibleError: String? {
        kind == .hidden ? nil : PlainText.visibleLine(error, limit: TextLimit.sentence)
    }

    /// What was typed, on one line and of a bounded length.
    fileprivate var typedValue: String? {
        PlainText.visibleLine(value, limit: TextLimit.address)
    }
}

extension FormField.Kind {
    /// No control is without a name.
    fileprivate var fallbackLabel: String {
        switch self {
        case .email: "E-mail address"
        case .currentPassword: "Password"
        case .newPassword: "New password"
        case .oneTimeCode: "Code"
        case .text, .hidden: "Text"
        }
    }
}
