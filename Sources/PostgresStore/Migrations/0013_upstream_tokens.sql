-- Access and refresh tokens of providers, where the operator has them kept (providers.<id>.keep_tokens).

create table upstream_tokens (
    -- Unlinking, claiming and deleting take them along; a merge moves them with their identity.
    identity_id          uuid primary key references federated_identities on delete cascade,
    -- Sealed for provider, issuer, subject and purpose. Null once the provider has refused to renew them.
    sealed_access_token  bytea,
    sealed_refresh_token bytea,
    scope                text[] not null,
    expires_at           timestamptz,
    version              bigint not null default 1,
    stored_at            timestamptz not null default now(),
    -- The node that refreshes them, and until when it may take.
    lease_id             uuid,
    refreshing_until     timestamptz,
    failures             bigint not null default 0,
    refused_at           timestamptz,
    check (sealed_access_token is not null or (sealed_refresh_token is null and refused_at is not null))
);

-- Which app had a token of which provider.
alter table account_events
    add column client_id text check (char_length(client_id) <= 64),
    add column provider  text check (char_length(provider) <= 32);
create index account_events_hand_outs on account_events (user_id, client_id, provider, happened_at)
    where kind = 'upstream_token_handed_out';
