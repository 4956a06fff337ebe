import Flows

/// The page with the ways in, as this installation offers them.
struct SignInPageMaker: Sendable {
    let services: WebServices

    func page(returnTo: String?, email: String?, notice: PageNotice?, presentName: String?) -> SignInPage {
        let local = services.local
        return SignInPage(
            serviceName: services.settings.serviceName,
            buttons: services.buttons.filter { !$0.isLinkOnly }.map { button in
                ProviderButton(
                    action: "/sign-in/\(button.id)",
                    label: "Sign in with \(button.name)",
                    brand: button.brand
                )
            },
            password: local.isEnabled
                ? SignInPage.PasswordForm(
                    email: email,
                    notice: notice,
                    offersSignUp: local.offersSignUp,
                    offersMail: local.signInByMail.isEnabled
                ) : nil,
            returnTo: returnTo,
            notice: nil,
            alreadySignedInAs: presentName
        )
    }
}
