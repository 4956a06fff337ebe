import JSON

/// The authorization code grant at the token endpoint (RFC 6749 §4.1.3): checked here, worded by each provider.
enum CodeExchange: Sendable {
    /// Everything fits; the code is spent.
    case granted(Grant, Client)
    /// Something does not.
    case refused(Refusal)

    /// What does not fit, in the order in which it is checked.
    enum Refusal: Sendable {
        case notAForm
        case repeated(String)
        case secretInURL
        case doubleAuthentication
        case unsupportedAuthentication
        case unknownClient
        case wrongSecret
        case wrongGrantType(String)
        case missing(String)
        case unknownCode
        case usedCode
        case expiredCode
        case otherClient
        case redirectMismatch
        case missingVerifier
        case wrongVerifier
    }

    /// Checks a request and spends its code. A code that was presented by a client that proved itself is spent
    /// whatever else is wrong: nobody gets a second guess at a verifier.
    static func examine(
        _ incoming: Incoming,
        at standIn: StandIn,
        methods: Set<ClientCredentials.Method>
    ) -> CodeExchange {
        switch authenticate(incoming, at: standIn, methods: methods) {
        case .refused(let refusal): .refused(refusal)
        case .proven(let client, let form): examine(form, client, at: standIn)
        }
    }

    /// What proving the client comes to.
    enum Authentication: Sendable {
        case proven(Client, FormFields)
        case refused(Refusal)
    }

    /// Reads the form and proves the client.
    static func authenticate(
        _ incoming: Incoming,
        at standIn: StandIn,
        methods: Set<ClientCredentials.Method>
    ) -> Authentication {
        guard let form = incoming.form else { return .refused(.notAForm) }
        if let name = form.repeatedName { return .refused(.repeated(name)) }
        if incoming.query.pairs.contains(where: { ["code", "client_secret", "code_verifier"].contains($0.name) }) {
            return .refused(.secretInURL)
        }
        let credentials = ClientCredentials(incoming, form: form)
        if credentials.method == .both {
            standIn.log.count("double_client_authentication", at: standIn.kind)
            return .refused(.doubleAuthentication)
        }
        guard methods.contains(credentials.method) else { return .refused(.unsupportedAuthentication) }
        guard let client = standIn.client(credentials.id) else { return .refused(.unknownClient) }
        guard credentials.prove(client) else { return .refused(.wrongSecret) }
        return .proven(client, form)
    }

    private static func examine(_ form: FormFields, _ client: Client, at standIn: StandIn) -> CodeExchange {
        let type = form["grant_type"]
        // GitHub does not ask for a grant type.
        guard type == "authorization_code" || (standIn.kind == .github && type == nil) else {
            return .refused(type.map(Refusal.wrongGrantType) ?? .missing("grant_type"))
        }
        guard let code = form.nonEmpty("code") else { return .refused(.missing("code")) }
        let lifetime = standIn.settings.codeLifetime
        switch standIn.codes.redeem(code, now: standIn.clock.milliseconds, lifetime: lifetime) {
        case .unknown:
            standIn.log.count("codes_unknown", at: standIn.kind)
            return .refused(.unknownCode)
        case .used(let grant):
            // RFC 6749 §4.1.2: a replay takes back what the first use gave.
            standIn.log.count("codes_replayed", at: standIn.kind)
            standIn.tokens.revoke(family: grant.family)
            return .refused(.usedCode)
        case .expired:
            standIn.log.count("codes_expired", at: standIn.kind)
            return .refused(.expiredCode)
        case .valid(let grant):
            return compare(form, grant, client)
        }
    }

    private static func compare(_ form: FormFields, _ grant: Grant, _ client: Client) -> CodeExchange {
        guard grant.clientID == client.id else { return .refused(.otherClient) }
        guard Array((form["redirect_uri"] ?? "").utf8) == Array(grant.redirectURI.utf8) else {
            return .refused(.redirectMismatch)
        }
        let verdict = ProofKey.check(
            verifier: form["code_verifier"],
            challenge: grant.challenge,
            method: grant.challengeMethod
        )
        return switch verdict {
        case .good: .granted(grant, client)
        case .missing: .refused(.missingVerifier)
        case .wrong: .refused(.wrongVerifier)
        }
    }
}
