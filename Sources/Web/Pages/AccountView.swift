/// ``AccountPage`` as its template sees it.
struct AccountView: Sendable {
    struct Method: Sendable {
        let logo: LogoView
        let providerName: String
        let handle: String?
        let email: String?
        let linkedOn: TimeView
        let lastUsedOn: TimeView?
        let isCurrent: Bool
        /// Exactly one of `removalPath` and `keptBecause` is set.
        let removalPath: String?
        let keptBecause: String?

        init(_ method: AccountPage.LinkedMethod) {
            logo = LogoView(method.brand)
            providerName = PlainText.line(method.providerName, limit: TextLimit.label)
            handle = method.brand.handle(of: method.username)
            email = PlainText.visibleLine(method.email, limit: TextLimit.address)
            linkedOn = TimeView(method.linkedOn)
            lastUsedOn = method.lastUsedOn.map(TimeView.init)
            isCurrent = method.isCurrent
            switch method.removal {
            case .possible: (removalPath, keptBecause) = (PageTarget.path(method.removalPath), nil)
            case .impossible(let sentence):
                (removalPath, keptBecause) = (nil, PlainText.line(sentence, limit: TextLimit.sentence))
            }
        }

        private init(specimen method: Method) {
            logo = method.logo
            providerName = method.providerName
            handle = method.handle
            email = method.email
            linkedOn = method.linkedOn
            lastUsedOn = method.lastUsedOn
            isCurrent = true
            removalPath = "/"
            keptBecause = "sentence"
        }

        /// With every field filled.
        var specimen: Method { Method(specimen: self) }
    }

    /// What can be taken back.
    struct Reversible: Sendable {
        let when: TimeView
        let sentence: String
        let label: String
        let href: String

        init(_ entry: AccountPage.Reversible) {
            when = TimeView(entry.when)
            sentence = PlainText.line(entry.sentence, limit: TextLimit.sentence)
            label = PlainText.line(entry.label, limit: TextLimit.label)
            href = PageTarget.path(entry.path)
        }
    }

    struct Session: Sendable {
        let logo: LogoView
        let providerName: String
        let handle: String?
        let signedInOn: TimeView
        let expiresOn: TimeView

        init(_ session: AccountPage.Session) {
            logo = LogoView(session.brand)
            providerName = PlainText.line(session.authenticatedWith, limit: TextLimit.label)
            handle = session.brand.handle(of: session.username)
            signedInOn = TimeView(session.signedInOn)
            expiresOn = TimeView(session.expiresOn)
        }
    }

    struct Device: Sendable {
        let name: String
        let network: String?
        let lastUsedOn: TimeView
        let isCurrent: Bool
        let endPath: String

        init(_ device: AccountPage.Device) {
            name = PlainText.visibleLine(device.name, limit: TextLimit.label) ?? "An unknown browser"
            network = PlainText.visibleLine(device.network, limit: TextLimit.label)
            lastUsedOn = TimeView(device.lastUsedOn)
            isCurrent = device.isCurrent
            endPath = PageTarget.path(device.endPath)
        }
    }

    struct Decision: Sendable {
        let when: TimeView
        let sentence: String

        init(_ decision: AccountPage.Decision) {
            when = TimeView(decision.when)
            sentence = PlainText.line(decision.sentence, limit: TextLimit.sentence)
        }
    }

    let chrome: ChromeView
    let notice: NoticeView?
    let displayName: String
    let initials: String?
    let primaryEmail: String?
    /// Whether the heading is the address already, because there is no name.
    let isNamedByAddress: Bool
    let emailVerified: Bool
    let userID: String
    let hasRoles: Bool
    let roles: [String]
    let hasMethods: Bool
    let methods: [Method]
    /// What to say where no provider is listed.
    let withoutProviders: String?
    let hasChanges: Bool
    let changes: [Reversible]
    let hasBlocked: Bool
    let blocked: [Reversible]
    let hasLinkable: Bool
    let linkable: [ProviderButtonView]
    let localSections: [AccountSectionView]
    let session: Session
    let devices: [Device]
    let hasOtherDevices: Bool
    let hasDecisions: Bool
    let decisions: [Decision]

