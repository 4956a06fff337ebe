import Accounts
import Administration
import Flows
import PostgresStore
import Providers
import ServiceConfiguration

/// What the command line and the administration interface do with the policy.
func administrationServices(
    _ configuration: ServiceConfiguration,
    store: PostgresStore,
    providers: [ConfiguredProvider]
) -> AdministrationServices {
    AdministrationServices(
        policies: store,
        decisions: store,
        replays: store,
        accounts: store,
        events: store,
        directory: store,
        providers: providers.map { configured in
            PlanProvider(
                id: configured.provider.id,
                issuer: configured.provider.issuer,
                authoritativeDomains: configured.provider.authoritativeDomains,
                isLinkOnly: configured.isLinkOnly
            ) { domain in configured.provider.usualEvidence(at: domain) }
        },
        privilegedRoles: configuration.linking.privilegedRoles.sorted()
    )
}
