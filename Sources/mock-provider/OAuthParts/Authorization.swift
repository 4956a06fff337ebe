import Cryptography

/// The authorization endpoint, the same for every provider but for its rules and the order of its parameters.
struct Authorization: Sendable {
    let standIn: StandIn
    let rules: AuthorizationRules
    /// A new code in the provider's own look.
    let makeCode: @Sendable () -> String
    /// The parameters of a successful callback, in the provider's own order.
    let parameters: @Sendable (AuthorizationRequest, _ code: String, Person) -> [(String, String)]
    /// The parameters of an error callback.
    let errorParameters: @Sendable (AuthorizationRequest, _ error: String, _ description: String?) -> [(String, String)]

    /// Shows the consent page, or answers it at once for a person the tester chose.
    func answer(_ incoming: Incoming) -> Answer {
        guard incoming.method == "GET" || incoming.method == "POST" else {
            return Answer(status: 405, headers: [("allow", "GET, POST")])
        }
        let request: AuthorizationRequest
        do throws(AuthorizationRefusal) {
            request = try AuthorizationRequest.parse(incoming.query, at: standIn, rules: rules)
        } catch {
            return refuse(error)
        }
        guard let decision = decide(incoming, request) else {
            return ConsentPage.answer(request, standIn)
        }
        return carryOut(decision, request, incoming)
    }

    /// Who decides, in this order: the submitted page, the test's header or cookie, a hint that names a known
    /// person, the queue, the mode.
    private func decide(_ incoming: Incoming, _ request: AuthorizationRequest) -> Decision? {
        if incoming.method == "POST", let form = incoming.form { return ConsentPage.decision(form, standIn) }
        if let choice = incoming.header("mock-person") ?? incoming.cookie("mock_person") { return choose(choice) }
        if let hint = request.loginHint, let person = standIn.people.find(hint) { return .allow(person) }
        return standIn.consent.decide { standIn.people.invent() }
    }

    /// `deny`, `error:<code>`, `fresh`, or a person.
    private func choose(_ choice: String) -> Decision? {
        switch choice {
        case "deny": .deny
        case "fresh": .allow(standIn.people.invent())
        case _ where choice.hasPrefix("error:"): .error(code: String(choice.dropFirst(6)), description: nil)
        default: standIn.people.find(choice).map(Decision.allow)
        }
    }

    private func carryOut(_ decision: Decision, _ request: AuthorizationRequest, _ incoming: Incoming) -> Answer {
        let person: Person?
        let pairs: [(String, String)]
        switch decision {
        case .allow(let allowed):
            person = allowed
            let code = makeCode()
            standIn.codes.issue(
                code,
                Grant(
                    person: allowed,
                    clientID: request.client.id,
                    redirectURI: request.redirectURI,
                    scope: request.scope,
                    nonce: request.nonce,
                    challenge: request.challenge,
                    challengeMethod: request.challengeMethod,
                    issuedAt: standIn.clock.milliseconds,
                    family: code,
                    isOffline: request.isOffline,
                    asksConsent: request.prompt?.split(separator: " ").contains("consent") ?? false
                )
            )
            pairs = parameters(request, code, allowed)
        case .deny:
            person = nil
            pairs = errorParameters(request, "access_denied", nil)
        case .error(let code, let description):
            person = nil
            pairs = errorParameters(request, code, description)
        }
        var callback = CallbackDraft(parameters: pairs, issuer: standIn.issuer, state: request.state)
        let chosen = standIn.misbehaviours.take(.callback) + (person?.misbehaviours(on: .callback) ?? [])
        standIn.twist(&callback, with: CallbackTwists.all, chosen: chosen, origin: incoming.origin)
        return .redirect(callback.location(request.redirectURI), status: incoming.method == "POST" ? 303 : 302)
    }

    private func refuse(_ refusal: AuthorizationRefusal) -> Answer {
        switch refusal {
        case .page(let status, let error, let detail):
            return ConsentPage.refusal(status: status, error: error, detail: detail, kind: standIn.kind)
        case .redirect(let address, let state, let error, let description):
            var pairs = [("error", error), ("error_description", description)]
            if let state { pairs.append(("state", state)) }
            if standIn.settings.sendsIssuer { pairs.append(("iss", standIn.issuer)) }
            let callback = CallbackDraft(parameters: pairs, issuer: standIn.issuer, state: state)
            return .redirect(callback.location(address))
        }
    }
}
