-- Apps: what an authorization request leads to. A grant to an app is a session of that app (sessions.client_id), so that
-- whatever ends sessions ends what apps hold as well, in the same statement and without knowing of it.

alter table sessions
    add column client_id text check (char_length(client_id) between 1 and 64),
    -- The browser's session it was granted under: ends with it. Null with offline access, which outlives signing out.
    add column parent_id uuid references sessions on delete cascade,
    add column scope     text[] not null default '{}';
create index sessions_parent on sessions (parent_id) where parent_id is not null;
alter table sessions add constraint sessions_parent_is_for_apps check (parent_id is null or client_id is not null);

create table authorization_codes (
    -- SHA-256 of the code.
    code_hash        bytea primary key check (octet_length(code_hash) = 32),
    client_id        text not null,
    redirect_uri     text not null,
    user_id          uuid not null references users on delete cascade,
    -- Without its session it cannot be redeemed any more; it is kept for the second use that must end what the first one got.
    session_id       uuid references sessions on delete set null,
    scope            text[] not null,
    nonce            text check (char_length(nonce) <= 512),
    -- BASE64URL(SHA256(verifier)), RFC 7636 §4.2.
    code_challenge   text not null check (char_length(code_challenge) = 43),
    created_at       timestamptz not null default now(),
    expires_at       timestamptz not null,
    redeemed_at      timestamptz,
    -- The app's session that redeeming made: a second use ends it (RFC 6749 §4.1.2).
    grant_id         uuid references sessions on delete set null
);
create index authorization_codes_expires on authorization_codes (expires_at);
create index authorization_codes_session on authorization_codes (session_id);
create index authorization_codes_user on authorization_codes (user_id);
create index authorization_codes_grant on authorization_codes (grant_id) where grant_id is not null;

create table refresh_tokens (
    token_hash     bytea primary key check (octet_length(token_hash) = 32),
    session_id     uuid not null references sessions on delete cascade,
    created_at     timestamptz not null default now(),
    used_at        timestamptz,
    successor_hash bytea check (octet_length(successor_hash) = 32),
    constraint refresh_tokens_used check ((used_at is null) = (successor_hash is null))
);
create index refresh_tokens_session on refresh_tokens (session_id);

create table access_tokens (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    session_id uuid not null references sessions on delete cascade,
    scope      text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index access_tokens_session on access_tokens (session_id);
create index access_tokens_expires on access_tokens (expires_at);

-- Authorization requests that an app pushed ahead (RFC 9126): sealed, used once.
create table pushed_requests (
    handle_hash bytea primary key check (octet_length(handle_hash) = 32),
    client_id   text not null,
    request     text not null check (octet_length(request) <= 16384),
    expires_at  timestamptz not null
);
create index pushed_requests_expires on pushed_requests (expires_at);

-- What a person allowed an app that is somebody else's.
create table consents (
    user_id    uuid not null references users on delete cascade,
    client_id  text not null,
    scope      text[] not null,
    granted_at timestamptz not null default now(),
    primary key (user_id, client_id)
);

create index refresh_tokens_used on refresh_tokens (used_at) where used_at is not null;
