import Accounts
import Flows
import Hummingbird

/// `GET /account/receipts/{id}`: what a claim removed, for whoever claimed, and for nobody else.
struct ClaimReceiptRoutes: Sendable {
    let replies: LocalReplies

    func register(on router: Router<RequestScope>) {
        router.get("/account/receipts/{id}") { request, context in
            let visitor = replies.visitors.visitor(request, context)
            let (session, otherwise) = try await replies.pageSession(visitor, fresh: false, request)
            guard let session else { return otherwise ?? replies.answers.seeOther("/sign-in") }
            guard let id = context.parameters.get("id").flatMap({ ClaimReceiptID($0) }) else { throw Refusal.notFound }
            let receipt: ClaimReceipt?
            do throws(StoreFailure) {
                receipt = try await replies.services.receipts.receipt(id, of: session.user.id)
            } catch {
                throw Refusal(FlowFailure(.checkSession, .storeUnavailable, retryAfter: 2), providerName: nil)
            }
            guard let receipt else { throw Refusal.notFound }
            let removed = receipt.removedWords(replies.providerName)
            return replies.answers.page(.form(.claimReceipt(receipt.address, removed: removed)))
        }
    }
}
