extension ServiceConfiguration {
    /// Settings of `tokens`: what is issued to apps.
    public struct Tokens: Sendable {
        /// Settings of `tokens.keys`: what signs them.
        public struct Keys: Sendable {
            /// How long a key signs.
            public let rotateEvery: Duration
            /// How long it is published before that.
            public let publishAhead: Duration
            /// How long what it signs may be valid, and so how long it is published afterwards.
            public let overlap: Duration
            /// How long relying parties may keep the key set.
            public let cacheFor: Duration
        }

        /// Settings of `tokens.keys`.
        public let keys: Keys
    }
}

extension ServiceConfiguration.Tokens {
    /// What a node may be behind the database.
    private static let lag: Duration = .minutes(3)

    init(_ resolver: inout Resolver) {
        keys = Keys(
            rotateEvery: resolver.value(Settings.tokensKeysRotateEvery),
            publishAhead: resolver.value(Settings.tokensKeysPublishAhead),
            overlap: resolver.value(Settings.tokensKeysOverlap),
            cacheFor: resolver.value(Settings.tokensKeysCacheFor)
        )
    }

    func check(_ resolver: inout Resolver) {
        if keys.publishAhead < keys.cacheFor + Self.lag {
            let message =
                "tokens.keys.publish_ahead has to be at least three minutes longer than tokens.keys.cache_for, "
                + "or a key would sign before every relying party has it"
            resolver.fail(.conflict, ["tokens.keys.publish_ahead", "tokens.keys.cache_for"], message)
        }
        if keys.rotateEvery < keys.publishAhead {
            let message =
                "a key cannot be replaced before the next one has been published for tokens.keys.publish_ahead"
            resolver.fail(.conflict, ["tokens.keys.rotate_every", "tokens.keys.publish_ahead"], message)
        }
    }
}
