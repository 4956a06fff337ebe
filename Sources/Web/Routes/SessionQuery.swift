import Accounts
import OAuth

/// What the query of a session check asks for: `max_age`, `acr`, `role`, `return_to` and `answer`.
struct SessionQuery: Sendable, Hashable {
    /// What the session has to be.
    let demand: SessionDemand
    /// Where the person comes back to after signing in again; not checked yet.
    let returnTo: String?
    /// Whether a proxy hands the answer itself to the browser, so that a person is redirected instead of refused.
    let redirects: Bool

    /// Reads a query. What cannot be understood is refused: a demand that is dropped would let everybody in.
    init(_ query: String?) throws(Refusal) {
        guard let query, !query.isEmpty else {
            (demand, returnTo, redirects) = (.none, nil, false)
            return
        }
        guard let parameters = try? FormURLEncoded.parse(query) else { throw .malformed }
        for name in parameters.names where !["max_age", "acr", "role", "return_to", "answer"].contains(name) {
            throw .invalidRequest("There is no parameter \"\(name.prefix(40))\" here.")
        }
        demand = SessionDemand(
            maximumAge: try Self.seconds(parameters["max_age"]),
            level: try Self.level(parameters["acr"]),
            roles: try Self.roles(parameters["role"])
        )
        returnTo = parameters["return_to"]
        switch parameters["answer"] {
        case nil, "status": redirects = false
        case "redirect": redirects = true
        default: throw .invalidRequest("answer has to be status or redirect.")
        }
    }

    private static func seconds(_ text: String?) throws(Refusal) -> Int64? {
        guard let text else { return nil }
        // 0 would send everybody in circles: a sign-in is older than that when it arrives.
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(text), seconds > 0
        else { throw .invalidRequest("max_age has to be a number of seconds from 1 to 999999999.") }
        return seconds
    }

    private static func level(_ text: String?) throws(Refusal) -> AuthenticationLevel? {
        guard let text else { return nil }
        guard let level = AuthenticationLevel(acr: text) else {
            throw .invalidRequest(
                "acr has to be one of " + AuthenticationLevel.allCases.map(\.acr).joined(separator: ", ") + "."
            )
        }
        return level
    }

    private static func roles(_ text: String?) throws(Refusal) -> [String] {
        guard let text else { return [] }
        let roles = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !roles.contains("") else { throw .invalidRequest("role has to be names of roles with commas between.") }
        return roles
    }
}
