import AuthorizationServer

/// Signing keys of a node that has not read any.
enum NoSigningKeys {
    static let live = RotationSchedule(rotateEvery: 1000, publishAhead: 1000, longestLifetime: 1, cacheFor: 0).map {
        LiveSigningKeys(schedule: $0, unixTime: { 0 })
    }
}
