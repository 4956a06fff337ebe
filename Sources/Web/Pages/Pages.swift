import Foundation
import Mustache

/// The pages, compiled and checked once, rendered many times.
public struct Pages: Sendable {
    /// The one style sheet all pages use.
    public let stylesheet: Asset

    private let library: MustacheLibrary
    private let signIn: MustacheTemplate
    private let account: MustacheTemplate
    private let message: MustacheTemplate
    private let form: MustacheTemplate
    private let mailbox: MustacheTemplate
    private let serviceName: String

    /// Reads and checks every template below `directory/pages` and the style sheet `directory/assets/style.css`.
    ///
    /// - Parameters:
    ///   - directory: Path of the templates folder.
    ///   - serviceName: The name in the head of every page.
    /// - Throws: All faults of all files at once.
    public init(directory: String, serviceName: String = "Latchkey") throws(PagesFault) {
        StrictHTML.registered
        var folder = TemplateFolder(directory)
        let sources = folder.readTemplates()
        let style = folder.readFile("assets/style.css")
        let compiled = folder.compile(sources)

        var check = TemplateCheck(sources)
        for (page, shape) in Self.shapes { check.check(page: page, against: shape) }

        let faults = folder.faults + check.faults
        guard faults.isEmpty,
            let style,
            let signIn = compiled["sign-in"],
            let account = compiled["account"],
            let message = compiled["message"],
            let form = compiled["form"],
            let mailbox = compiled["mailbox"]
        else { throw PagesFault(faults) }

        self.signIn = signIn
        self.account = account
        self.message = message
        self.form = form
        self.mailbox = mailbox
        self.library = MustacheLibrary(templates: compiled)
        self.stylesheet = Asset(bytes: style, stem: "style", suffix: "css", contentType: "text/css; charset=utf-8")
        self.serviceName = PlainText.visibleLine(serviceName, limit: TextLimit.name) ?? "Latchkey"
    }

    /// Finds out ahead of the first ``init(directory:serviceName:)`` which names each page has, which takes as long as compiling the
    /// templates does: a node that starts does both at once.
    public static func prepare() { _ = shapes }

    /// Which names each page has.
    private static let shapes: [(page: String, shape: TemplateShape)] = [
        ("sign-in", TemplateShape(of: SignInView.specimen)),
        ("account", TemplateShape(of: AccountView.specimen)),
        ("message", TemplateShape(of: MessageView.specimen)),
        ("form", TemplateShape(of: FormView.specimen)),
        ("mailbox", TemplateShape(of: MailboxView.specimen)),
    ]

    /// The page as HTML, to be sent as `text/html; charset=utf-8`.
    ///
    /// Works under `default-src 'none'; style-src 'self'; img-src 'self' data:`: there is no script, no inline style and
    /// nothing from elsewhere.
    public func render(_ page: Page) -> String {
        switch page {
        case .signIn(let page):
            signIn.render(SignInView(page, service: serviceName, stylesheet: stylesheet.path), library: library)
        case .account(let page):
            account.render(AccountView(page, service: serviceName, stylesheet: stylesheet.path), library: library)
        case .message(let page):
            message.render(MessageView(page, service: serviceName, stylesheet: stylesheet.path), library: library)
        case .form(let page):
            form.render(FormView(page, service: serviceName, stylesheet: stylesheet.path), library: library)
        case .mailbox(let page):
            mailbox.render(MailboxView(page, service: serviceName, stylesheet: stylesheet.path), library: library)
        }
    }
}
