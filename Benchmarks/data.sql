-- The data of dev/bench: :users people with an address each, :identities identities (Google first, then GitHub) and :sessions
-- sessions, all alive. Expects bench_tokens(number, token, token_hash) to be filled: their sessions are spread evenly over the table.
\set ON_ERROR_STOP on
-- Into .dev/bench/fill.log.
\timing on
set client_min_messages = warning;
-- The rows fit together by construction, so nobody looks up millions of foreign keys.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '1GB';
set max_parallel_maintenance_workers = 2;

-- Indexes that no constraint owns are made at the end, each in one go: rows that come in random order of an index are what takes
-- the time.
create temporary table bench_indexes as
select i.indexname, i.indexdef from pg_indexes i
where i.schemaname = 'public' and i.tablename in ('users', 'user_emails', 'federated_identities', 'sessions')
  and not exists (select from pg_constraint c where c.conname = i.indexname);
select format('drop index %I', indexname) from bench_indexes \gexec

-- A UUIDv7 that follows from its number, so that the indexes look as they do in use: ids grow with time. One expression of nothing
-- but immutable parts, which Postgres writes into the statement instead of calling it millions of times.
create function pg_temp.bench_id(number bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(1577836800000 + number), 12, '0') || '70008' || lpad(to_hex(number), 15, '0'))::uuid
$$;

insert into users (id, display_name, created_at, last_sign_in_at)
select pg_temp.bench_id(n), 'Person ' || n, '2020-01-01', '2020-01-01' from generate_series(1::bigint, :users) n;

insert into user_emails (user_id, address, verified_at, is_primary, created_at)
select pg_temp.bench_id(n), 'person' || n || '@people.example', '2020-01-01', true, '2020-01-01'
from generate_series(1::bigint, :users) n;

-- Identity n belongs to user n, and the next :users to the same people again.
insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email, linked_at)
select pg_temp.bench_id(n), pg_temp.bench_id(1 + (n - 1) % :users), p.provider, p.issuer,
       (p.first + 1 + (n - 1) % :users)::text, case when p.provider = 'github' then 'person' || 1 + (n - 1) % :users end,
       'Person ' || 1 + (n - 1) % :users, 'person' || 1 + (n - 1) % :users || '@people.example', '2020-01-01'
from generate_series(1::bigint, :identities) n
join (values (0, 'google', 'https://accounts.google.com', 8000000000), (1, 'github', 'https://github.com/login/oauth', 9000000000))
     p (place, provider, issuer, first) on p.place = (n - 1) / :users;

-- A session whose token nobody knows has a hash of known form, so that pgbench can look it up as well.
insert into sessions (id, token_hash, user_id, identity_id, methods, provider, created_at, authenticated_at, idle_timeout,
                      expires_at, user_agent, network)
select pg_temp.bench_id(n), coalesce(t.token_hash, sha256(('session' || n)::bytea)),
       pg_temp.bench_id(1 + (n - 1) % :users), pg_temp.bench_id(1 + (n - 1) % :users), '{fed}', 'google',
       '2020-01-01', '2020-01-01', interval '10 years', now() + interval '10 years' + n * interval '1 second', 'bench-load',
       '127.0.0.0/24'
from generate_series(1::bigint, :sessions) n
left join bench_tokens t on t.number * (:sessions / :tokens) = n;

select indexdef from bench_indexes \gexec
create table bench_commits (token_hash bytea primary key, user_id uuid not null, expires_at timestamptz not null);
vacuum (freeze, analyze) users, user_emails, federated_identities, sessions, bench_tokens;
create table bench_data (label text not null);
insert into bench_data values (:'label');
checkpoint;
