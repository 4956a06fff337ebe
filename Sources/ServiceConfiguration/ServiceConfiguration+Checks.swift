import Accounts

/// What one setting cannot know about another.
extension ServiceConfiguration {
    /// Notes every contradiction between settings that are sound in themselves.
    func check(_ resolver: inout Resolver) {
        checkTransport(&resolver)
        checkTimes(&resolver)
        checkListeners(&resolver)
        checkKeys(&resolver)
        mail.check(mode, &resolver)
        passwords.check(&resolver)
        tokens.check(&resolver)
        for (id, provider) in providers.byID.sorted(by: { $0.key.description < $1.key.description }) {
            provider.check(id.description, mode, &resolver)
        }
        if providers.enabled.isEmpty, !hasLocalAccounts {
            resolver.warn(["providers.<id>.client_id"], "no provider is enabled: nobody can sign in")
        }
        if mode == .development {
            resolver.warn(["mode"], "development mode: never use it for real accounts")
        }
    }

    /// A person's cookie and a provider's code travel encrypted, or do not leave the machine.
    private func checkTransport(_ resolver: inout Resolver) {
        if mode == .production, !publicURL.isSecure {
            let message = "http is not allowed in production; use https, or mode: development on your own machine"
            resolver.fail(.notAllowed, ["public_url", "mode"], message)
        }
        if mode == .production, signIn.returnTo.contains(where: { $0.hasPrefix("http://") }) {
            resolver.fail(.notAllowed, ["sign_in.return_to", "mode"], "http URLs are not allowed in production")
        }
        if mode == .production, development.skipsDummyHash {
            resolver.fail(.notAllowed, ["development.skip_dummy_hash", "mode"], "only allowed in mode: development")
        }
        if mode == .production, outbound.allowLoopbackHTTP {
            resolver.fail(.notAllowed, ["outbound.allow_loopback_http", "mode"], "only allowed in mode: development")
        }
        for (origin, target) in development.origins.sorted(by: { $0.key.description < $1.key.description }) {
            let path = resolver.path(ofDevelopmentOrigin: origin)
            if mode == .production {
                resolver.fail(.notAllowed, [path, "mode"], "stand-ins are only allowed in mode: development")
            } else if !target.isLoopback {
                let message = "a stand-in has to be on localhost, 127.0.0.1 or [::1]"
                resolver.fail(.notAllowed, [path], message)
            } else if !target.isSecure, !outbound.allowLoopbackHTTP {
                let message = "an http stand-in needs outbound.allow_loopback_http: true"
                resolver.fail(.conflict, [path, "outbound.allow_loopback_http"], message)
            }
        }
    }

    private func checkTimes(_ resolver: inout Resolver) {
        if session.idleTimeout > session.absoluteTimeout {
            let message = "session.idle_timeout must not be longer than session.absolute_timeout"
            resolver.fail(.conflict, ["session.idle_timeout", "session.absolute_timeout"], message)
        }
        if session.freshFor > session.absoluteTimeout {
            let message = "session.fresh_for must not be longer than session.absolute_timeout"
            resolver.fail(.conflict, ["session.fresh_for", "session.absolute_timeout"], message)
        }
        if session.touchInterval >= session.idleTimeout {
            let message =
                "session.touch_interval has to be shorter than session.idle_timeout, "
                + "or sessions in use would end"
            resolver.fail(.conflict, ["session.touch_interval", "session.idle_timeout"], message)
        }
        if outbound.timeout >= server.requestTimeout {
            let message =
                "outbound.timeout has to be shorter than server.request_timeout, "
                + "or a slow provider's failure could never be shown"
            resolver.fail(.conflict, ["outbound.timeout", "server.request_timeout"], message)
        }
    }

    private func checkListeners(_ resolver: inout Resolver) {
        if let port = metrics.port, port == server.port {
            let message = "metrics.port and server.port must differ: metrics are not for the public"
            resolver.fail(.conflict, ["metrics.port", "server.port"], message)
        }
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(server.host)
        if mode == .production, isLocal, server.trustedProxies.isEmpty {
            let message =
                "the service listens on loopback only and trusts no proxy: "
                + "every request will seem to come from the proxy's address"
            resolver.warn(["server.trusted_proxies", "server.host"], message)
        }
    }

    private func checkKeys(_ resolver: inout Resolver) {
        if Set(encryption.keys.map(\.id)).count < encryption.keys.count {
            resolver.fail(.conflict, ["encryption.keys"], "two keys have the same id")
        }
        // The example is published with the documentation: whoever copies it encrypts for everybody.
        let published = try? ValueType.encryptionKey.read(Settings.encryptionKeys.key.example).material
        if mode == .production, encryption.keys.contains(where: { $0.material == published }) {
            let message = "the documentation's example is no key for production; make one of your own"
            resolver.fail(.notAllowed, ["encryption.keys", "mode"], message)
        }
    }
}

extension ServiceConfiguration.Provider {
    fileprivate func check(_ id: String, _ mode: ServiceConfiguration.Mode, _ resolver: inout Resolver) {
        let path = "providers.\(id)"
        let (enabled, client) = ("\(path).enabled", "\(path).client_id")
        let (secret, previous) = ("\(path).client_secret", "\(path).client_secret_previous")
        if isEnabled, clientID == nil {
            resolver.fail(.conflict, [enabled, client], "an enabled provider needs \(client)")
        }
        if clientSecret != nil, clientID == nil {
            resolver.fail(.conflict, [secret, client], "\(secret) needs \(client)")
        }
        if let previousClientSecret {
            if clientSecret == nil {
                resolver.fail(.conflict, [previous, secret], "\(previous) needs \(secret)")
            } else if previousClientSecret == clientSecret {
                resolver.warn([previous, secret], "the previous secret is the current one; leave it out")
            }
        }
        if !additionalScopes.isEmpty, !keepsTokens {
            let (scopes, keep) = ("\(path).additional_scopes", "\(path).keep_tokens")
            resolver.fail(.conflict, [scopes, keep], "\(scopes) needs \(keep): nobody uses what they would allow")
        }
        if mode == .production, issuer?.hasPrefix("http://") == true {
            resolver.fail(.notAllowed, ["\(path).issuer", "mode"], "an http issuer is not allowed in production")
        }
    }
}