    init(_ page: AccountPage, service: String, stylesheet: String) {
        let email = PlainText.visibleLine(page.primaryEmail, limit: TextLimit.address)
        chrome = ChromeView(title: "Your account", service: service, stylesheet: stylesheet)
        notice = page.notice.map(NoticeView.init)
        displayName = PlainText.visibleLine(page.displayName, limit: TextLimit.name) ?? email ?? "Your account"
        initials = PlainText.visibleLine(page.initials, limit: 3)
        primaryEmail = email
        isNamedByAddress = page.displayName == page.primaryEmail
        emailVerified = page.emailVerified
        userID = PlainText.line(page.userID, limit: TextLimit.name)
        let roles = page.roles.compactMap { PlainText.visibleLine($0, limit: TextLimit.label) }
        hasRoles = !roles.isEmpty
        self.roles = roles
        methods = page.methods.map(Method.init)
        hasMethods = !methods.isEmpty
        withoutProviders = hasMethods || page.password?.isSet != true ? nil : "Your e-mail address and your password."
        changes = page.changes.map(Reversible.init)
        hasChanges = !changes.isEmpty
        blocked = page.blocked.map(Reversible.init)
        hasBlocked = !blocked.isEmpty
        hasLinkable = !page.linkable.isEmpty
        linkable = page.linkable.map { ProviderButtonView($0, returnTo: "/account") }
        localSections = [
            page.email.map { AccountSectionView($0, address: email, isVerified: page.emailVerified) },
            page.password.map(AccountSectionView.init),
            page.secondFactor.map(AccountSectionView.init),
        ]
        .compactMap { $0 }
        session = Session(page.session)
        devices = page.devices.map(Device.init)
        hasOtherDevices = page.devices.contains { !$0.isCurrent }
        hasDecisions = !page.recentDecisions.isEmpty
        decisions = page.recentDecisions.map(Decision.init)
    }

    private init(specimenSection section: AccountSectionView) {
        let moment = PageTime(unixSeconds: 0)
        chrome = ChromeView(title: "title", service: "service", stylesheet: "/")
        notice = NoticeView(PageNotice(kind: .info, text: "text"))
        displayName = "name"
        initials = "N"
        primaryEmail = "address"
        isNamedByAddress = true
        emailVerified = true
        userID = "id"
        hasRoles = true
        roles = ["role"]
        methods = [
            Method(
                AccountPage.LinkedMethod(
                    providerName: "provider",
                    brand: .generic,
                    username: "name",
                    email: "address",
                    linkedOn: moment,
                    lastUsedOn: moment,
                    isCurrent: true
                )
            ).specimen
        ]
        let entry = AccountPage.Reversible(when: moment, sentence: "sentence", label: "label", path: "/")
        hasChanges = true
        changes = [Reversible(entry)]
        hasBlocked = true
        blocked = [Reversible(entry)]
        hasMethods = true
        withoutProviders = "sentence"
        hasLinkable = true
        let button = ProviderButton(action: "/", label: "label", brand: .generic)
        linkable = [ProviderButtonView(button, returnTo: "/")]
        localSections = [section]
        session = Session(
            AccountPage.Session(
                signedInOn: moment,
                authenticatedWith: "provider",
                brand: .generic,
                username: "name",
                expiresOn: moment
            )
        )
        devices = [
            Device(
                AccountPage.Device(
                    name: "device",
                    network: "network",
                    lastUsedOn: moment,
                    isCurrent: true,
                    endPath: "/"
                )
            )
        ]
        hasOtherDevices = true
        hasDecisions = true
        decisions = [Decision(AccountPage.Decision(when: moment, sentence: "sentence"))]
    }

    /// Every field filled: what ``TemplateCheck`` reads the names from.
    static let specimen = AccountView(specimenSection: .specimen)
}
