-- What the linking decision looks at and leaves behind, beyond the first version.

-- The owner of an account said of an identity that it was not theirs: it is never linked to this account again, unless the
-- owner allows it.
create table blocked_identities (
    user_id    uuid not null references users on delete cascade,
    issuer     text not null check (issuer <> ''),
    subject    text not null check (char_length(subject) between 1 and 255),
    provider   text not null,
    -- What the provider said of it last, so that the owner recognises it.
    username   text,
    email      text,
    blocked_at timestamptz not null default now(),
    primary key (user_id, issuer, subject)
);

-- What a replay under another policy needs beside the facts, and what a candidate in shadow mode would have done.
alter table linking_decisions
    add column domain         text,
    add column app            text,
    add column invited        boolean not null default false,
    add column link_only      boolean not null default false,
    add column policy_version integer not null default 0,
    add column shadow_policy  text,
    add column shadow_outcome text,
    add column shadow_rule    text;
