import OAuth

/// ``SignInPage`` as its template sees it.
struct SignInView: Sendable {
    let chrome: ChromeView
    let target: String
    let notice: NoticeView?
    let alreadySignedInAs: String?
    let hasNothing: Bool
    let hasBoth: Bool
    let hasButtons: Bool
    let buttons: [ProviderButtonView]
    /// Said where a provider's button stands alone.
    let providersOnly: Bool
    /// Why the password form came back.
    let refusal: NoticeView?
    let password: FormSectionView?
    let hasLinks: Bool
    let links: [FormView.Link]

    init(_ page: SignInPage, service: String, stylesheet: String) {
        let target = PlainText.visibleLine(page.serviceName, limit: TextLimit.name) ?? service
        let failed = page.notice?.kind == .error || page.password?.notice?.kind == .error
        chrome = ChromeView(title: failed ? "Error: Sign in" : "Sign in", service: service, stylesheet: stylesheet)
        self.target = target
        notice = page.notice.map(NoticeView.init)
        alreadySignedInAs = page.alreadySignedInAs.map {
            PlainText.visibleLine($0, limit: TextLimit.name) ?? "somebody without a name"
        }
        hasButtons = !page.buttons.isEmpty
        hasNothing = page.buttons.isEmpty && page.password == nil
        hasBoth = hasButtons && page.password != nil
        providersOnly = hasButtons && page.password == nil
        buttons = page.buttons.map { ProviderButtonView($0, returnTo: page.returnTo) }
        refusal = page.password?.notice.map(NoticeView.init)
        password = page.password.map { form in
            // Nobody's cursor is moved on a page where most people want a button; after a failure it is.
            let focus = failed || page.buttons.isEmpty ? (form.typedEmail == nil ? 0 : 1) : nil
            return FormSectionView(form.form(returnTo: page.returnTo), summary: nil, firstField: 0, focus: focus)
        }
        links = page.password.map { $0.links(returnTo: page.returnTo).map(FormView.Link.init) } ?? []
        hasLinks = !links.isEmpty
    }

    private init(specimenPassword password: FormSectionView) {
        chrome = ChromeView(title: "title", service: "service", stylesheet: "/")
        target = "service"
        notice = NoticeView(PageNotice(kind: .info, text: "text"))
        alreadySignedInAs = "name"
        hasNothing = true
        hasBoth = true
        hasButtons = true
        let button = ProviderButton(action: "/", label: "label", brand: .generic)
        buttons = [ProviderButtonView(button, returnTo: "/")]
        providersOnly = true
        refusal = NoticeView(PageNotice(kind: .error, text: "text"))
        self.password = password
        hasLinks = true
        links = [FormView.Link(.account)]
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = SignInView(specimenPassword: .specimen)
}

extension SignInPage.PasswordForm {
    fileprivate var typedEmail: String? { PlainText.visibleLine(email, limit: TextLimit.address) }

    fileprivate func form(returnTo: String?) -> FormPage.Form {
        FormPage.Form(
            action: FormPath.signInWithPassword,
            fields: [
                FormField(.email, name: "email", label: "E-mail address", value: email, autocomplete: "username"),
                FormField(.currentPassword, name: "password", label: "Password"),
            ] + .carried(returnTo: returnTo),
            submit: "Sign in"
        )
    }

    /// Where the person was going travels with the ways that end there.
    fileprivate func links(returnTo: String?) -> [FormPage.Link] {
        let query = returnTo.map { "?" + FormURLEncoded.encode([("return_to", $0)]) } ?? ""
        var links = [FormPage.Link(label: "Forgot your password?", path: FormPath.reset)]
        if offersMail { links.append(.init(label: "Sign in with a code by mail", path: FormPath.signInByMail + query)) }
        if offersSignUp { links.append(.init(label: "Create an account", path: FormPath.signUp + query)) }
        return links
    }
}
