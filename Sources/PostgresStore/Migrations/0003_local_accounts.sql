-- Passwords, pending registrations, proofs by mail, second factors, known devices, throttles, account events.

-- A session that begins with a way in of somebody who has a second step waits for it: it opens nothing until then.
alter table sessions add column awaits_second_factor boolean not null default false;

-- On the user's own row, so that whoever waits for its lock reads what is true afterwards, not what was true before.
alter table users add column has_second_factor boolean not null default false;
-- Grows with every change of password, address or second factor: a sign-in that was proven against the former ones fails.
alter table users add column credential_version integer not null default 0;

create table passwords (
    user_id             uuid primary key references users on delete cascade,
    -- The hash with its scheme, parameters and salt.
    hash                text not null check (char_length(hash) between 8 and 1024),
    -- Whether it was long enough to stand alone when it was set; if not, the second step cannot be removed.
    meets_single_factor boolean not null,
    changed_at          timestamptz not null default now()
);

-- A sign-up is not a user yet. Several may wait for one address; none of them occupies it.
create table pending_registrations (
    id                  uuid primary key,
    address             text not null check (address = lower(address) and char_length(address) between 3 and 254),
    -- SHA-256 of the secret of the browser that began it.
    browser_hash        bytea not null check (octet_length(browser_hash) = 32),
    password_hash       text not null check (char_length(password_hash) between 8 and 1024),
    meets_single_factor boolean not null,
    display_name        text check (char_length(display_name) between 1 and 200),
    return_to           text not null,
    created_at          timestamptz not null default now(),
    expires_at          timestamptz not null
);
create index pending_registrations_address on pending_registrations (address);
create index pending_registrations_expires on pending_registrations (expires_at);

-- One row for each mail that was sent: a repeated mail has a link of its own, and all of them lead to one registration.
create table registration_tokens (
    token_hash      bytea primary key check (octet_length(token_hash) = 32),
    registration_id uuid not null references pending_registrations on delete cascade
);
create index registration_tokens_registration on registration_tokens (registration_id);

-- What a mail proves, once: single-use, typed, bound to its user.
create table proofs (
    token_hash    bytea primary key check (octet_length(token_hash) = 32),
    purpose       text not null check (purpose in ('password_reset', 'email_change', 'email_change_undo', 'email_sign_in')),
    user_id       uuid not null references users on delete cascade,
    -- The address the mail went to.
    address       text not null,
    -- For email_change_undo: the address that replaced it.
    other_address text,
    -- For email_sign_in: the browser that asked, and the code's HMAC under this row's token hash.
    browser_hash  bytea check (octet_length(browser_hash) = 32),
    code_hash     bytea check (octet_length(code_hash) = 32),
    attempts      integer not null default 0,
    return_to     text,
    created_at    timestamptz not null default now(),
    expires_at    timestamptz not null
);
create index proofs_user on proofs (user_id, purpose);
create index proofs_browser on proofs (browser_hash) where browser_hash is not null;
create index proofs_expires on proofs (expires_at);

-- A change of address that waits for the new mailbox; at most one for each user.
create table email_changes (
    user_id    uuid primary key references users on delete cascade,
    id         uuid not null unique,
    address    text not null check (address = lower(address) and char_length(address) between 3 and 254),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index email_changes_expires on email_changes (expires_at);

-- Time-based one-time passwords (RFC 6238).
create table totp_factors (
    user_id       uuid primary key references users on delete cascade,
    sealed_secret bytea not null,
    -- Null while it is being set up: then it protects nothing and asks nobody.
    confirmed_at  timestamptz,
    -- The last time step that was accepted: each is accepted once.
    last_step     bigint not null default 0,
    created_at    timestamptz not null default now()
);

create table recovery_codes (
    user_id   uuid not null references totp_factors on delete cascade,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    primary key (user_id, code_hash)
);

-- Browsers in which a user has signed in before.
create table known_devices (
    user_id      uuid not null references users on delete cascade,
    token_hash   bytea not null check (octet_length(token_hash) = 32),
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    primary key (user_id, token_hash)
);
create index known_devices_last_seen on known_devices (last_seen_at);

-- Attempts, by SHA-256 of what is counted (an address, a network, both): the time at which the allowance is whole again
-- (generic cell rate algorithm). A row whose time is past says nothing and is removed.
create table throttles (
    key      bytea primary key check (octet_length(key) = 32),
    whole_at timestamptz not null,
    period   interval not null
);
create index throttles_whole on throttles (whole_at);

-- What happened to an account, for its owner and for the operator.
create table account_events (
    id          uuid primary key,
    user_id     uuid not null references users on delete cascade,
    happened_at timestamptz not null default now(),
    kind        text not null,
    network     text check (char_length(network) <= 64),
    request_id  text
);
create index account_events_user on account_events (user_id, happened_at desc);

-- How far the import of a file of users has come, by a fingerprint of the file: SHA-256 chained over its pieces.
create table user_imports (
    file_hash   bytea primary key check (octet_length(file_hash) = 32),
    lines_done  bigint not null default 0,
    started_at  timestamptz not null default now(),
    finished_at timestamptz
);
