-- Users, their addresses and federated identities, sessions, sign-in transactions, linking decisions.
-- Ids are UUIDv7 made by the caller; every time comes from this database's clock.

create table users (
    id              uuid primary key,
    display_name    text check (char_length(display_name) between 1 and 200),
    roles           text[] not null default '{}',
    created_at      timestamptz not null default now(),
    last_sign_in_at timestamptz not null default now(),
    disabled_at     timestamptz
);

create table user_emails (
    user_id     uuid not null references users on delete cascade,
    -- Canonical form: lower-case ASCII local part, domain as lower-case A-labels.
    address     text not null check (address = lower(address) and char_length(address) between 3 and 254),
    -- Null until the mailbox, or somebody entitled to speak for it, has proven the address.
    verified_at timestamptz,
    is_primary  boolean not null default false,
    created_at  timestamptz not null default now(),
    primary key (user_id, address)
);

-- Only a proven address occupies a unique slot: squatting an unproven one never locks its owner out.
create unique index user_emails_verified_address on user_emails (address) where verified_at is not null;
create index user_emails_address on user_emails (address);
create unique index user_emails_one_primary on user_emails (user_id) where is_primary;

create table federated_identities (
    id              uuid primary key,
    user_id         uuid not null references users on delete cascade,
    provider        text not null,
    issuer          text not null check (issuer <> ''),
    subject         text not null check (char_length(subject) between 1 and 255),
    -- What the provider said last; shown to the owner, never used to find a user.
    username        text,
    display_name    text,
    email           text,
    linked_at       timestamptz not null default now(),
    last_sign_in_at timestamptz not null default now(),
    constraint federated_identities_issuer_subject unique (issuer, subject)
);
create index federated_identities_user on federated_identities (user_id);

create table sessions (
    id               uuid primary key,
    -- SHA-256 of the token; the token itself is never stored.
    token_hash       bytea not null check (octet_length(token_hash) = 32),
    user_id          uuid not null references users on delete cascade,
    identity_id      uuid references federated_identities on delete set null,
    -- Authentication methods (RFC 8176 where it has a word for it) and the provider, for step-up decisions.
    methods          text[] not null,
    provider         text,
    created_at       timestamptz not null default now(),
    authenticated_at timestamptz not null default now(),
    last_seen_at     timestamptz not null default now(),
    idle_timeout     interval not null,
    expires_at       timestamptz not null,
    user_agent       text check (char_length(user_agent) <= 256),
    -- /24 of an IPv4 or /48 of an IPv6 address: enough to recognise a place, not a person.
    network          text check (char_length(network) <= 64)
);
create unique index sessions_token_hash on sessions (token_hash);
create index sessions_user on sessions (user_id);
create index sessions_identity on sessions (identity_id);
create index sessions_expires on sessions (expires_at);

-- A sign-in in progress. The nonce and the PKCE verifier are not here: they are derived from the browser's own secret,
-- of which this row holds only a hash.
create table sign_in_transactions (
    state_hash   bytea primary key check (octet_length(state_hash) = 32),
    browser_hash bytea not null check (octet_length(browser_hash) = 32),
    provider     text not null,
    issuer       text not null,
    redirect_uri text not null,
    purpose      text not null check (purpose in ('sign_in', 'link')),
    -- For purpose link: whose account, and the session that began it.
    user_id      uuid references users on delete cascade,
    session_id   uuid references sessions on delete cascade,
    -- SHA-256 of the session token the browser had when it began: a Strict cookie does not come along with the callback.
    session_hash bytea check (octet_length(session_hash) = 32),
    return_to    text not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    constraint sign_in_transactions_link check ((purpose = 'link') = (user_id is not null and session_id is not null))
);
create index sign_in_transactions_expires on sign_in_transactions (expires_at);

-- Callbacks delivered by cross-site POST (response_mode=form_post), parked until the browser comes back with its cookie.
create table parked_callbacks (
    handle_hash bytea primary key check (octet_length(handle_hash) = 32),
    provider    text not null,
    parameters  text not null check (octet_length(parameters) <= 16384),
    expires_at  timestamptz not null
);
create index parked_callbacks_expires on parked_callbacks (expires_at);

-- One row for every answer of the linking policy.
create table linking_decisions (
    id           uuid primary key,
    decided_at   timestamptz not null default now(),
    provider     text not null,
    issuer       text not null,
    -- SHA-256 of issuer, a NUL and the subject; and of the canonical address.
    subject_hash bytea not null,
    address_hash bytea,
    facts        text not null,
    policy       text not null,
    rule         text not null,
    outcome      text not null,
    reason       text not null,
    next_step    text,
    -- Whose account it concerned: the one signed in to, created, linked into, or protected.
    user_id      uuid references users on delete set null,
    request_id   text
);
create index linking_decisions_user on linking_decisions (user_id, decided_at desc);
create index linking_decisions_time on linking_decisions (decided_at);
