-- Signing in with what a provider gave somebody outside of a browser (RFC 8693).

-- Nonces that apps asked for, each good for one ID token.
create table exchange_nonces (
    -- SHA-256 of the nonce.
    nonce_hash bytea primary key check (octet_length(nonce_hash) = 32),
    client_id  text not null check (char_length(client_id) between 1 and 64),
    -- The provider whose token it has to come back in; null for any.
    provider   text,
    expires_at timestamptz not null
);
create index exchange_nonces_expires on exchange_nonces (expires_at);

-- ID tokens that were accepted: none is accepted twice, and this constraint decides.
create table exchanged_tokens (
    issuer     text not null,
    -- SHA-256 of the token without its signature.
    token_hash bytea not null check (octet_length(token_hash) = 32),
    -- When the token itself is over, tolerances included.
    expires_at timestamptz not null,
    primary key (issuer, token_hash)
);
create index exchanged_tokens_expires on exchanged_tokens (expires_at);

-- Nobody is asked for a second step where there is no browser: such a session does not begin at all.
alter table sessions add constraint sessions_of_apps_wait_for_nothing check (not awaits_second_factor or client_id is null);
