extension Settings {
    static let tokensKeysRotateEvery = Setting(
        "tokens.keys.rotate_every",
        .duration(.hours(1) ... .days(3650)),
        default: .days(90),
        example: "30d",
        "How long a key signs before the next one takes its place (docs/signing-keys.md)."
    )
    static let tokensKeysPublishAhead = Setting(
        "tokens.keys.publish_ahead",
        .duration(.minutes(5) ... .days(90)),
        default: .days(1),
        example: "7d",
        "How long a key is in the key set at least before it signs. At least three minutes longer than `tokens.keys.cache_for`; "
            + "better as long as the most stubborn relying party keeps the set."
    )
    static let tokensKeysOverlap = Setting(
        "tokens.keys.overlap",
        .duration(.minutes(5) ... .days(90)),
        default: .days(1),
        example: "12h",
        "How long what is signed may be valid at most. A key stays in the key set for as long after it stopped signing, and eight "
            + "minutes more."
    )
    static let tokensKeysCacheFor = Setting(
        "tokens.keys.cache_for",
        .duration(.seconds(0) ... .days(1)),
        default: .hours(1),
        example: "15m",
        "How long relying parties may keep the key set: `max-age` of `/oauth/jwks`. A leaked key is believed for as long."
    )
}
