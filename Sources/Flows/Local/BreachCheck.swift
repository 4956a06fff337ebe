import Accounts
public import OAuth

/// Asks the range API of Have I Been Pwned whether a password is known from a breach: five hexadecimal digits of its SHA-1
/// leave this machine, never the password.
public struct BreachCheck: Sendable {
    private let transport: any HTTPTransport
    private let endpoint: String
    private let failsOpen: Bool

    /// - Parameters:
    ///   - endpoint: where `/range/ABCDE` is, without a slash at the end.
    ///   - failsOpen: whether a password passes when the list cannot be asked.
    public init(transport: any HTTPTransport, endpoint: String, failsOpen: Bool) {
        self.transport = transport
        self.endpoint = endpoint
        self.failsOpen = failsOpen
    }

    func callAsFunction(_ password: Password) async throws(FlowFailure) {
        let range = PwnedRange(password)
        let found: Bool?
        do {
            let answer = try await transport.send(
                OutboundRequest(
                    .get,
                    PwnedRange.request(prefix: range.prefix, base: endpoint),
                    // Padding hides how many entries a prefix has from whoever watches the wire.
                    headers: [.init("Add-Padding", "true"), .init("Accept", "text/plain")],
                    bulkhead: "breached-passwords",
                    timeout: .seconds(3)
                )
            )
            found = answer.status == 200 ? PwnedRange.contains(body: answer.body, suffix: range.suffix) : nil
        } catch {
            found = nil
        }
        switch found {
        case false?: return
        case true?:
            throw FlowFailure(.checkPasswordRules, .passwordRefused, detail: "breached")
                .explained(PasswordFault.breached.sentence)
        case nil:
            guard failsOpen else {
                throw FlowFailure(.checkPasswordRules, .overloaded, detail: "breach_list_unavailable", retryAfter: 5)
                    .explained("We could not check your new password just now. Try again in a moment.")
            }
        }
    }
}
