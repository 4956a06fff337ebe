-- Work that follows a committed change (mails, later webhooks), and mails caught in development.

create table jobs (
    -- UUIDv7 made by the caller; the same in whatever the job sends.
    id         uuid primary key,
    queue      text not null check (char_length(queue) between 1 and 64),
    kind       text not null check (char_length(kind) between 1 and 64),
    -- Kept as it was written, not as jsonb: jsonb refuses U+0000, and one in a person's text must not undo the change that
    -- the job belongs to.
    payload    json not null,
    created_at timestamptz not null default now(),
    -- When it may be claimed: the end of a wait, or of the present claim's lease.
    due_at     timestamptz not null default now(),
    -- Attempts since it was stored or revived.
    attempts   integer not null default 0,
    -- Claims ever: an outcome counts only under the claim it was worked on.
    claims     bigint not null default 0,
    last_error text check (char_length(last_error) <= 200),
    -- When it was given up.
    died_at    timestamptz
);
create index jobs_due on jobs (queue, due_at) where died_at is null;
create index jobs_dead on jobs (died_at) where died_at is not null;

-- Wakes the runners once for each statement and queue. Notifications are sent when the transaction commits, so nobody looks
-- for a job that is not visible yet.
create function jobs_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('latchkey_jobs', queue) from (select distinct queue from added) as queues;
    return null;
end
$$;
create trigger jobs_added after insert on jobs
    referencing new table as added
    for each statement execute function jobs_notify();

-- In development mails are kept here instead of being sent; the latest two hundred.
create table caught_mails (
    id        uuid primary key,
    caught_at timestamptz not null default now(),
    recipient text not null,
    subject   text not null,
    text_body text not null,
    html_body text not null
);
create index caught_mails_latest on caught_mails (caught_at desc);
