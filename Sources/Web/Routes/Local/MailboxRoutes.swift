import Accounts
import Hummingbird
import Mail

/// `GET /development/mail`: mails that were caught instead of sent. Registered only in development mode.
struct MailboxRoutes: Sendable {
    let caught: any CaughtMailStore
    let publicOrigin: String
    let answers: Answers

    func register(on router: Router<RequestScope>) {
        router.get(RouterPath(FormPath.mailbox)) { _, _ in
            let mails: [CaughtMail]
            do {
                mails = try await caught.latest(limit: 50)
            } catch {
                throw Refusal(503, "store_unavailable", "The mails cannot be read at the moment.", retryAfter: 2)
            }
            return answers.page(
                .mailbox(
                    MailboxPage(
                        origin: publicOrigin,
                        mails: mails.map { mail in
                            MailboxPage.Mail(
                                when: PageTime(unixSeconds: mail.at.seconds),
                                to: mail.to,
                                subject: mail.subject,
                                text: mail.text
                            )
                        }
                    )
                )
            )
        }
    }
}
