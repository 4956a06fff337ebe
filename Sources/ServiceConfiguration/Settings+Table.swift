extension Settings {
    /// The table: every declared key, in the order of the documentation.
    static let table: [ConfigurationKey] = [
        publicURL.key, serviceName.key, contact.key, mode.key,
        serverHost.key, serverPort.key, serverMaximumBody.key, serverMaximumConnections.key,
        serverRequestTimeout.key, serverIdleTimeout.key, serverShutdownTimeout.key, serverTrustedProxies.key,
        serverThreads.key,
        metricsHost.key, metricsPort.key,
        databaseURL.key, databaseSharedConnections.key, databaseTransactionConnections.key,
        databaseConnectTimeout.key, databaseLeaseTimeout.key, databaseStatementTimeout.key,
        sessionIdleTimeout.key, sessionAbsoluteTimeout.key, sessionFreshFor.key, sessionCookieSameSite.key,
        sessionTouchInterval.key, sessionLimitPerUser.key,
        signInTransactionLifetime.key, signInReturnTo.key, signInReturnOrigins.key, signInDefaultReturnTo.key,
        signInMailedLink.key, signInMailedCode.key,
        passwordEnabled.key, passwordMinimumLength.key, passwordMinimumLengthWithSecondFactor.key,
        passwordBlockList.key,
        passwordBreachCheck.key, passwordBreachURL.key, passwordHashMemory.key, passwordHashPasses.key,
        passwordHashThreads.key, passwordHashKeepMemory.key, passwordQueueLimit.key, passwordResetLifetime.key,
        accountSignUpLifetime.key, accountUndoLifetime.key, accountIdentityUndoFor.key,
        throttlePasswordsPerPair.key, throttlePasswordsPerAddress.key, throttleAttemptsPerClient.key,
        throttleMailsPerAddress.key, throttleMailsPerClient.key, throttleStartsPerClient.key,
        linkingPolicyFile.key, linkingPrivilegedRoles.key, linkingHoldLifetime.key, rolesPermissions.key,
        providersDirectory.key, providerEnabled.key, providerLinkOnly.key, providerClientID.key,
        providerClientSecret.key,
        providerPreviousSecret.key, providerIssuer.key, providerName.key, providerNativeClientIDs.key,
        providerAuthoritativeFor.key, providerKeepTokens.key, providerAdditionalScopes.key,
        outboundAllowLoopbackHTTP.key, outboundAllowedNetworks.key, outboundCAFile.key, outboundProxy.key,
        outboundTimeout.key, outboundMaximumConcurrent.key,
        mailURL.key, mailUsername.key, mailPassword.key, mailFrom.key, mailFromName.key, mailTLS.key, mailCAFile.key,
        mailCatch.key, mailTimeout.key,
        developmentOrigin.key, developmentSkipDummyHash.key,
        clientsDirectory.key, clientsRefreshWindow.key,
        tokensKeysRotateEvery.key, tokensKeysPublishAhead.key, tokensKeysOverlap.key, tokensKeysCacheFor.key,
        retentionDecisions.key, retentionAccountEvents.key, retentionAppEvents.key, retentionDeadJobs.key,
        templatesDirectory.key,
        logLevel.key, logFormat.key,
        encryptionKeys.key, administrationKeys.key,
    ]
}

extension ConfigurationKey {
    /// Every setting there is, in the order of the documentation.
    public static var all: [ConfigurationKey] { Settings.table }
}
