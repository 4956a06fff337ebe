-- What an owner can take back, accounts that were merged, and what apps are told.

-- Every link and every unlink of an identity, as long as it can be undone. No later change of the account removes a row: whoever
-- made the link could otherwise take the undo away from the owner.
create table identity_changes (
    id              uuid primary key,
    user_id         uuid not null references users on delete cascade,
    kind            text not null check (kind in ('linked', 'unlinked')),
    -- The identity as it was.
    identity_id     uuid not null,
    provider        text not null,
    issuer          text not null check (issuer <> ''),
    subject         text not null check (char_length(subject) between 1 and 255),
    username        text,
    display_name    text,
    email           text,
    linked_at       timestamptz not null,
    last_sign_in_at timestamptz not null,
    -- The account's proven address at that moment: the mail goes there, whatever the address is when it is written.
    address         text,
    happened_at     timestamptz not null default now(),
    undo_until      timestamptz not null,
    undone_at       timestamptz,
    -- It came with another account: taken back on the account page only, and no reason to refuse a further merge.
    by_merge        boolean not null default false
);
create index identity_changes_user on identity_changes (user_id, happened_at desc);
create index identity_changes_until on identity_changes (undo_until);

-- One row for each mail that was written: a repeated mail has a link of its own.
create table identity_change_tokens (
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    change_id  uuid not null references identity_changes on delete cascade
);
create index identity_change_tokens_change on identity_change_tokens (change_id);

-- A name for a blocked identity that its owner's page can use.
alter table blocked_identities add column id uuid not null default gen_random_uuid();
create unique index blocked_identities_id on blocked_identities (id);

-- Two accounts of one person, both proven in one browser, until the person has seen what a merge does.
create table pending_merges (
    id           uuid primary key,
    -- The session that asked, and whose account stays. A session that ends takes its merge along.
    session_id   uuid not null unique references sessions on delete cascade,
    user_id      uuid not null references users on delete cascade,
    -- Whose account goes, as it was when it was proven.
    other_id     uuid not null references users on delete cascade,
    other_version integer not null,
    -- Whether the other account's second step is still to be passed.
    awaits_second_factor boolean not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    check (user_id <> other_id)
);
create index pending_merges_user on pending_merges (user_id);
create index pending_merges_other on pending_merges (other_id);
create index pending_merges_expires on pending_merges (expires_at);

-- A user who was merged stays, disabled, and the id goes on leading to the account that took it over.
alter table users add column merged_into uuid references users on delete cascade;
create index users_merged_into on users (merged_into) where merged_into is not null;
create table user_aliases (
    old_id    uuid primary key references users on delete cascade,
    user_id   uuid not null references users on delete cascade,
    merged_at timestamptz not null default now(),
    check (old_id <> user_id)
);
create index user_aliases_user on user_aliases (user_id);

-- What apps are told, in the transaction that makes it true.
create table app_events (
    sequence    bigint generated always as identity primary key,
    id          uuid not null unique default gen_random_uuid(),
    kind        text not null check (char_length(kind) between 1 and 64),
    payload     json not null,
    happened_at timestamptz not null default now(),
    -- Sequences are given out before they are committed. A reader stops before the oldest transaction that is still open, so
    -- that no event appears behind one it has read.
    transaction xid8 not null default pg_current_xact_id()
);
create index app_events_happened on app_events (happened_at);
