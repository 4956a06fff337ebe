import Accounts
import Cryptography
import JSON
import OAuth
import OpenIDConnect

/// Captured answers in a provider's file, and what has to become of them. Run by the test suite for every file, and by
/// `latchkey providers check`, through the same code that reads real answers.
public struct ProviderExample: Sendable, Hashable {
    /// One captured answer.
    struct Page: Sendable, Hashable {
        let status: Int
        let body: String
    }

    /// What has to come out.
    struct ExpectedIdentity: Sendable, Hashable {
        let subject: String
        let email: String?
        let evidence: EmailEvidence?
        let name: String?
        let username: String?
        let picture: String?
    }

    /// The two ways an example can end.
    enum Expectation: Sendable, Hashable {
        case identity(ExpectedIdentity)
        /// The code of a ``ClaimFault`` or ``ProfileFault``.
        case refusal(String)
    }

    /// What the example shows.
    public let name: String
    let idToken: JSONObject?
    let answers: [String: [Page]]
    let expectation: Expectation

    /// Runs the example.
    /// - Returns: Nil when everything is as expected, else one sentence that says what is not.
    public func failure(with provider: Provider) -> String? {
        switch (outcome(with: provider), expectation) {
        case (.success(let identity), .identity(let expected)): Self.difference(identity, expected)
        case (.failure(let failure), .refusal(let code)):
            failure.code == code ? nil : "refused with \(failure.code) instead of \(code)"
        case (.success(let identity), .refusal(let code)):
            "not refused with \(code): subject \(identity.key.subject)"
        case (.failure(let failure), .identity): "refused with \(failure.code)"
        }
    }

    private struct Refusal: Error { let code: String }

    private func outcome(with provider: Provider) -> Result<AssertedIdentity, Refusal> {
        do {
            let collected = try collect(provider)
            return .success(try provider.mapClaims(idToken: claims(), answers: collected))
        } catch let fault as ClaimFault {
            return .failure(Refusal(code: fault.code))
        } catch let fault as ProfileFault {
            return .failure(Refusal(code: fault.code))
        } catch {
            return .failure(Refusal(code: "unexpected_fault"))
        }
    }

    private func collect(_ provider: Provider) throws(ProfileFault) -> [String: JSONValue] {
        var requests = provider.profile
        if provider.asksUserInfo, answers[ClaimPath.userInfo] != nil,
            let url = EndpointURL("https://userinfo.example/")
        {
            requests.insert(
                ProfileRequest(name: ClaimPath.userInfo, url: url, bulkhead: "example", origins: .none),
                at: 0
            )
        }
        var collected: [String: JSONValue] = [:]
        for request in requests {
            var collection = ProfileCollection([request], accessToken: Secret("example"))
            var pages = (answers[request.name] ?? [])[...]
            while collection.next() != nil {
                // An answer the example leaves out is one the provider does not give.
                let page = pages.popFirst() ?? Page(status: 404, body: "")
                try collection.receive(Self.response(page, next: pages.isEmpty ? nil : request.url))
            }
            collected.merge(collection.answers) { $1 }
        }
        return collected
    }

    private static func response(_ page: Page, next: EndpointURL?) -> OutboundResponse {
        var headers = [(name: "content-type", value: "application/json; charset=utf-8")]
        if let next { headers.append((name: "link", value: "<\(next)>; rel=\"next\"")) }
        return OutboundResponse(status: page.status, headers: headers, body: Array(page.body.utf8))
    }

    // Stands for a token that passed ``IDTokenVerifier``; times and issuer were its business.
    private func claims() -> IDTokenClaims? {
        guard let idToken else { return nil }
        return IDTokenClaims(
            issuer: idToken["iss"]?.string ?? "",
            subject: idToken["sub"]?.string ?? "",
            issuedAt: 0,
            expiresAt: 0,
            authenticatedAt: nil,
            all: idToken
        )
    }

    private static func difference(_ identity: AssertedIdentity, _ expected: ExpectedIdentity) -> String? {
        let email = identity.email.map { "\($0.address) (\($0.evidence.rawValue))" } ?? "none"
        let expectedEmail =
            expected.email.map { "\($0) (\(expected.evidence?.rawValue ?? "no evidence given"))" } ?? "none"
        if identity.key.subject != expected.subject {
            return "subject \(identity.key.subject), expected \(expected.subject)"
        }
        if email != expectedEmail { return "e-mail \(email), expected \(expectedEmail)" }
        for (what, found, wanted) in [
            ("name", identity.displayName, expected.name), ("username", identity.username, expected.username),
            ("picture", identity.pictureURL, expected.picture),
        ] where wanted != nil && wanted != found {
            return "\(what) \(found ?? "none"), expected \(wanted ?? "none")"
        }
        return nil
    }
}
