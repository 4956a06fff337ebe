/// ``SignInPage`` as its template sees it.
struct SignInView: Sendable {
    let chrome: ChromeView
    let target: String
    let notice: NoticeView?
    let alreadySignedInAs: String?
    let hasButtons: Bool
    let buttons: [ProviderButtonView]

    init(_ page: SignInPage, service: String, stylesheet: String) {
        let target = PlainText.visibleLine(page.serviceName, limit: TextLimit.name) ?? service
        chrome = ChromeView(title: "Sign in", service: service, stylesheet: stylesheet)
        self.target = target
        notice = page.notice.map(NoticeView.init)
        alreadySignedInAs = page.alreadySignedInAs.map {
            PlainText.visibleLine($0, limit: TextLimit.name) ?? "somebody without a name"
        }
        hasButtons = !page.buttons.isEmpty
        buttons = page.buttons.map { ProviderButtonView($0, returnTo: page.returnTo) }
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = SignInView(
        SignInPage(
            serviceName: "service",
            buttons: [ProviderButton(action: "/", label: "label", brand: .generic)],
            returnTo: "/",
            notice: PageNotice(kind: .info, text: "text"),
            alreadySignedInAs: "name"
        ),
        service: "service",
        stylesheet: "/"
    )
}
