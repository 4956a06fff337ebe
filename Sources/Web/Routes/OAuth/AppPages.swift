import Accounts
import AuthorizationServer
import OAuth

/// Pages on the way to an app.
enum AppPages {
    /// "May this app …?" Shown for apps of somebody else only.
    static func consent(_ consent: AuthorizationEndpoint.Consent, user: User) -> FormPage {
        let fields: [FormField] = [.hidden("request", consent.request), .hidden("user", user.id.description)]
        let name = consent.client.name
        let isOurs = consent.client.isFirstParty
        return FormPage(
            title: isOurs ? "Go on to \(name)?" : "\(name) asks for access",
            // An app on a device is who it says it is only if the person started it (RFC 8252 §8.6).
            paragraphs: [
                isOurs
                    ? "\(name) on this device asks to be signed in as you. Go on only if you have just started it. It will know:"
                    : "\(name) does not belong to this service. If you allow it, it will know:"
            ],
            facts: consent.scope.compactMap(fact) + ownClaims(consent) + [
                FormPage.Fact(label: "You are signed in as", value: user.shownName)
            ],
            form: FormPage.Form(
                action: AuthorizeRoutes.consentPath,
                fields: fields + [.hidden("answer", "allow")],
                submit: isOurs ? "Go on to \(name)" : "Allow \(name)"
            ),
            sideForms: [
                FormPage.SideForm(
                    form: FormPage.Form(
                        action: AuthorizeRoutes.consentPath,
                        fields: fields + [.hidden("answer", "deny")],
                        submit: "Do not allow"
                    )
                )
            ]
        )
    }

    /// What is kept about somebody and only this app gets to know: by the names it has in tokens, for want of better ones.
    private static func ownClaims(_ consent: AuthorizationEndpoint.Consent) -> [FormPage.Fact] {
        let names = consent.client.claims.filter { consent.scope.contains($0.scope) }.map(\.name)
        return names.isEmpty
            ? [] : [FormPage.Fact(label: "What this service keeps about you", value: names.joined(separator: ", "))]
    }

    private static func fact(_ scope: String) -> FormPage.Fact? {
        switch scope {
        case Scope.openid: FormPage.Fact(label: "Who you are", value: "an identifier of your account")
        case Scope.profile: FormPage.Fact(label: "Your name", value: "as your account shows it")
        case Scope.email: FormPage.Fact(label: "Your e-mail address", value: "and whether it is proven")
        case Scope.roles: FormPage.Fact(label: "Your roles", value: "here")
        case Scope.offlineAccess: FormPage.Fact(label: "All of this", value: "also while you are signed out")
        default: FormPage.Fact(label: "More", value: scope)
        }
    }

    /// Somebody is signed in who will not do.
    static func differently(
        _ reason: AuthorizationDecision.Reason,
        _ signIn: AuthorizationEndpoint.SignIn,
        _ buttons: [WebServices.Button]
    ) -> MessagePage {
        let name = signIn.client.name
        let returnTo = AuthorizeRoutes.resumePath + "?" + FormURLEncoded.encode([("request", signIn.request)])
        switch reason {
        case .provider:
            let admitted = buttons.filter { !$0.isLinkOnly && signIn.client.admits(provider: $0.id.description) }
            return MessagePage(
                kind: .refused,
                title: "Sign in another way",
                sentence: "\(name) lets in people who sign in with \(admitted.map(\.name).joined(separator: " or ")). "
                    + "You are signed in another way.",
                nextSteps: admitted.enumerated().map { position, button in
                    MessagePage.NextStep(
                        label: "Sign in with \(button.name)",
                        target: .post(action: "/sign-in/\(button.id)", returnTo: returnTo),
                        primary: position == 0
                    )
                }
            )
        case .level:
            return MessagePage(
                kind: .refused,
                title: "A second step is needed",
                sentence: "\(name) asks for more than one proof of who you are. Set up a second step for your account, "
                    + "then go on.",
                nextSteps: [
                    MessagePage.NextStep(
                        label: "Set up a second step",
                        target: .link(FormPath.setUpSecondFactor),
                        primary: true
                    ),
                    MessagePage.NextStep(label: "Go on to \(name)", target: .link(returnTo)),
                ]
            )
        case .user:
            let query = FormURLEncoded.encode([("return_to", returnTo), ("app", signIn.client.id.description)])
            return MessagePage(
                kind: .refused,
                title: "Another account is signed in",
                sentence: "\(name) asked for another account than the one that is signed in here.",
                nextSteps: [
                    MessagePage.NextStep(
                        label: "Sign in to that account",
                        target: .link("/sign-in?" + query),
                        primary: true
                    )
                ]
            )
        }
    }
}
