-- What decisions of the linking policy wait for: a proof, an administrator; and what a claim removed.

-- A decision that waits for a proof. One for each browser; bound to it, to the identity and to the account.
create table pending_links (
    id           uuid primary key,
    -- SHA-256 of the secret of the browser that arrived.
    browser_hash bytea not null unique check (octet_length(browser_hash) = 32),
    purpose      text not null check (purpose in ('link_after_proof', 'claim_after_proof', 'link_lapsed')),
    provider     text not null,
    issuer       text not null check (issuer <> ''),
    subject      text not null check (char_length(subject) between 1 and 255),
    -- What the provider said of the person.
    username     text,
    display_name text,
    address      text check (address = lower(address)),
    evidence     text check (evidence in ('unverified', 'verified', 'authoritative')),
    -- The account to prove; null for a claim, which proves the address alone.
    user_id      uuid references users on delete cascade,
    -- While linking: the session that began it.
    session_id   uuid references sessions on delete cascade,
    proofs       text[] not null,
    decision_id  uuid not null,
    policy       text not null,
    return_to    text not null,
    -- The latest code that was mailed: its HMAC under a key of this row.
    code_key     bytea check (octet_length(code_key) = 32),
    code_hash    bytea check (octet_length(code_hash) = 32),
    attempts     integer not null default 0,
    proven_by    text check (proven_by in ('password', 'email_code', 'linked_identity')),
    proven_at    timestamptz,
    -- When the account's second step was passed for it.
    stepped_at   timestamptz,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    constraint pending_links_target check ((purpose = 'claim_after_proof') = (user_id is null)),
    constraint pending_links_address check ((address is null) = (evidence is null)),
    constraint pending_links_proof check ((proven_by is null) = (proven_at is null))
);
create index pending_links_user on pending_links (user_id);
create index pending_links_session on pending_links (session_id) where session_id is not null;
create index pending_links_expires on pending_links (expires_at);

-- A sign-in that proves, with an identity linked already, the account of a pending link. No reference: when another link waits
-- in the browser by then, this one is simply not found.
alter table sign_in_transactions
    add column pending_link uuid,
    drop constraint sign_in_transactions_purpose_check,
    add constraint sign_in_transactions_purpose_check check (purpose in ('sign_in', 'link', 'confirm')),
    add constraint sign_in_transactions_confirm check ((purpose = 'confirm') = (pending_link is not null));

-- With which proof a decision that asks for one was carried out; null in the row that asks.
alter table linking_decisions add column proven_by text;

-- A registration that never proved its address, and whose address was claimed by the owner of the mailbox.
alter table users add column claimed_at timestamptz;

create table claim_receipts (
    id         uuid primary key,
    -- Who claimed.
    user_id    uuid not null references users on delete cascade,
    address    text not null,
    -- A JSON array of texts, in plain words.
    removed    json not null,
    created_at timestamptz not null default now()
);
create index claim_receipts_user on claim_receipts (user_id);

-- Arrivals that wait for an administrator: one for each identity that is waiting or was denied.
create table held_arrivals (
    id           uuid primary key,
    provider     text not null,
    issuer       text not null check (issuer <> ''),
    subject      text not null check (char_length(subject) between 1 and 255),
    username     text,
    display_name text,
    address      text check (address = lower(address)),
    evidence     text check (evidence in ('unverified', 'verified', 'authoritative')),
    -- The decision that stopped it, and the account it concerned.
    decision_id  uuid not null,
    user_id      uuid references users on delete set null,
    status       text not null default 'pending' check (status in ('pending', 'approved', 'denied')),
    arrived_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    decided_at   timestamptz,
    decided_by   text,
    note         text check (char_length(note) <= 1000),
    constraint held_arrivals_decided check ((status = 'pending') = (decided_at is null)),
    constraint held_arrivals_address check ((address is null) = (evidence is null))
);
create unique index held_arrivals_identity on held_arrivals (issuer, subject) where status <> 'approved';
create index held_arrivals_status on held_arrivals (status, arrived_at);
create index held_arrivals_user on held_arrivals (user_id);
