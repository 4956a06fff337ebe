-- Every version of the linking policy, the candidate in shadow mode, and plans of changes.

create table policy_versions (
    number      integer primary key check (number >= 1),
    -- The text, byte for byte, and the fingerprint of what it says.
    text        text not null check (octet_length(text) <= 65536),
    policy_hash text not null check (policy_hash ~ '^[0-9a-f]{64}$'),
    author      text not null check (char_length(author) between 1 and 64),
    reason      text not null check (char_length(reason) <= 500),
    source      text not null check (source in ('built_in', 'file', 'command', 'api', 'rollback')),
    created_at  timestamptz not null,
    -- Text and not jsonb: it is part of what the chain hash is over, byte for byte.
    plan        text,
    difference  text not null,
    -- SHA-256 over the chain hash before and every column above.
    chain_hash  text not null check (chain_hash ~ '^[0-9a-f]{64}$')
);
create index policy_versions_hash on policy_versions (policy_hash);

create function policy_versions_stay() returns trigger language plpgsql as $$
begin
    raise exception 'versions of the policy are only ever added' using errcode = 'insufficient_privilege';
end
$$;
create trigger policy_versions_append_only before update or delete on policy_versions
    for each row execute function policy_versions_stay();
create trigger policy_versions_never_emptied before truncate on policy_versions
    for each statement execute function policy_versions_stay();

create table policy_shadow (
    -- One row at most.
    only_row    boolean primary key default true check (only_row),
    text        text not null check (octet_length(text) <= 65536),
    policy_hash text not null,
    author      text not null,
    started_at  timestamptz not null default now()
);

create table policy_plans (
    id           uuid primary key,
    base_version integer not null,
    base_hash    text not null,
    policy_hash  text not null,
    days         integer not null,
    summary      text not null,
    author       text not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null default now() + interval '24 hours'
);
