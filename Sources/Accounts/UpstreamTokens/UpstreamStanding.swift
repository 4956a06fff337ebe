/// What can be done with stored tokens. Decided here and nowhere else.
public enum UpstreamStanding: Sendable, Hashable {
    /// The access token is handed out as it is.
    case usable
    /// It is renewed first.
    case due
    /// There is nothing that could be handed out or renewed: the person has to sign in with the provider again.
    case over

    /// An access token with less left is renewed before it is handed out: an app shall not get one that ends on its way.
    public static let margin: Int64 = 60

    /// Decides.
    /// - Parameter wasRenewed: whether the access token was renewed while this caller waited. Then it is handed out however short
    ///   its life is: renewing it once more would give the same.
    public init(of stored: StoredUpstreamTokens, wasRenewed: Bool) {
        guard stored.accessToken != nil else {
            self = .over
            return
        }
        guard let left = stored.secondsLeft else {
            self = .usable
            return
        }
        if left > (wasRenewed ? 0 : Self.margin) {
            self = .usable
        } else if stored.refreshToken != nil, !wasRenewed {
            self = .due
        } else {
            // Without a refresh token it is good for as long as it lasts.
            self = left > 0 ? .usable : .over
        }
    }
}
