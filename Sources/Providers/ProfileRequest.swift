public import Cryptography
import JSON
public import OAuth

/// One question that is asked with the access token.
public struct ProfileRequest: Sendable, Hashable {
    /// A fixed header.
    public struct Header: Sendable, Hashable {
        /// Name.
        public let name: String
        /// Value.
        public let value: String
    }

    /// The name under which claim paths find the answer.
    public let name: String
    /// Where to.
    public let url: EndpointURL
    /// Further headers.
    public let headers: [Header]
    /// Most pages that are read, following `Link: …; rel="next"`; 1 for an answer that has no pages.
    public let maximumPages: Int
    /// Statuses that mean "there is nothing for you" rather than a failure.
    public let absentStatuses: Set<Int>
    let bulkhead: String
    let origins: OriginSubstitutions

    init(
        name: String,
        url: EndpointURL,
        headers: [Header] = [],
        maximumPages: Int = 1,
        absentStatuses: Set<Int> = [],
        bulkhead: String,
        origins: OriginSubstitutions
    ) {
        self.name = name
        self.url = url
        self.headers = headers
        self.maximumPages = maximumPages
        self.absentStatuses = absentStatuses
        self.bulkhead = bulkhead
        self.origins = origins
    }

    /// The HTTP request for the first page, or for a page that ``read(_:)`` named. The token travels in the Authorization
    /// header only (F01, RFC 6750 §2.1).
    public func outbound(accessToken: Secret, page: EndpointURL? = nil) -> OutboundRequest {
        // Whoever calls with a page from elsewhere gets the first page: a token never leaves this origin.
        let target = page.flatMap { $0.origin == url.origin ? $0 : nil } ?? url
        var fields: [OutboundRequest.Header] = [.init("Authorization", "Bearer " + accessToken.reveal())]
        for (name, value) in [("Accept", "application/json"), ("User-Agent", OutboundRequest.userAgent)]
        where !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            fields.append(.init(name, value))
        }
        fields += headers.map { .init($0.name, $0.value) }
        return OutboundRequest(.get, target.description, headers: fields, bulkhead: bulkhead)
    }

    /// Reads one answer.
    public func read(_ response: OutboundResponse) throws(ProfileFault) -> ProfileAnswer {
        let retryAfter = RetryAfter.seconds(response)
        // GitHub says 403 when the allowance is used up: that must not pass for "no address".
        let allowanceUsedUp =
            response.header("x-ratelimit-remaining") == "0" || response.header("x-rate-limit-remaining") == "0"
        switch response.status {
        case 200: break
        case 429: throw ProfileFault(.rateLimited, retryAfter: retryAfter)
        case 403 where allowanceUsedUp || response.header("retry-after") != nil:
            throw ProfileFault(.rateLimited, retryAfter: retryAfter)
        case let status where absentStatuses.contains(status): return .absent
        case 401: throw ProfileFault(.unauthorized)
        case 403: throw ProfileFault(.forbidden)
        case 300...399: throw ProfileFault(.redirected)
        case 500...599: throw ProfileFault(.unavailable, retryAfter: retryAfter)
        default: throw ProfileFault(.unexpectedStatus)
        }
        guard let type = response.mediaType, type == "application/json" || type.hasSuffix("+json") else {
            throw ProfileFault(.unexpectedContentType)
        }
        guard let value = try? JSONValue.parse(response.body) else { throw ProfileFault(.malformedBody) }
        return .answer(value, nextPage: nextPage(response))
    }

    // The next page has to be where the first one was: a Link header must not carry the token elsewhere (SSRF).
    private func nextPage(_ response: OutboundResponse) -> EndpointURL? {
        guard maximumPages > 1 else { return nil }
        for (name, value) in response.headers where name == "link" {
            guard let target = LinkHeader.target(of: "next", in: value), let url = EndpointURL(target) else { continue }
            let page = origins.apply(to: url)
            if page.origin == self.url.origin { return page }
        }
        return nil
    }
}
