import Flows
import HTTPTypes
import Hummingbird
import OAuth

/// `GET /signed-in`: the stop between the provider's redirect and the page the person wanted.
///
/// The callback answers 303 at once, so that no code stays in the history. But that redirect still belongs to a navigation
/// that another site began: a `SameSite=Strict` session cookie would not be sent along, and browsers keep a page reached that
/// way in their back/forward cache even after sign-out. From here on the navigation is our own.
struct SignedInRoutes: Sendable {
    let services: WebServices
    let answers: Answers

    func register(on router: Router<RequestScope>) {
        router.get("/signed-in") { request, _ in
            guard let parameters = try? FormURLEncoded.parse(request.uri.query ?? "") else { throw Refusal.malformed }
            let settings = services.settings
            let target =
                parameters["to"].flatMap { ReturnAddress($0, registered: settings.returnAddresses)?.value }
                ?? settings.defaultReturnAddress
            return parameters["switched"] == "1"
                ? switched(to: target) : answers.passOn(to: target, saying: "You are signed in.")
        }
    }

    /// Where the callback sends the browser.
    static func path(to address: String, switched: Bool) -> String {
        "/signed-in?" + FormURLEncoded.encode([("to", address)] + (switched ? [("switched", "1")] : []))
    }

    /// Returning from a provider as somebody else than the browser was signed in as is never silent (B19).
    private func switched(to target: String) -> Response {
        answers.page(
            .message(
                MessagePage(
                    kind: .info,
                    title: "You are signed in to another account now",
                    sentence:
                        "This browser was signed in to one account, and you have just signed in to a different one. "
                        + "The first one is signed out here; nothing was moved or joined.",
                    nextSteps: [.init(label: "Continue", target: .link(target), primary: true)],
                    requestID: nil
                )
            )
        )
    }
}

extension HTTPField.Name {
    // "Refresh" is a token (RFC 9110 §5.6.2), so the initialiser cannot fail; the fallback is never used.
    static let refresh = HTTPField.Name("Refresh") ?? .via
}
