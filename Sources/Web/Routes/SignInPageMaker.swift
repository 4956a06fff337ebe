import Accounts
import AuthorizationServer
import Flows

/// The page with the ways in, as this installation offers them.
struct SignInPageMaker: Sendable {
    let services: WebServices

    /// - Parameter app: the app somebody signs in for: named, and only the ways in that it takes are offered. What counts is looked at
    ///   when they come back.
    func page(
        returnTo: String?,
        email: String?,
        notice: PageNotice?,
        presentName: String?,
        app: Client? = nil
    ) -> SignInPage {
        let local = services.local
        let admits: (String?) -> Bool = { app?.admits(provider: $0) ?? true }
        return SignInPage(
            serviceName: services.settings.serviceName,
            buttons: services.buttons.filter { !$0.isLinkOnly && admits($0.id.description) }.map { button in
                ProviderButton(
                    action: "/sign-in/\(button.id)",
                    label: "Sign in with \(button.name)",
                    brand: button.brand
                )
            },
            password: local.isEnabled && admits(nil)
                ? SignInPage.PasswordForm(
                    email: email,
                    notice: notice,
                    offersSignUp: local.offersSignUp,
                    offersMail: local.signInByMail.isEnabled
                ) : nil,
            returnTo: returnTo,
            notice: app.map { PageNotice(kind: .info, text: "Sign in to go on to \($0.name).") },
            alreadySignedInAs: presentName
        )
    }
}
