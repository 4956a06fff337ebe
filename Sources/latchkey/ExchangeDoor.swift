import AuthorizationServer

/// Nobody arrives by token exchange yet.
struct ExchangeDoor: ExchangeArrivals {
    func arrive(_ arrival: ExchangedArrival) async throws(OAuthFailure) {
        throw OAuthFailure(.invalidRequest, "tokens of this provider are not taken")
    }
}
