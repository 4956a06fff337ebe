import Accounts
import Flows
import HTTPTypes
import Hummingbird
import OAuth

extension Answers {
    /// The page of a decision that starts no session.
    func stopped(_ stop: StoppedSignIn, at button: WebServices.Button, requestID: String) -> Response {
        let since = stop.since.map { PageTime(unixSeconds: $0.seconds).readableForm } ?? ""
        let page = MessagePage(
            kind: stop.isWaiting ? .waiting : .refused,
            title: stop.title,
            sentence: stop.sentence.replacing("{provider}", with: button.name).replacing("{since}", with: since),
            nextSteps: Self.links(after: stop.nextStep, linking: stop.isLinking, with: button, contact: contact)
                + (stop.offersMerge ? [Self.merge] : []),
            requestID: requestID
        )
        return self.page(.message(page), status: HTTPResponse.Status(code: stop.status))
    }

    private static let merge = MessagePage.NextStep(
        label: "Both are mine: merge them",
        target: .link(FormPath.merge)
    )

    /// Links for what a linking decision offers next: each leads to where it can be done.
    static func links(
        after step: Accounts.NextStep?,
        linking: Bool,
        with button: WebServices.Button,
        contact: String? = nil
    ) -> [MessagePage.NextStep] {
        let signIn = MessagePage.NextStep(label: "Sign in another way", target: .link("/sign-in"), primary: true)
        let account = MessagePage.NextStep(label: "Back to your account", target: .link(FormPath.account))
        let again = MessagePage.NextStep(
            label: linking ? "Add \(button.name) again" : "Sign in with \(button.name) again",
            target: .post(
                action: (linking ? "/account/link/" : "/sign-in/") + button.id.description,
                returnTo: linking ? FormPath.account : nil
            ),
            primary: true
        )
        switch step {
        case .unlinkThere where button.isLinkOnly:
            // It signs nobody in: the account it belongs to is reached another way.
            return [Self.signIn(with: FormPath.account, label: "Sign in to the other account"), account]
        case .unlinkThere:
            // To the account it belongs to; there it can be unlinked.
            return [
                MessagePage.NextStep(
                    label: "Sign in with \(button.name)",
                    target: .post(action: "/sign-in/\(button.id)", returnTo: FormPath.account),
                    primary: true
                ), account,
            ]
        case .confirmItIsYou:
            // And then on with what was begun.
            let returnTo = FormPath.link(button.id.description)
            let target = FormPath.confirmIdentity + "?" + FormURLEncoded.encode([("return_to", returnTo)])
            return [
                MessagePage.NextStep(label: "Confirm that it is you", target: .link(target), primary: true), account,
            ]
        case .allowAgain where linking:
            return [MessagePage.NextStep(label: "Go to your account", target: .link(FormPath.account), primary: true)]
        case .verifyAddressThere, .shareAddress, .startAgain:
            return [again, linking ? account : MessagePage.NextStep(label: signIn.label, target: signIn.target)]
        case .signInAgain:
            return [Self.signIn(with: FormPath.link(button.id.description), label: "Sign in again")]
        case .waitForAdministrator, .askForInvitation, .contactAdministrator:
            let home =
                linking
                ? MessagePage.NextStep(label: "Go to your account", target: .link(FormPath.account), primary: true)
                : signIn
            return [home] + reach(contact, forInvitation: step == .askForInvitation)
        case .proveOwnership, .enterMailedCode, .signInAnotherWay, .allowAgain, .chooseAnotherWay, nil:
            return linking
                ? [MessagePage.NextStep(label: "Go to your account", target: .link(FormPath.account), primary: true)]
                : [signIn]
        }
    }

    private static func signIn(with returnTo: String, label: String) -> MessagePage.NextStep {
        let target = "/sign-in?" + FormURLEncoded.encode([("return_to", returnTo)])
        return MessagePage.NextStep(label: label, target: .link(target), primary: true)
    }

    /// To whoever runs the service, who alone can help.
    private static func reach(_ contact: String?, forInvitation: Bool) -> [MessagePage.NextStep] {
        guard let contact else { return [] }
        let label = forInvitation ? "Ask for an invitation" : "Ask the administrator"
        return [MessagePage.NextStep(label: label, target: .contact(contact))]
    }
}
