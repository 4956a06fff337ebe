-- The data of dev/bench: as many users, addresses, identities and sessions as :rows says, all alive.
-- Expects bench_tokens(number, token, token_hash) to be filled: their sessions are spread evenly over the table.
\set ON_ERROR_STOP on
set client_min_messages = warning;
-- The rows fit together by construction, so nobody looks up a million foreign keys.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '256MB';

-- A UUIDv7 that follows from its number, so that the indexes look as they do in use: ids grow with time.
create function pg_temp.bench_id(kind text, number bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(1577836800000 + number), 12, '0') || '7' || substr(digits, 1, 3) || '8' || substr(digits, 4, 15))::uuid
    from md5(kind || number) digits
$$;

insert into users (id, display_name, created_at, last_sign_in_at)
select pg_temp.bench_id('user', n), 'Person ' || n, '2020-01-01', '2020-01-01' from generate_series(1, :rows) n;

insert into user_emails (user_id, address, verified_at, is_primary, created_at)
select pg_temp.bench_id('user', n), 'person' || n || '@people.example', '2020-01-01', true, '2020-01-01'
from generate_series(1, :rows) n;

insert into federated_identities (id, user_id, provider, issuer, subject, username, display_name, email, linked_at)
select pg_temp.bench_id('identity', n), pg_temp.bench_id('user', n), 'google', 'https://accounts.google.com',
       (8000000000 + n)::text, null, 'Person ' || n, 'person' || n || '@people.example', '2020-01-01'
from generate_series(1, :rows) n;

-- A session whose token nobody knows has the hash of its number, so that pgbench can look it up as well.
insert into sessions (id, token_hash, user_id, identity_id, methods, provider, created_at, authenticated_at, idle_timeout,
                      expires_at, user_agent, network)
select pg_temp.bench_id('session', n), coalesce(t.token_hash, sha256(int8send(n))), pg_temp.bench_id('user', n),
       pg_temp.bench_id('identity', n), '{fed}', 'google', '2020-01-01', '2020-01-01', interval '10 years',
       now() + interval '10 years' + n * interval '1 second', 'bench-load', '127.0.0.0/24'
from generate_series(1::bigint, :rows) n
left join bench_tokens t on t.number * (:rows / :tokens) = n;

create table bench_commits (token_hash bytea primary key, user_id uuid not null, expires_at timestamptz not null);
create table bench_data (label text not null);
insert into bench_data values (:'label');
vacuum (analyze) users;
vacuum (analyze) user_emails;
vacuum (analyze) federated_identities;
vacuum (analyze) sessions;
checkpoint;
