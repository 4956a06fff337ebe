public import Cryptography
public import JSON
public import OAuth

/// Collects the answers to a provider's profile requests: says what to ask next, takes what came back. The caller only
/// sends. Every request is made exactly once (F07: each user read at X is billed), apart from further pages.
///
/// ```swift
/// var collection = ProfileCollection(provider.profileRequests(endpoints), accessToken: token)
/// while let request = collection.next() { try collection.receive(try await transport.send(request)) }
/// ```
public struct ProfileCollection: Sendable {
    /// The answers so far, by request name. Absent ones are left out; the pages of a list are joined.
    public private(set) var answers: [String: JSONValue] = [:]
    private var remaining: ArraySlice<ProfileRequest>
    private var page: EndpointURL?
    private var pages = 0
    private let accessToken: Secret

    /// Starts collecting.
    public init(_ requests: [ProfileRequest], accessToken: Secret) {
        remaining = requests[...]
        self.accessToken = accessToken
    }

    /// The request to send now; nil when everything was asked.
    public func next() -> OutboundRequest? {
        remaining.first?.outbound(accessToken: accessToken, page: page)
    }

    /// Takes the answer to the request ``next()`` named.
    public mutating func receive(_ response: OutboundResponse) throws(ProfileFault) {
        guard let request = remaining.first else { return }
        switch try request.read(response) {
        case .absent: advance()
        case .answer(let value, let nextPage):
            pages += 1
            answers[request.name] = Self.joined(answers[request.name], value)
            if let nextPage, pages < request.maximumPages { page = nextPage } else { advance() }
        }
    }

    private mutating func advance() {
        remaining = remaining.dropFirst()
        page = nil
        pages = 0
    }

    // Only lists have pages that can be joined; of anything else the first page stands.
    private static func joined(_ earlier: JSONValue?, _ later: JSONValue) -> JSONValue {
        guard let earlier else { return later }
        guard let first = earlier.array, let second = later.array else { return earlier }
        return .array(first + second)
    }
}
