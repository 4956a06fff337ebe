/// Everything an ID token can get wrong: claims first, then shape, then signature, so that a forged signature covers
/// the changed claims.
enum IDTokenTwists {
    static let all: [Twist<IDTokenDraft>] =
        IDTokenPartyTwists.all + IDTokenTimeTwists.all + EmailVerifiedTwists.idToken + IDTokenShapeTwists.all
        + IDTokenHeaderTwists.all + IDTokenSignatureTwists.all
}
